// Receivers in an app's process, alarms that it sets, and what it is told of its network (limits.md §7, §8).
#include "stint/receiver.hpp"

#include <doctest/doctest.h>

#include "client/fake_daemon.hpp"
#include "client/recorded_service.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"
#include "stint/alarm_manager.hpp"
#include "stint/standing.hpp"

using namespace stint;

namespace {

class RecordedReceiver : public BroadcastReceiver {
public:
    void onAlarm(const AlarmParameters& alarm) override {
        alarms.push_back(alarm.getTag());
        last = alarm;
    }
    void onMessage(const RemoteMessage& message) override { messages.push_back(message); }
    void onDeletedMessages() override { ++notes; }
    void onNewEndpoint(const std::string& registration, const std::string& endpoint) override {
        told.push_back(registration + " " + endpoint);
    }
    void onUnregistered(const std::string& registration) override { told.push_back(registration + " has ended"); }

    std::vector<std::string> alarms;
    AlarmParameters last;
    std::vector<RemoteMessage> messages;
    std::vector<std::string> told; ///< of registrations
    int notes = 0;
};

struct ReceiverWorld {
    FakeDaemon daemon;
    RecordedReceiver receiver;
    Connection connection = Connection::open().value();

    ReceiverWorld() {
        REQUIRE(connection.host("Alarms", receiver).ok());
        REQUIRE(daemon.heard() == "HostReceivers Alarms");
    }
    Result<bool> deliver(const wire::AlarmCall& call) {
        return daemon.answerOf(connection, daemon.call(wire::receiverInterface, "Alarm", [&](wire::Writer& writer) {
            wire::writeAlarmCall(writer.uint64(1), call);
        }));
    }
    Result<bool> deliver(const wire::MessageCall& call) {
        return daemon.answerOf(connection, daemon.call(wire::receiverInterface, "Message", [&](wire::Writer& writer) {
            wire::writeMessageCall(writer.uint64(2), call);
        }));
    }
};

wire::AlarmCall tick(std::string receiver = "Alarms") {
    return {.receiver = std::move(receiver),
            .tag = "tick",
            .count = 3,
            .kind = "inexact",
            .requested = Instant(5s),
            .requestedWall = WallTime(6s)};
}

} // namespace

TEST_CASE("an alarm is taken when onAlarm has returned, with all that it was told") { // limits.md §7.2, §7.3
    ReceiverWorld world;
    CHECK(world.deliver(tick()).ok());
    CHECK(world.receiver.alarms == std::vector<std::string>{"tick"});
    CHECK(world.receiver.last.getCount() == 3);
    CHECK(world.receiver.last.getTriggerElapsedRealtime() == 5s);
    CHECK(world.receiver.last.getTriggerTime() == WallTime(6s));
}

TEST_CASE("a message tells its priority as it is delivered and as it was sent") { // limits.md §8.5
    ReceiverWorld world;
    CHECK(world.deliver({.receiver = "Alarms", .high = false, .original = true, .data = "hi", .sent = WallTime(7s)})
              .ok());
    REQUIRE(world.receiver.messages.size() == 1);
    const RemoteMessage& message = world.receiver.messages[0];
    CHECK(message.getPriority() == RemoteMessage::PRIORITY_NORMAL);
    CHECK(message.getOriginalPriority() == RemoteMessage::PRIORITY_HIGH);
    CHECK(message.getData() == "hi");
    CHECK(message.getSentTime() == WallTime(7s));
}

TEST_CASE("a message from elsewhere is bytes, and a note that some are lost is none") { // push.md §4.1
    ReceiverWorld world;
    const std::vector<std::uint8_t> bytes{0, 255, 'a'};
    CHECK(world.deliver({.receiver = "Alarms", .high = true, .original = true, .bytes = bytes}).ok());
    REQUIRE(world.receiver.messages.size() == 1);
    CHECK(world.receiver.messages[0].getBytes() == bytes);
    CHECK(world.receiver.messages[0].getData().empty());
    CHECK(world.deliver({.receiver = "Alarms", .deleted = true}).ok());
    CHECK(world.receiver.notes == 1);
    CHECK(world.receiver.messages.size() == 1);
}

TEST_CASE("a receiver hears of its endpoint, of its registration's end, and for which one a message came") {
    ReceiverWorld world; // push.md §4.4
    const std::string url = "https://push.example/push/v1/t";
    CHECK(world.deliver({.receiver = "Alarms", .registration = "news", .endpoint = url}).ok());
    CHECK(world.deliver({.receiver = "Alarms", .bytes = {1}, .registration = "news"}).ok());
    CHECK(world.deliver({.receiver = "Alarms", .registration = "news", .unregistered = true}).ok());
    CHECK(world.receiver.told == std::vector<std::string>{"news " + url, "news has ended"});
    REQUIRE(world.receiver.messages.size() == 1);
    CHECK(world.receiver.messages[0].getRegistration() == "news");
}

TEST_CASE("what is for a receiver that this process does not host is refused") {
    ReceiverWorld world;
    const auto answer = world.deliver(tick("Ringer"));
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().message == "this process hosts no receiver \"Ringer\"");
    CHECK(world.receiver.alarms.empty());
}

