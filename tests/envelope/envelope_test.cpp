// The forms of push.md §2: what is written is read again, and what a stranger writes is not.
#include <algorithm>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "push/envelope/envelope.hpp"
#include "push/envelope/questions.hpp"

using namespace stint;
using namespace stint::push;

namespace {

const std::string device = newDevice();
const std::string registration = *registrationOf(newToken());

Envelope letter() {
    return {.to = {shardOf(device), device, Urgency::High, registration},
            .id = newId(),
            .sent = WallTime(std::chrono::hours(24 * 365 * 56)),
            .ttl = std::chrono::hours(1),
            .topic = "inbox",
            .body = "3 new"};
}

/// The error of the letter with that header set, or without it.
std::string wrongWith(const std::string& name, std::optional<std::string> value, std::string subject = {},
                      std::string body = letter().body) {
    const LineKey key = newLineKey();
    const Envelope envelope = letter();
    Headers headers = headersOf(envelope, key);
    std::erase_if(headers, [&](const auto& header) { return header.first == name; });
    if (value) headers.emplace_back(name, *value);
    if (subject.empty()) subject = storedSubject(envelope.to);
    const auto read = envelopeIn(subject, headers, std::move(body), key);
    return read.ok() ? "ok" : read.error().message;
}

} // namespace

