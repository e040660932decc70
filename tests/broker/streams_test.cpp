// Streams read in batches, and the one of a fleet's reports (push.md §2.1), on a real nats-server.
#include <atomic>
#include <future>
#include <mutex>

#include <doctest/doctest.h>

#include "base/time/clock.hpp"
#include "broker/connected.hpp"
#include "mailbox/nats_server.hpp"
#include "push/broker/broker.hpp"
#include "push/envelope/fleet.hpp"

using namespace stint;
using namespace stint::push;
using namespace stint::test;

namespace {

struct Reports {
    Broker server, device;
    std::string name;

    explicit Reports(const NatsServer& nats, std::size_t which = 0, bool isClustered = false)
        : server(serverAt(nats, isClustered)),
          device(std::move(Broker::connect({.urls = {nats.urlOf(nats.devices.at(which))},
                                            .credentials = {},
                                            .device = nats.devices.at(which)}))
                     .value()),
          name(nats.devices.at(which)) {}

    std::string subject(std::string_view shard = "00") const { return fleetSubject(FleetWord::Report, shard, name); }
    Result<std::uint64_t> tell(const std::string& text, std::string_view shard = "00") const {
        const auto answer = device.ask(subject(shard), text);
        const auto ack = STINT_TRY(answer.ok() ? ackIn(*answer) : Result<Ack>(answer.error()));
        return ack.sequence;
    }
    std::vector<std::string> texts(std::string_view subjects, std::uint64_t from = 1, std::size_t most = 10'000,
                                   std::size_t atOnce = 1) const {
        std::vector<std::string> all;
        for (const Recorded& one : server.read(reportsStream, subjects, from, most, atOnce).value())
            all.push_back(one.message.body);
        return all;
    }
};

/// A device's questions, all under way at once.
struct Herd {
    /// So many are answered at once, and all others from goOn() on.
    Herd(const NatsServer& nats, int quick) : of(nats) {
        REQUIRE(of.server.answer(
            {fleetSubjects(FleetWord::Hello)}, "stint",
            [this, quick, goesOn = answers.get_future().share()](const std::string&, std::string_view) {
                if (++heard > quick) goesOn.wait();
                return "answer";
            }));
    }
    void goOn() { answers.set_value(); }
    void ask(int times, FleetWord word = FleetWord::Hello) {
        for (int n = 0; n < times; ++n)
            of.device.askBeside(fleetSubject(word, "00", of.name), "?", std::chrono::hours(1),
                                [this](const Result<std::string>& answer) { ++(answer.ok() ? answered : refused); });
    }
    /// They have come: another question has, behind these.
    void untilThere() const {
        REQUIRE(of.server.answer({fleetSubjects(FleetWord::Slot)}, "stint",
                                 [](const std::string&, std::string_view) { return "answer"; }));
        CHECK(of.device.ask(fleetSubject(FleetWord::Slot, "00", of.name), "?").ok());
    }

    std::promise<void> answers;
    std::atomic<int> heard = 0, answered = 0, refused = 0;
    const Reports of; // it goes first, and tells what is not answered
};

} // namespace

TEST_CASE("a stream's leader that has not heard a question is asked again") { // push.md §3.3
    const NatsServer nats("", false);                                         // the leader is this test
    const Broker leader = serverAt(nats), server = serverAt(nats, true);
    const auto answer = [&](const std::string& subjects, std::atomic<int>& asked,
                            const std::vector<std::string>& answers) {
        const auto take = [&asked, answers](const std::string&, const std::string&, const auto& answered) {
            const auto which = static_cast<std::size_t>(asked++);
            const std::string& text = answers.at(std::min(which, answers.size() - 1));
            if (!text.empty()) answered(text);
        };
        REQUIRE(leader.answerLater(subjects, "", take).ok());
    };
    const std::string unheard;
    std::atomic<int> reads = 0, looks = 0, made = 0;
    answer("$JS.API.STREAM.MSG.GET.A", reads,
           {unheard, R"({"message":{"subject":"a","seq":7,"time":"2026-01-01T00:00:00Z"}})"});
    const auto found = server.next("A", 1, "a");
    REQUIRE(found.ok());
    REQUIRE(found->has_value());
    CHECK((*found)->sequence == 7);
    CHECK(reads == 2);
    answer("$JS.API.STREAM.INFO.*", looks,
           {unheard, R"({"error":{"code":503,"description":"away"}})", R"({"error":{"code":404,"err_code":10059}})"});
    answer("$JS.API.STREAM.CREATE.*", made, {R"({"error":{"code":500,"description":"no more than that"}})"});
    const auto opened = server.openStream("00");
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().message.find("no more than that") != std::string::npos);
    CHECK(looks == 4); // unheard, away, there; and libnats' own
}

