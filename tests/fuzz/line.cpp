// A message of the line from a broker that was stolen, as a device reads it; the questions of a device and the answers
// of a server that is none; a POST's headers. A line "SUBJECT", then headers until an empty line, then the body, which
// is the question, too.
#include "fuzz/fuzz.hpp"
#include "push/endpoint/posting.hpp"
#include "push/envelope/questions.hpp"
#include "push/line/reading.hpp"

using namespace stint;
using namespace stint::push;

namespace {

constexpr LineKey key{'k'}; // in the corpus is a message that is signed with it

Headers headersIn(fuzz::Input& input) {
    Headers headers;
    for (std::string line = input.line(); !line.empty(); line = input.line()) {
        const auto colon = std::min(line.find(": "), line.size());
        headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 2, line.size())));
    }
    return headers;
}

template <class Read> void comesBack(Read read, std::string_view text) {
    const auto once = read(text);
    if (!once.ok()) return;
    const auto again = read(textOf(*once));
    fuzz::must(again.ok() && *again == *once, "what is read is read again as it is written");
}

/// A device with one registration, whose key signed the message in the corpus.
Reading device(const Address& to) {
    Reading reading({to.shard, to.device}, key, [](const std::string&) {});
    wire::LineEntry entry{.name = to.registration, .app = {}, .connector = {}, .details = {}, .fetched = {}};
    entry.fetched.set();
    reading.replace({.network = {}, .stored = 2, .entries = {entry}});
    return reading;
}

void isRead(const Address& to, const Stored& message, std::string_view text) {
    Reading reading = device(to);
    LineRead live;
    const auto standing = reading.heard(message, live);
    fuzz::must(live.messages.size() == (standing == Reading::Live::Taken ? 1U : 0U), "one message is one, or none");
    const auto answer = boxAnswerIn(text);
    if (!answer.ok()) return;
    const auto fetched = reading.fetched(*answer);
    if (!fetched.ok()) return;
    for (const LineMessage& each : fetched->batch.messages)
        fuzz::must(each.of.registration == to.registration && each.sequence > 0, "another's message is passed over");
    reading.taken(fetched->batch);
    (void)textOf(reading.question());
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Input input(bytes, size);
    const std::string subject = input.line();
    const Headers headers = headersIn(input);
    const std::string body = input.rest();
    if (const auto envelope = envelopeIn(subject, headers, body, key); envelope.ok()) {
        const auto again = envelopeIn(storedSubject(envelope->to), headersOf(*envelope, key), envelope->body, key);
        fuzz::must(again.ok() && *again == *envelope, "what is signed is read");
        fuzz::must(isTopic(envelope->topic) && envelope->ttl >= Duration{0}, "and says what can be");
    }
    const auto to = addressIn(subject);
    isRead(to ? *to : Address{"00", "0123456789ABCDEFGHJKMNPQRS", Urgency::Normal, std::string(52, 'a')},
           {subject, 1, headers, body}, body);
    comesBack(boxQuestionIn, body);
    comesBack(boxAnswerIn, body);
    comesBack(registrationQuestionIn, body);
    (void)registrationAnswerIn(body);
    (void)askerIn(subject);
    const http::Request posted{
        .method = "POST", .path = subject, .query = {}, .headers = headers, .body = {}, .caller = {}};
    const auto [refused, posting] = understood(posted);
    fuzz::must(refused || (posting.ttl >= Duration{0} && posting.ttl <= longestTtl && isTopic(posting.topic)),
               "what is posted is as RFC 8030 has it");
    if (const auto token = tokenIn(subject)) (void)registrationOf(*token);
    return 0;
}
