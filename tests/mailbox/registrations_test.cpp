// Registrations in the broker's bucket (push.md §2, §4.4), and what a device can do with the broker (§2.1, §7).
#include "mailbox/stage.hpp"

using namespace stint;
using namespace stint::test;

namespace {

/// A device's own connection, as that of anybody who has its password.
class Wire {
public:
    Wire(const NatsServer& nats, const std::string& device) {
        natsOptions* options = nullptr;
        natsOptions_Create(&options);
        natsOptions_SetURL(options, nats.urlOf(device).c_str());
        natsOptions_SetCustomInboxPrefix(options, ("_INBOX." + device).c_str());
        natsOptions_SetErrorHandler(
            options, [](natsConnection*, natsSubscription*, natsStatus, void*) {}, nullptr);
        REQUIRE(natsConnection_Connect(&it_, options) == NATS_OK);
        natsOptions_Destroy(options);
    }
    ~Wire() {
        natsSubscription_Destroy(heard_);
        natsConnection_Destroy(it_);
    }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    /// nullopt: nobody answered, or it may not ask.
    std::optional<std::string> ask(const std::string& subject, const std::string& text, std::int64_t patience = 2'000) {
        natsMsg* answer = nullptr;
        if (natsConnection_RequestString(&answer, it_, subject.c_str(), text.c_str(), patience) != NATS_OK)
            return std::nullopt;
        std::string said(natsMsg_GetData(answer), static_cast<std::size_t>(natsMsg_GetDataLength(answer)));
        natsMsg_Destroy(answer);
        return said;
    }
    void listen(const std::string& subjects) {
        REQUIRE(natsConnection_SubscribeSync(&heard_, it_, subjects.c_str()) == NATS_OK);
        flush();
    }
    void send(const std::string& subject, const std::string& reply, const std::string& text) {
        natsConnection_PublishRequestString(it_, subject.c_str(), reply.c_str(), text.c_str());
        flush();
    }
    /// The next message that was heard, if one comes soon.
    std::optional<Stored> next() {
        natsMsg* message = nullptr;
        if (natsSubscription_NextMsg(&message, heard_, 300) != NATS_OK) return std::nullopt;
        Stored stored{.subject = natsMsg_GetSubject(message),
                      .body = {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))}};
        const char** keys = nullptr;
        int count = 0;
        if (natsMsgHeader_Keys(message, &keys, &count) == NATS_OK)
            for (int n = 0; n < count; ++n) {
                const char* value = nullptr;
                natsMsgHeader_Get(message, keys[n], &value);
                stored.headers.emplace_back(keys[n], value);
            }
        std::free(keys);
        natsMsg_Destroy(message);
        return stored;
    }
    void flush() { natsConnection_FlushTimeout(it_, 2'000); }

private:
    natsConnection* it_ = nullptr;
    natsSubscription* heard_ = nullptr;
};

Phone enrolled(const NatsServer& nats, std::size_t which) {
    Phone phone;
    phone.name = nats.devices.at(which);
    return phone;
}

std::string boxOf(const std::string& device) { return subjectOf(Service::Box, shardOf(device), device); }
std::string registrationsOf(const std::string& device) {
    return subjectOf(Service::Registrations, shardOf(device), device);
}

Result<void> registered(Wire& wire, const std::string& subject, const RegistrationQuestion& question) {
    const auto answer = wire.ask(subject, textOf(question));
    if (!answer) return fail(Errc::UNAVAILABLE, "no answer");
    return registrationAnswerIn(*answer);
}

} // namespace