TEST_CASE("a report is acknowledged by its stream, over the accounts, and read with its time") { // §2, §2.1
    const NatsServer nats;
    const Reports of(nats);
    CHECK(of.tell("too early").error().code == Errc::UNAVAILABLE);
    REQUIRE(of.server.openReports().ok());
    const auto again = of.server.openReports();
    REQUIRE(again.ok());
    CHECK(again->last == 0);
    CHECK(again->store.starts_with("STINT_FLEET_R@"));
    const WallTime before = wallNow();
    CHECK(of.tell("one").value() == 1);
    CHECK(of.tell(std::string("two\0\xff", 5)).value() == 2);
    const WallTime after = wallNow();
    for (const bool isClustered : {false, true}) { // §3.3: a leader's words are others
        const Reports reader(nats, 0, isClustered);
        const auto read = reader.server.read(reportsStream, fleetSubjects(FleetWord::Report), 1).value();
        REQUIRE(read.size() == 2);
        CHECK(read[0].message.subject == of.subject());
        CHECK(read[0].message.sequence == 1);
        CHECK(read[1].message.body == std::string("two\0\xff", 5));
        for (const Recorded& one : read) {
            CHECK(one.at >= before);
            CHECK(one.at <= after);
        }
        CHECK(reader.server.read(reportsStream, ">", 3).value().empty());
    }
}

TEST_CASE("what the stream of reports takes is heard with its number and time, of 2.9 that it took something") { // §2.1
    const NatsServer nats;
    const Reports of(nats);
    const auto opened = of.server.openReports();
    REQUIRE(opened.ok());
    CHECK(opened->tells);
    const std::string made = of.server.ask(fmt::format("$JS.API.STREAM.INFO.{}", reportsStream), "").value();
    std::mutex mutex;
    std::vector<std::optional<Recorded>> heard;
    REQUIRE(of.server
                .followReports([&](std::optional<Recorded> report) {
                    const std::lock_guard lock(mutex);
                    heard.push_back(std::move(report));
                })
                .ok());
    const Headers stolen{
        {"Nats-Sequence", "1"}, {"Nats-Subject", of.subject()}, {"Nats-Time-Stamp", "2026-11-28T15:02:43Z"}};
    REQUIRE(of.device.tell(fmt::format("{}00.{}", takenPrefix, of.name), stolen, "forged").ok()); // it has no right to
    for (const char* const text : {"one", "two"})
        REQUIRE(of.tell(text).ok());
    REQUIRE(eventually([&] {
        const std::lock_guard lock(mutex);
        return heard.size() == 2;
    }));
    const auto read = of.server.read(reportsStream, ">", 1).value();
    for (std::size_t n = 0; n < heard.size(); ++n) {
        CHECK(heard[n].has_value() == test::isFrom210(made));
        if (!heard[n]) continue;
        CHECK(heard[n]->message.subject == read[n].message.subject);
        CHECK(heard[n]->message.sequence == n + 1);
        CHECK(heard[n]->message.body == read[n].message.body);
        CHECK(heard[n]->at == read[n].at);
    }
    of.server.answerNoMore();
    REQUIRE(of.tell("three").ok());
    CHECK(of.server.read(reportsStream, ">", 1).value().size() == 3);
    const std::lock_guard lock(mutex);
    CHECK(heard.size() == 2);
}

TEST_CASE("a stream that an older Stint has opened tells what it takes, once 2.10 opens it") { // §2.1
    const NatsServer nats;
    const Reports of(nats);
    const auto made =
        of.server.ask(fmt::format("$JS.API.STREAM.CREATE.{}", reportsStream),
                      fmt::format(R"({{"name":"{}","subjects":["{}"],"storage":"file","allow_direct":true}})",
                                  reportsStream, of.subject()));
    REQUIRE(made.ok());
    for (int n = 0; n < 2; ++n) {
        const auto opened = of.server.openReports();
        REQUIRE(opened.ok());
        CHECK(opened->tells == test::isFrom210(*made));
    }
}

TEST_CASE("a device keeps 256 reports of a subject, pushes out nobody else's, and has 16 subjects") { // §2.1
    const NatsServer nats;
    const Reports flood(nats, 0), other(nats, 1);
    REQUIRE(flood.server.openReports().ok());
    REQUIRE(other.tell("the first").ok());
    for (int n = 0; n < 300; ++n)
        REQUIRE(flood.tell(std::to_string(n)).ok());
    const auto its = flood.texts(flood.subject());
    REQUIRE(its.size() == 256);
    CHECK(its.front() == "44");
    CHECK(flood.texts(flood.subject(), 1, 256, 256) == its); // the first 45 numbers have the same answer
    CHECK(flood.texts(">", 1, 1'000, 1'000).size() == 257);
    CHECK(flood.texts(other.subject()) == std::vector<std::string>{"the first"});
    for (const std::string_view shard : shards)
        CHECK(flood.tell("x", shard).ok());
    for (const std::string_view none : {"10", "0g", "0", "000", "report", "Z"})
        CHECK(flood.tell("x", none).error().code == Errc::UNAVAILABLE);
}