TEST_CASE("tokens, devices and subjects are what push.md says") { // §2
    const std::string token = newToken();
    CHECK(token.size() == 43);
    CHECK(token != newToken());
    CHECK(device.size() == 26);
    CHECK(isDevice(device));
    CHECK(registration.size() == 52);
    CHECK(isRegistration(registration));
    // SHA-256 of the 43 characters, in RFC 4648's base32; by `sha256sum | xxd -r -p | base32`.
    CHECK(registrationOf("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") ==
          "B4AHHBNW7HKLP3VSOSDALL7BVGCKBI57UPYBJUE6FJ4EZ2PFZUNA");
    CHECK_FALSE(registrationOf(""));
    CHECK_FALSE(registrationOf(token + "A"));
    CHECK_FALSE(registrationOf("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
    CHECK_FALSE(registrationOf("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")); // another spelling of the same bytes
    CHECK_FALSE(registrationOf("\xff" + std::string(42, 'A')));                 // for libsodium's decoder, a "_"
    CHECK_FALSE(isDevice("0123456789ABCDEFGHJKMNPQRI"));                        // no I in Crockford's
    CHECK(isShard(shardOf(device)));
    CHECK_FALSE(isShard("10"));
    CHECK_FALSE(isShard("0g"));
    const Address to{"0a", device, Urgency::VeryLow, registration};
    CHECK(storedSubject(to) == "stint.p.0a." + device + ".v." + registration);
    CHECK(addressIn(storedSubject(to)) == to);
    CHECK(addressIn(liveSubject(to)) == to);
    CHECK_FALSE(addressIn(storedSubject(to) + ".x"));
    CHECK_FALSE(addressIn("stint.p.0a." + device + ".x." + registration));
    CHECK_FALSE(addressIn("stint.q.0a." + device + ".v." + registration));
}

TEST_CASE("a message is read as it was written, live or stored, whatever its body") { // §2.1
    CHECK(rc::check([] {
        const LineKey key = newLineKey();
        Envelope envelope = letter();
        envelope.body = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
        envelope.topic = *rc::gen::element<std::string>("", "a", "inbox-7_");
        envelope.to.urgency = *rc::gen::element(Urgency::High, Urgency::Normal, Urgency::Low, Urgency::VeryLow);
        envelope.ttl = std::chrono::seconds(*rc::gen::inRange(0, 2'419'200));
        Headers headers = headersOf(envelope, key);
        headers.emplace_back("Nats-Sequence", "7"); // the broker's own
        RC_ASSERT(envelopeIn(storedSubject(envelope.to), headers, envelope.body, key).value() == envelope);
        RC_ASSERT(envelopeIn(liveSubject(envelope.to), headers, envelope.body, key).value() == envelope);
    }));
}

TEST_CASE("a message that another implementation signed is read") { // §2.1; by Python's hmac, in tests/fuzz/corpus/line
    const LineKey key{'k'};
    const Headers headers{{"Nats-Msg-Id", "MDEyMzQ1Njc4OWFiY2RlZg"},
                          {"Stint-Version", "1"},
                          {"Stint-Sent", "1766000000000"},
                          {"Stint-TTL", "3600"},
                          {"Stint-Topic", "inbox"},
                          {"Stint-Mac", "Tet76a9JXi8gdmOC6c3oF0PH2Pz95KG26RkHFjzqiHo"}};
    const auto read = envelopeIn("stint.live.0a.0123456789ABCDEFGHJKMNPQRS.h."
                                 "B4AHHBNW7HKLP3VSOSDALL7BVGCKBI57UPYBJUE6FJ4EZ2PFZUNA",
                                 headers, "3 new", key);
    REQUIRE(read.ok());
    CHECK(read->ttl == std::chrono::hours(1));
}

TEST_CASE("nothing of a message can be changed, nor can it be put elsewhere") { // §2.1, §7
    const LineKey key = newLineKey();
    const Envelope envelope = letter();
    const Headers headers = headersOf(envelope, key);
    const std::string subject = storedSubject(envelope.to);
    REQUIRE(envelopeIn(subject, headers, envelope.body, key).ok());
    const auto isForged = [&](const std::string& where, const Headers& with, const std::string& body) {
        const auto read = envelopeIn(where, with, body, key);
        return !read.ok() && read.error().code == Errc::SECURITY;
    };
    CHECK(isForged(subject, headers, envelope.body + "x"));
    for (const Urgency urgency : {Urgency::Normal, Urgency::Low})
        CHECK(isForged(storedSubject({envelope.to.shard, device, urgency, registration}), headers, envelope.body));
    CHECK(
        isForged(storedSubject({envelope.to.shard, newDevice(), Urgency::High, registration}), headers, envelope.body));
    CHECK(isForged(storedSubject({envelope.to.shard, device, Urgency::High, *registrationOf(newToken())}), headers,
                   envelope.body));
    for (const auto& [name, value] :
         std::initializer_list<std::pair<const char*, std::string>>{{"Stint-Sent", "1"},
                                                                    {"Stint-TTL", "1"},
                                                                    {"Stint-Topic", "x"},
                                                                    {"Nats-Msg-Id", newId()},
                                                                    {"Stint-Mac", ""}}) {
        Headers other = headers;
        std::ranges::find(other, name, &std::pair<std::string, std::string>::first)->second = value;
        CHECK_MESSAGE(isForged(subject, other, envelope.body), name);
    }
    const auto stranger = envelopeIn(subject, headers, envelope.body, newLineKey());
    CHECK(stranger.error().message == "a wrong Stint-Mac");
}

TEST_CASE("what is wrong with a message is told in the same few words for all of a kind") { // §7: bad bytes
    CHECK(wrongWith("X", std::nullopt) == "ok");
    CHECK(wrongWith("Stint-Mac", "short") == "a wrong Stint-Mac");
    CHECK(wrongWith("Stint-Version", "2") == "an unknown version");
    CHECK(wrongWith("Stint-Version", std::nullopt) == "no Stint-Version");
    CHECK(wrongWith("Stint-TTL", "-1") == "a wrong Stint-TTL");
    CHECK(wrongWith("Stint-TTL", "9223372036854775807") == "a wrong Stint-TTL");
    CHECK(wrongWith("Stint-Sent", "soon") == "a wrong Stint-Sent");
    CHECK(wrongWith("Stint-Topic", "a\nb") == "a wrong Stint-Topic");
    CHECK(wrongWith("Stint-Topic", std::string(33, 'a')) == "a wrong Stint-Topic");
    CHECK(wrongWith("Nats-Msg-Id", "short") == "a wrong Nats-Msg-Id");
    CHECK(wrongWith("Stint-Mac", std::nullopt) == "no Stint-Mac");
    CHECK(wrongWith("X", std::nullopt, "stint.p.0a") == "a wrong subject");
    CHECK(wrongWith("X", std::nullopt, {}, std::string(4'097, 'x')) == "a body too long");
    Headers twice = headersOf(letter(), newLineKey());
    twice.emplace_back("Stint-TTL", "5");
    CHECK(envelopeIn(storedSubject(letter().to), twice, "", newLineKey()).error().message == "Stint-TTL twice");
}

TEST_CASE("a sender's key makes the same id again, at one registration") { // §2: Idempotency-Key
    CHECK(idFor(registration, "order 7") == idFor(registration, "order 7"));
    CHECK(idFor(registration, "order 7") != idFor(registration, "order 8"));
    CHECK(idFor(registration, "order 7") != idFor(*registrationOf(newToken()), "order 7"));
    CHECK(idFor(registration, "order 7").size() == newId().size());
}

TEST_CASE("questions and answers come back as they were") { // §2
    BoxQuestion question{.place = {"STINT_P_03@1", 4}, .wanted = Urgencies(0b1010), .most = 17, .cursors = {}};
    question.cursors["ABCDEFGHIJKLM"] = {1, 2, std::uint64_t{1} << 61, 0};
    CHECK(boxQuestionIn(textOf(question)).value() == question);
    const BoxAnswer answer{.store = "STINT_P_03@1",
                           .epochs = {{5, 100}, {6, 90}},
                           .messages = {{"stint.p.03.D.h.R", 7, {{"A", "1"}, {"A", "2"}}, std::string("\0\xff", 2)}},
                           .misused = {registration},
                           .more = true};
    CHECK(boxAnswerIn(textOf(answer)).value() == answer);
    const RegistrationQuestion asked{.registration = registration, .vapid = "B", .sealedKey = std::string("\0\1", 2)};
    CHECK(registrationQuestionIn(textOf(asked)).value() == asked);
    CHECK(registrationAnswerIn(registrationAnswer("")).ok());
    CHECK(registrationAnswerIn(registrationAnswer("no")).error().message == "no");
    CHECK(registrationAnswerIn("").error().code == Errc::UNAVAILABLE);
}

TEST_CASE("whatever a stranger says, it is read or refused") { // §7
    const std::string deep(60'000, '[');
    CHECK_FALSE(boxQuestionIn(deep).ok());
    CHECK_FALSE(boxQuestionIn(R"({"v":1,"at":)" + std::string(30'000, '[') + std::string(30'000, ']') + "}").ok());
    const std::vector<std::string> right{
        textOf(BoxQuestion{.place = {"S@1", 4}, .wanted = {}, .cursors = {{"P", {}}}}),
        textOf(BoxAnswer{.store = "S", .epochs = {{1, 2}}, .messages = {{}}, .misused = {"R"}}),
        textOf(RegistrationQuestion{.registration = registration})};
    CHECK(rc::check([&] {
        std::string text = *rc::gen::elementOf(right);
        const int changes = *rc::gen::inRange(1, 4);
        for (int n = 0; n < changes; ++n)
            text.at(*rc::gen::inRange<std::size_t>(0, text.size())) =
                *rc::gen::element('{', '}', '[', ']', '"', ',', ':', '0', '-', 'e', 'n', '\xff', ' ');
        const auto question = boxQuestionIn(text);
        if (question.ok()) RC_ASSERT(boxQuestionIn(textOf(*question)).value() == *question);
        const auto answer = boxAnswerIn(text);
        if (answer.ok()) RC_ASSERT(boxAnswerIn(textOf(*answer)).value() == *answer);
        (void)registrationQuestionIn(text);
        (void)registrationAnswerIn(text);
    }));
}