TEST_CASE("a new daemon is offered the receivers again, beside the services") { // architecture.md, libstint
    ReceiverWorld world;
    RecordedService service;
    REQUIRE(world.connection.host("Jobs", service).ok());
    CHECK(world.daemon.heard() == "Host Jobs");
    CHECK(world.daemon.heard() == "HostReceivers Alarms");
    world.daemon.die();
    world.daemon.revive();
    std::vector<std::string> told;
    CHECK(world.daemon.dispatchUntil(world.connection, [&] {
        while (!world.daemon.heardNothing())
            told.push_back(world.daemon.heard());
        return told.size() >= 2;
    }));
    CHECK(told == std::vector<std::string>{"Host Jobs", "HostReceivers Alarms"});
}

TEST_CASE("each way to set an alarm asks for what Android's documentation says") { // limits.md §7.1
    ReceiverWorld world;
    AlarmManager manager(world.connection);
    const auto wakeup = AlarmManager::ELAPSED_REALTIME_WAKEUP;
    CHECK(manager.set(AlarmManager::RTC, 9s, {"a"}).ok());
    CHECK(world.daemon.heard() == "inexact a wall at=9000 window=0 interval=0 wakeup=0 receiver=");
    CHECK(manager.setWindow(wakeup, 9s, 2s, {"b", "Alarms"}).ok());
    CHECK(world.daemon.heard() == "window b elapsed at=9000 window=2000 interval=0 wakeup=1 receiver=Alarms");
    CHECK(manager.setExact(AlarmManager::ELAPSED_REALTIME, 9s, AlarmOperation("c").setPersisted(true)).ok());
    CHECK(world.daemon.heard() == "exact c elapsed at=9000 window=0 interval=0 wakeup=0 receiver= persisted");
    CHECK(manager.setAndAllowWhileIdle(wakeup, 9s, {"d"}).ok());
    CHECK(world.daemon.heard() == "while_idle d elapsed at=9000 window=0 interval=0 wakeup=1 receiver=");
    CHECK(manager.setExactAndAllowWhileIdle(AlarmManager::RTC_WAKEUP, 9s, {"e"}).ok());
    CHECK(world.daemon.heard() == "exact_while_idle e wall at=9000 window=0 interval=0 wakeup=1 receiver=");
    CHECK(manager.setAlarmClock(AlarmClockInfo(WallTime(9s)), {"f"}).ok());
    CHECK(world.daemon.heard() == "clock f wall at=9000 window=0 interval=0 wakeup=1 receiver=");
    CHECK(manager.setInexactRepeating(wakeup, 9s, AlarmManager::INTERVAL_HOUR, {"g"}).ok());
    CHECK(world.daemon.heard() == "inexact g elapsed at=9000 window=0 interval=3600000 wakeup=1 receiver=");
    CHECK(manager.cancel("g").ok());
    CHECK(world.daemon.heard() == "cancel g");
    CHECK(manager.set(7, 9s, {"h"}).error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(manager.setRepeating(wakeup, 9s, 0s, {"h"}).error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(world.daemon.heardNothing());
}

TEST_CASE("the next alarm clock is its time, or none") {
    ReceiverWorld world;
    AlarmManager manager(world.connection);
    std::int64_t time = -1;
    world.daemon.on("GetNextAlarmClock", [&time](wire::Reader&, wire::Writer& writer) {
        writer.int64(time);
        return Result<void>();
    });
    CHECK_FALSE(manager.getNextAlarmClock().value());
    time = 9000;
    CHECK(manager.getNextAlarmClock().value()->getTriggerTime() == WallTime(9s));
}

TEST_CASE("an app is told whether its network is blocked, first as it is and then as it changes") { // limits.md §8.1
    ReceiverWorld world;
    world.daemon.on("WatchNetwork", [](wire::Reader&, wire::Writer& writer) {
        writer.boolean(true).string("");
        return Result<void>();
    });
    std::vector<std::string> told;
    REQUIRE(world.connection
                .onNetworkBlocked(
                    [&told](bool blocked, const std::string& because) { told.push_back(blocked ? because : "open"); })
                .ok());
    CHECK(told.empty()); // from dispatch() alone
    CHECK(world.daemon.dispatchUntil(world.connection, [&] { return !told.empty(); }));
    world.daemon.signal(wire::appInterface, "NetworkAccess",
                        [](wire::Writer& writer) { writer.boolean(false).string("standby"); });
    CHECK(world.daemon.dispatchUntil(world.connection, [&] { return told.size() == 2; }));
    CHECK(told == std::vector<std::string>{"open", "standby"});
}

TEST_CASE("an app asks how it stands") { // limits.md §2.1, §9
    ReceiverWorld world;
    world.daemon.on("GetStanding", [](wire::Reader&, wire::Writer& writer) {
        wire::writeRow<wire::Standing>(writer, {.bucket = Bucket::Rare, .importance = 300, .networkAllowed = false});
        return Result<void>();
    });
    CHECK(world.connection.getAppStandbyBucket().value() == StandbyBucket::RARE);
    CHECK(world.connection.getMyImportance().value() == Importance::SERVICE);
    CHECK(world.connection.isNetworkBlocked().value());
}