TEST_CASE("what has no room is refused, and nothing is pushed out for it") { // §2.1
    const NatsServer nats;
    const Reports flood(nats, 0), other(nats, 1);
    REQUIRE(flood.server.openReports(1, 1 << 20).ok());
    REQUIRE(other.tell("the first").ok());
    CHECK(flood.tell(std::string(16 << 10, 'x')).ok());
    CHECK(flood.tell(std::string((16 << 10) + 1, 'x')).error().code == Errc::LIMIT_EXCEEDED);
    int taken = 1;
    while (taken < 200 && flood.tell(std::string(16 << 10, 'x')).ok())
        ++taken;
    CHECK(taken < 64);
    CHECK(taken > 50);
    CHECK(flood.tell(std::string(16 << 10, 'x')).error().code == Errc::LIMIT_EXCEEDED);
    CHECK(flood.texts(other.subject()) == std::vector<std::string>{"the first"});
    REQUIRE(flood.server.remove(reportsStream, 2).ok()); // room again
    CHECK(other.tell("the second").ok());
}

TEST_CASE("where the broker has less room the stream of reports takes less, and not nothing") { // §2.1
    const NatsServer nats;
    const Reports of(nats, 0);
    const auto opened = of.server.openReports(1, Bytes{1} << 60);
    REQUIRE(opened.ok());
    CHECK(opened->most < Bytes{1} << 60);
    CHECK(opened->most >= push::leastReports);
    CHECK(of.tell("there is room").ok());
}

TEST_CASE("a device's report says to the store nothing but itself") { // §2.1: headers that JetStream takes for orders
    const NatsServer nats;
    const Reports thief(nats, 0), other(nats, 1);
    REQUIRE(thief.server.openReports().ok());
    REQUIRE(other.tell("the first").ok());
    for (const Headers& headers :
         {Headers{{"Nats-Rollup", "all"}}, Headers{{"Nats-Rollup", "sub"}}, Headers{{"Nats-TTL", "1s"}}})
        REQUIRE(thief.device.tell(thief.subject(), headers, "x").ok());
    REQUIRE(thief.tell("the last").ok());
    CHECK(thief.texts(other.subject()) == std::vector<std::string>{"the first"});
}

TEST_CASE("whatever lies between the messages, each is read once and in order") { // and from any number on
    const NatsServer nats;
    const Reports of(nats);
    REQUIRE(of.server.openReports().ok());
    std::vector<std::string> all;
    for (int n = 1; n <= 400; ++n) {
        REQUIRE(of.tell(std::to_string(n), fmt::format("{:02x}", n % 16)).ok());
        all.push_back(std::to_string(n));
    }
    CHECK(of.texts(">") == all);
    CHECK(of.texts(">", 399) == std::vector<std::string>{"399", "400"});
    CHECK(of.texts(">", 1, 7) == std::vector<std::string>(all.begin(), all.begin() + 7));
    CHECK(of.texts(of.subject("05")).size() == 25); // one in sixteen
    std::erase_if(all, [&](const std::string& text) {
        const int n = std::stoi(text);
        const bool isGone = n < 30 || n == 100 || (n > 200 && n < 390);
        if (isGone) REQUIRE(of.server.remove(reportsStream, static_cast<std::uint64_t>(n)).ok());
        return isGone;
    });
    CHECK(of.texts(">") == all);
    CHECK(of.texts(">", 391).size() == 10);
    CHECK(Reports(nats, 0, true).texts(">") == all); // by a leader's word
    CHECK(of.server.read("NONE", ">", 1).error().code == Errc::UNAVAILABLE);
}

