// Messages that one server of a cluster takes back, and another has taken (push.md §3.2).
#include <algorithm>
#include <atomic>

#include <fmt/ranges.h>

#include "mailbox/stage.hpp"

using namespace stint;
using namespace stint::test;

namespace {

/// Two servers of a cluster, by one broker.
struct Pair {
    NatsServer nats;
    std::filesystem::path hisData = nats.directory() / "his", herData = nats.directory() / "hers";
    Membership him = memberAt(7001), her = memberAt(7011);

    Pair() {
        for (const auto& data : {hisData, herData}) {
            std::filesystem::create_directory(data);
            std::filesystem::permissions(data, std::filesystem::perms::owner_all);
        }
    }
    Server his() const { return Server(nats, hisData, him); }
    Server hers() const { return Server(nats, herData, her); }
};

Result<bool> takenBack(Server& server, const Envelope& envelope) {
    std::mutex mutex;
    std::condition_variable woken;
    std::optional<Result<bool>> answered;
    server.keeper.takeBack({storedSubject(envelope.to), envelope.id}, [&](Result<bool> answer) {
        const std::lock_guard lock(mutex);
        answered = std::move(answer);
        woken.notify_one();
    });
    std::unique_lock lock(mutex);
    woken.wait(lock, [&] { return answered.has_value(); });
    return *answered;
}

/// The outbox of a server that is away has it, and no stream.
void keepAway(const std::filesystem::path& data, const Phone& phone, const Envelope& envelope) {
    auto outbox = Outbox::open(data / "outbox.db").value();
    Posted posted{
        .subject = storedSubject(envelope.to), .headers = headersOf(envelope, phone.key), .body = envelope.body};
    REQUIRE(outbox.commit({&posted}, {}, {}, wallNow()).ok());
}

/// The phone gets `later`, which is sent after all else, and nothing of what was taken back.
void checkGetsOnly(Phone& phone, Server& server, const std::string& later) {
    REQUIRE(server.keep({phone.envelope(later)}, phone.key) == 1);
    const auto hasRead = [&] {
        phone.read(server.mailbox);
        return std::ranges::count(phone.texts, later) == 1;
    };
    CHECK(eventually(hasRead));
    CHECK(fmt::format("{}", fmt::join(phone.texts, ", ")) == later);
}

} // namespace

TEST_CASE("what another server's outbox holds is taken back, and is never sent") { // §3.2, with two servers
    const Pair pair;
    Phone phone;
    const Envelope gone = phone.envelope("gone");
    {
        Server his = pair.his();
        his.open();
        REQUIRE(his.registrations.change(phone.asker(), phone.registers(his.keys), wallNow()).ok());
        keepAway(pair.herData, phone, gone);
        CHECK(takenBack(his, gone).value()); // nobody knows whether she has it
        CHECK(takenBack(his, gone).value());
    }
    Server hers = pair.hers();
    hers.open();
    checkGetsOnly(phone, hers, "later");
}

TEST_CASE("what was taken back at another server does not come back when the broker was killed") { // §3.2
    Pair pair;
    Phone phone;
    const Envelope gone = phone.envelope("gone");
    Server his = pair.his(), hers = pair.hers();
    his.open();
    hers.open();
    REQUIRE(his.registrations.change(phone.asker(), phone.registers(his.keys), wallNow()).ok());
    REQUIRE(hers.keep({gone}, phone.key) == 1);
    REQUIRE(eventually([&] { return hers.keeper.held().waiting == 0; }));
    CHECK(takenBack(his, gone).value());
    for (int n = 0; n < 2; ++n) {
        pair.nats.kill(); // and with it what it knew of ids
        pair.nats.start();
        REQUIRE(eventually([&] { return !hers.keeper.placeOf("00").ok(); }));
        hers.open();
    }
    checkGetsOnly(phone, hers, "later");
}

TEST_CASE("what another takes back while it is on its way is deleted where it arrives") { // §3.2
    Pair pair;
    Phone phone;
    const Envelope gone = phone.envelope("gone");
    Server his = pair.his(), hers = pair.hers();
    his.open();
    hers.open();
    REQUIRE(his.registrations.change(phone.asker(), phone.registers(his.keys), wallNow()).ok());
    REQUIRE(eventually([&] { return hers.registrations.find(phone.registration).ok(); }));
    pair.nats.freeze();
    REQUIRE(hers.keep({gone}, phone.key) == 1); // her outbox has it, and the broker is silent
    // It is on its way, or goes with all of her outbox: the other may just have made her open her streams again.
    REQUIRE(eventually([&] { return hers.keeper.held().waiting == 1 || !hers.keeper.held().isOpen; }));
    CHECK(takenBack(his, gone).value());
    pair.nats.thaw();
    const auto isOver = [](const Server& server) {
        const auto held = server.keeper.held();
        return held.isOpen && held.waiting == 0;
    };
    REQUIRE(eventually([&] { return isOver(his) && isOver(hers); }));
    // Whichever of them came first, it is gone in the end.
    REQUIRE(eventually([&] {
        const auto answer = hers.mailbox.answer(phone.asker(), phone.at);
        return answer.ok() && answer->messages.empty(); // who asks too often is told nothing
    }));
    checkGetsOnly(phone, hers, "later");
}