TEST_CASE("a device registers, hears its messages at once, and fetches those that came meanwhile") { // §2, §4.1
    const NatsServer nats;
    Server server(nats);
    server.open();
    Phone phone = enrolled(nats, 0);
    Wire wire(nats, phone.name);
    REQUIRE(registered(wire, registrationsOf(phone.name), phone.registers(server.keys)).ok());
    wire.listen("stint.live.*." + phone.name + ".>");
    server.keep({phone.envelope("live", Urgency::High)}, phone.key);
    const auto heard = wire.next();
    REQUIRE(heard);
    const auto envelope = envelopeIn(heard->subject, heard->headers, heard->body, phone.key);
    REQUIRE(envelope.ok());
    CHECK(envelope->body == "live");
    CHECK(envelope->to.urgency == Urgency::High);
    CHECK(std::ranges::count(heard->headers, "Nats-Sequence", &std::pair<std::string, std::string>::first) == 1);
    phone.read([&](const BoxQuestion& question) -> Result<BoxAnswer> {
        const auto answer = wire.ask(boxOf(phone.name), textOf(question));
        if (!answer) return fail(Errc::UNAVAILABLE, "no answer");
        return boxAnswerIn(*answer);
    });
    CHECK(phone.texts == std::vector<std::string>{"live"});
}