TEST_CASE("a question that nobody answers holds up no other") { // §4.2
    const NatsServer nats;
    std::atomic<int> heard = 0;
    std::mutex mutex;
    std::vector<std::pair<int, Result<std::string>>> answers;
    const Reports of(nats); // it goes first, and tells what is not answered
    REQUIRE(of.server.answerLater(fleetSubjects(FleetWord::Slot), "stint",
                                  [&](const std::string&, const std::string&, const Broker::Answered&) { ++heard; }));
    REQUIRE(of.server.answer({fleetSubjects(FleetWord::Hello)}, "stint",
                             [](const std::string& subject, std::string_view) { return subject; }));
    const auto ask = [&](FleetWord word, int number, Duration longest) {
        of.device.askBeside(fleetSubject(word, "00", of.name), "?", longest, [&, number](Result<std::string> answer) {
            const std::lock_guard lock(mutex);
            answers.emplace_back(number, std::move(answer));
        });
    };
    const auto count = [&] {
        const std::lock_guard lock(mutex);
        return answers.size();
    };
    ask(FleetWord::Slot, 1, std::chrono::hours(1));
    ask(FleetWord::Slot, 2, Duration(0));
    REQUIRE(eventually([&] { return heard == 2; }));
    CHECK(count() == 0);
    ask(FleetWord::Hello, 3, std::chrono::hours(1)); // which finds that the second is late
    REQUIRE(eventually([&] { return count() == 2; }));
    {
        const std::lock_guard lock(mutex);
        CHECK(answers[0].first == 2);
        CHECK(answers[0].second.error().code == Errc::UNAVAILABLE);
        CHECK(answers[1].second.value() == fleetSubject(FleetWord::Hello, "00", of.name));
    }
}

TEST_CASE("of questions that wait the last ones are answered, and of the others it is said that nobody does") { // §3
    constexpr int most = Broker::mostUnanswered;
    const NatsServer nats;
    Herd herd(nats, 0);
    herd.ask(1);
    REQUIRE(eventually([&] { return herd.heard == 1; }));
    herd.ask(3 * most);
    herd.untilThere();
    herd.goOn();
    REQUIRE(eventually([&] { return herd.answered + herd.refused == 1 + 3 * most; }));
    CHECK(herd.answered >= 1 + most);
    CHECK(herd.answered <= 1 + most + most / 7 + 1); // the first was quick, and is an eighth of what is believed
    herd.ask(1);
    CHECK(eventually([&] { return herd.answered + herd.refused == 2 + 3 * most; }));
    CHECK(herd.heard == herd.answered);
    // An empty answer keeps nobody waiting either.
    const int refused = herd.refused;
    REQUIRE(herd.of.server.answer({fleetSubjects(FleetWord::Join)}, "stint",
                                  [](const std::string&, std::string_view) { return ""; }));
    herd.ask(1, FleetWord::Join);
    CHECK(eventually([&] { return herd.refused == refused + 1; }));
}

TEST_CASE("a thread that answers many in a second has more of them wait") { // push.md §2.2
    constexpr int quick = 30, most = 3 * Broker::mostUnanswered;            // the first ones are not believed at once
    const NatsServer nats;
    Herd herd(nats, quick);
    herd.ask(quick + 1);
    REQUIRE(eventually([&] { return herd.heard == quick + 1; }));
    herd.ask(most);
    herd.untilThere();
    herd.goOn();
    CHECK(eventually([&] { return herd.answered == quick + 1 + most; }));
}

TEST_CASE("who does not answer any more takes no question from others of the group, and may answer again") { // §3.3
    const NatsServer nats;
    const Reports one(nats), other(nats);
    int answered = 0;
    const auto answers = [&](const Reports& of, const char* text) {
        REQUIRE(of.server.answer({fleetSubjects(FleetWord::Hello)}, "stint",
                                 [text](const std::string&, std::string_view) { return text; }));
    };
    const auto isAsked = [&](const char* text) {
        const auto said = one.device.ask(fleetSubject(FleetWord::Hello, "00", one.name), "?");
        return said.ok() && *said == text;
    };
    answers(one, "one");
    answers(other, "other");
    CHECK(eventually([&] { return isAsked("other"); })); // it takes a part of them
    other.server.answerNoMore();
    REQUIRE(eventually([&] { return isAsked("one"); }));
    for (int n = 0; n < 50; ++n)
        answered += isAsked("one");
    CHECK(answered == 50);
    one.server.answerNoMore();
    one.server.answerNoMore();
    CHECK(eventually([&] { return !isAsked("one"); }));
    answers(one, "again");
    CHECK(eventually([&] { return isAsked("again"); }));
}

TEST_CASE("a question whose connection is lost has no answer") { // §4.2
    NatsServer nats;
    std::atomic<int> heard = 0, lost = 0;
    const Reports of(nats);
    REQUIRE(of.server.answerLater(fleetSubjects(FleetWord::Slot), "stint",
                                  [&](const std::string&, const std::string&, const Broker::Answered&) { ++heard; }));
    of.device.askBeside(fleetSubject(FleetWord::Slot, "00", of.name), "?", std::chrono::hours(1),
                        [&](const Result<std::string>& answer) {
                            if (!answer.ok() && answer.error().code == Errc::UNAVAILABLE) ++lost;
                        });
    REQUIRE(eventually([&] { return heard == 1; }));
    CHECK(lost == 0);
    nats.kill();
    CHECK(eventually([&] { return lost == 1; }));
}