TEST_CASE("a message is taken back within 5 s though a silent broker acknowledges nothing") { // §3, §3.2
    const NatsServer nats;
    Server server(nats);
    server.open();
    Phone phone;
    REQUIRE(server.registrations.change(phone.asker(), phone.registers(server.keys), wallNow()).ok());
    const Envelope gone = phone.envelope("gone");
    nats.freeze();
    REQUIRE(server.keep({gone}, phone.key) == 1);
    const stint::Instant began = bootNow();
    CHECK(takenBack(server, gone).value());
    CHECK(bootNow() - began < std::chrono::seconds(5));
    nats.thaw();
    checkGetsOnly(phone, server, "later");
}

TEST_CASE("an id that its sender uses again long after it was taken back is a message of its own") { // §3.2
    const Pair pair;
    Phone phone;
    Envelope again = phone.envelope("again");
    again.id = idFor(phone.registration, "order 7");
    {
        Server his = pair.his();
        his.open();
        REQUIRE(his.registrations.change(phone.asker(), phone.registers(his.keys), wallNow()).ok());
        const auto broker =
            std::move(Broker::connect({.urls = {pair.nats.url()}, .credentials = {}, .device = {}})).value();
        const auto before = (wallNow() - std::chrono::minutes(11)).time_since_epoch().count();
        REQUIRE(broker
                    .put("STINT_TAKEN", again.id,
                         fmt::format(R"({{"subject": "{}", "at": {}}})", storedSubject(again.to), before))
                    .ok());
        keepAway(pair.herData, phone, again);
    }
    Server hers = pair.hers();
    hers.open();
    REQUIRE(eventually([&] {
        phone.read(hers.mailbox);
        return phone.texts == std::vector<std::string>{"again"};
    }));
}

TEST_CASE("notes that a stranger wrote are none, and of the others the newest are kept") { // §3.2
    const NatsServer nats;
    std::atomic<int> heard = 0;
    const auto broker = std::move(Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value();
    TakenNotes notes(broker, [&](const TakenBack&) { ++heard; });
    REQUIRE(notes.follow().ok());
    REQUIRE(notes.open(1).ok());
    const Phone phone;
    const Envelope one = phone.envelope("one");
    const std::string subject = storedSubject(one.to), live = liveSubject(one.to);
    const auto put = [&](const std::string& key, const std::string& value) {
        REQUIRE(broker.put("STINT_TAKEN", key, value).ok());
    };
    const auto of = [](const std::string& its, const std::string& at) {
        return R"({"subject": ")" + its + R"(", "at": )" + at + "}";
    };
    for (const auto& value : {std::string("x"), std::string("{}"), std::string(5'000, '['), of(live, "1"), of("", "1"),
                              of(subject, "-1"), of(subject, "1e300"), of(subject, "18446744073709551615"),
                              of(subject + ".x", "1"), of("stint.p.>", "1"), of(subject, "\"1\"")})
        put(one.id, value);
    put("x", of(subject, "1"));
    put(std::string(22, '='), of(subject, "1"));
    REQUIRE(notes.readNew().ok());
    CHECK(heard == 0);
    const WallTime now = wallNow();
    REQUIRE(notes.note({subject, one.id}, now).ok());
    CHECK(notes.has({subject, one.id}, now + std::chrono::minutes(10)));
    CHECK_FALSE(notes.has({subject, one.id}, now + std::chrono::minutes(10) + std::chrono::milliseconds(1)));
    REQUIRE(notes.readNew().ok());
    CHECK(heard == 0); // itself it does not hear
    for (std::size_t n = 0; n < TakenNotes::mostNotes; ++n)
        put(newId(), of(subject, std::to_string(now.time_since_epoch().count() + 1)));
    REQUIRE(notes.readNew().ok());
    CHECK(heard == static_cast<int>(TakenNotes::mostNotes));
    CHECK_FALSE(notes.has({subject, one.id}, now));
    TakenNotes others(broker, [](const TakenBack&) {});
    REQUIRE(others.open(1).ok()); // the bucket has no more of them, either
    CHECK_FALSE(others.has({subject, one.id}, now));
}