TEST_CASE("a server that does not know the streams yet takes no question from one that does") { // §3.3
    const NatsServer nats;
    const auto herData = nats.directory() / "hers";
    std::filesystem::create_directory(herData);
    std::filesystem::permissions(herData, std::filesystem::perms::owner_all);
    const Membership him = memberAt(7001), her = memberAt(7011);
    Server his(nats, nats.directory(), him);
    his.open();
    const Phone phone = enrolled(nats, 0);
    Wire wire(nats, phone.name);
    REQUIRE(registered(wire, registrationsOf(phone.name), phone.registers(his.keys)).ok());
    const auto broker = std::move(Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value();
    removeStream(broker, "STINT_P_0f"); // its subjects are another's, so hers does not open
    REQUIRE(broker.openDiary("OTHER", fmt::format("{}0f.>", storedPrefix).c_str(), std::chrono::hours(1)).ok());
    const Server hers(nats, herData, her);
    REQUIRE(eventually([&] { // she has come as far as that
        return broker.valueOf(clusterBucket, fmt::format("{}{}", serverKey, her.name)).value().revision != 0;
    }));
    for (int n = 0; n < 50; ++n)
        CHECK(wire.ask(boxOf(phone.name), textOf(phone.at)));
    CHECK_FALSE(hers.keeper.placeOf("00").ok());
}

TEST_CASE("registrations outlive the server's process, and are nothing to who reads the broker") { // §2.1
    const NatsServer nats;
    Phone phone;
    {
        Server server(nats);
        server.open();
        REQUIRE(server.registrations.change(phone.asker(), phone.registers(server.keys), wallNow()).ok());
    }
    Server server(nats);
    server.open();
    const auto found = server.registrations.find(phone.registration).value();
    REQUIRE(found);
    CHECK(found->device == phone.name);
    CHECK(found->lineKey == phone.key);
    const auto thief = std::move(Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value();
    const auto value = thief.next("KV_STINT_REG", 1, "$KV.STINT_REG.*").value();
    REQUIRE(value);
    CHECK(value->body.find(phone.name) == std::string::npos);
    CHECK(value->body.find(phone.registration) == std::string::npos);
    // Nor does it say anything of another registration.
    const Phone other;
    REQUIRE(thief.put("STINT_REG", other.registration, value->body).ok());
    REQUIRE(server.registrations.open().ok());
    CHECK_FALSE(server.registrations.find(other.registration).value());
}

TEST_CASE("a second server of the same keys knows what the first was asked") { // §2: any number side by side
    const NatsServer nats;
    Server server(nats);
    server.open();
    const auto broker = std::move(Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value();
    Registrations second(broker, server.keys, server.roster);
    const Phone phone;
    CHECK(second.find(phone.registration).error().code == Errc::UNAVAILABLE); // it has read none
    REQUIRE(second.follow().ok());
    REQUIRE(second.open().ok());
    REQUIRE(server.registrations.change(phone.asker(), phone.registers(server.keys), wallNow()).ok());
    REQUIRE(eventually([&] { return second.find(phone.registration).value().has_value(); }));
    auto question = phone.registers(server.keys);
    question.isWanted = false;
    REQUIRE(server.registrations.change(phone.asker(), question, wallNow()).ok());
    REQUIRE(eventually([&] { return second.find(phone.registration).value()->gone.has_value(); }));
    CHECK(second.of(phone.name).empty());
    CHECK(second.count() == 0);
}

TEST_CASE("what is misused is so at each server, and its device is told until it has ended") { // §3
    const NatsServer nats;
    Server server(nats);
    server.open();
    Phone phone = enrolled(nats, 0);
    Wire wire(nats, phone.name);
    const auto change = [&](bool isWanted) {
        auto question = phone.registers(server.keys);
        question.isWanted = isWanted;
        REQUIRE(registered(wire, registrationsOf(phone.name), question).ok());
    };
    const auto told = [&] {
        const auto answer = wire.ask(boxOf(phone.name), textOf(BoxQuestion{.wanted = {}, .cursors = {}}));
        REQUIRE(answer);
        return boxAnswerIn(*answer).value().misused;
    };
    change(true);
    CHECK(told().empty());
    REQUIRE(server.registrations.noteMisused(phone.registration).ok());
    CHECK(told() == std::vector{phone.registration});
    change(true); // it registers again
    CHECK(told() == std::vector{phone.registration});
    const auto broker = std::move(Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value();
    Registrations second(broker, server.keys, server.roster);
    REQUIRE(second.open().ok());
    CHECK(second.find(phone.registration).value()->misused);
    change(false);
    CHECK(told().empty());
    CHECK(server.registrations.noteMisused(phone.registration).ok()); // it is gone, or none: nothing is to be noted
    CHECK(server.registrations.noteMisused("none").ok());
}

TEST_CASE("what a device may not ask of its registrations") { // §4.4, §7
    const NatsServer nats;
    Server server(nats);
    server.open();
    auto& registrations = server.registrations;
    const Phone phone;
    const Phone other;
    REQUIRE(registrations.change(phone.asker(), phone.registers(server.keys), wallNow()).ok());
    SUBCASE("another's name, or its end") {
        auto question = phone.registers(server.keys);
        CHECK_FALSE(registrations.change(other.asker(), question, wallNow()).ok());
        question.isWanted = false;
        CHECK_FALSE(registrations.change(other.asker(), question, wallNow()).ok());
        CHECK(registrations.of(phone.name).size() == 1);
    }
    SUBCASE("one that has ended") {
        auto question = phone.registers(server.keys);
        question.isWanted = false;
        REQUIRE(registrations.change(phone.asker(), question, wallNow()).ok());
        REQUIRE(registrations.change(phone.asker(), question, wallNow()).ok()); // it is so already
        question.isWanted = true;
        CHECK_FALSE(registrations.change(phone.asker(), question, wallNow()).ok());
    }
    SUBCASE("a key that is not sealed for this server") {
        auto question = other.registers(server.keys);
        question.sealedKey.back() ^= 1;
        CHECK_FALSE(registrations.change(other.asker(), question, wallNow()).ok());
        question.sealedKey.clear();
        CHECK_FALSE(registrations.change(other.asker(), question, wallNow()).ok());
    }
    SUBCASE("more than 512") {
        Phone many = phone;
        for (std::size_t n = 1; n < limits::registrations; ++n) {
            many.registration = *registrationOf(newToken());
            REQUIRE(registrations.change(many.asker(), many.registers(server.keys), wallNow()).ok());
        }
        many.registration = *registrationOf(newToken());
        CHECK_FALSE(registrations.change(many.asker(), many.registers(server.keys), wallNow()).ok());
        CHECK(registrations.change(phone.asker(), phone.registers(server.keys), wallNow()).ok()); // one that it has
    }
}

TEST_CASE("a device reads, writes and commands nothing of another one's") { // §2.1, the first trap
    const NatsServer nats;
    Server server(nats);
    server.open();
    Phone victim = enrolled(nats, 1);
    const Phone thief = enrolled(nats, 0);
    Wire wire(nats, thief.name);
    Wire its(nats, victim.name);
    REQUIRE(registered(its, registrationsOf(victim.name), victim.registers(server.keys)).ok());
    REQUIRE(registered(wire, registrationsOf(thief.name), thief.registers(server.keys)).ok());
    server.keep({victim.envelope("secret")}, victim.key);
    server.keep({thief.envelope("mine")}, thief.key);
    REQUIRE(eventually([&] { return server.keeper.held().waiting == 0; }));
    const std::string question = textOf(thief.at);
    for (const std::string& subject :
         {boxOf(victim.name), registrationsOf(victim.name), storedSubject(victim.envelope("").to),
          liveSubject(victim.envelope("").to), std::string("$JS.API.STREAM.NAMES"),
          std::string("$JS.API.DIRECT.GET.STINT_P_00")})
        CHECK_FALSE(wire.ask(subject, question, 200));
    for (const std::string& subjects :
         {"stint.live.*." + victim.name + ".>", std::string("stint.>"), std::string(">")}) {
        Wire wide(nats, thief.name);
        wide.listen(subjects);
        server.keep({victim.envelope("heard by nobody else")}, victim.key);
        CHECK_FALSE(wide.next());
    }
    // The answer to its own question goes where it says: into another's line, where it has no MAC.
    its.listen("stint.live.*." + victim.name + ".>");
    wire.send(boxOf(thief.name), liveSubject(victim.envelope("").to), question);
    if (const auto forged = its.next())
        CHECK_FALSE(envelopeIn(forged->subject, forged->headers, forged->body, victim.key).ok());
    wire.send(boxOf(thief.name), storedSubject(victim.envelope("").to), question);
    victim.read(server.mailbox);
    CHECK(victim.texts.front() == "secret");
    CHECK(std::ranges::count(victim.texts, "heard by nobody else") == 3);
    CHECK(victim.texts.size() == 4);
}

TEST_CASE("a device that asks without end gets no more answers for a while, and takes none from others") { // §7
    const NatsServer nats;
    Server server(nats);
    server.open();
    Phone greedy = enrolled(nats, 0);
    const Phone other = enrolled(nats, 1);
    Wire wire(nats, greedy.name), its(nats, other.name);
    for (int n = 0; n < 100; ++n) {
        greedy.registration = *registrationOf(newToken());
        REQUIRE(registered(wire, registrationsOf(greedy.name), greedy.registers(server.keys)).ok());
    }
    int answers = 0;
    while (answers < 1'000 && wire.ask(boxOf(greedy.name), textOf(greedy.at), 5'000))
        ++answers;
    CHECK(answers == 50); // 400 subjects each time, of 20,000 in a minute
    CHECK(its.ask(boxOf(other.name), textOf(other.at)));
}

TEST_CASE("questions that are none get no answer, or are told what is wrong") {
    const NatsServer nats;
    Server server(nats);
    server.open();
    const Phone phone = enrolled(nats, 0);
    Wire wire(nats, phone.name);
    CHECK_FALSE(wire.ask(boxOf(phone.name), "no JSON", 200));
    CHECK_FALSE(wire.ask(boxOf(phone.name), std::string(70'000, '['), 200));
    CHECK_FALSE(wire.ask("stint.box.zz." + phone.name, textOf(phone.at), 200));
    CHECK(wire.ask(registrationsOf(phone.name), "{}") ==
          R"({"v":1,"error":"it is of an unknown version: this one is 1"})");
    CHECK(wire.ask(boxOf(phone.name), textOf(phone.at))); // and it answers on
}
