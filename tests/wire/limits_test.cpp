// Alarms, messages and limits on the wire (limits.md §2, §3, §7, §8).
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"

#include <doctest/doctest.h>

#include "link/wire/views.hpp"
#include "wire/loose_message.hpp"

using namespace stint;

namespace {

using wire::DictionaryWriter;
using wire::LooseMessage;
using wire::Reader;
using wire::throughTheWire;
using wire::Writer;

Alarm alarm(AlarmKind kind) {
    Alarm made;
    made.tag = "tick";
    made.kind = kind;
    made.requested = Instant(90s);
    return made;
}

/// The complaint about an alarm dictionary that `write` makes.
std::string complaint(const std::function<void(DictionaryWriter&)>& write) {
    LooseMessage message;
    Writer writer = message.writer();
    {
        DictionaryWriter dictionary(writer);
        dictionary.put("time", std::int64_t{5});
        write(dictionary);
    }
    REQUIRE(writer.done().ok());
    Reader reader = message.reader();
    const auto read = wire::readAlarm(reader);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == Errc::ILLEGAL_ARGUMENT);
    return read.error().message;
}

} // namespace

TEST_CASE("an alarm of each kind and of each clock is the same at the other end") { // limits.md §7.1
    for (const AlarmKind kind : {AlarmKind::Inexact, AlarmKind::Window, AlarmKind::Exact, AlarmKind::WhileIdle,
                                 AlarmKind::ExactWhileIdle, AlarmKind::Clock}) {
        Alarm made = alarm(kind);
        if (kind == AlarmKind::Window) made.window = 10min;
        CHECK(throughTheWire(made, wire::writeAlarm, wire::readAlarm) == made);
    }
    Alarm made = alarm(AlarmKind::Inexact);
    made.requested = {};
    made.requestedWall = WallTime(1'700'000'000s);
    made.byWall = true;
    made.interval = 1h;
    made.receiver = "Alarms";
    made.persisted = true;
    made.wakeup = false;
    CHECK(throughTheWire(made, wire::writeAlarm, wire::readAlarm) == made);
}

TEST_CASE("a tag has 1 to 1000 characters") {
    CHECK(wire::checkTag(std::string(1000, 't')).ok());
    std::string wide;
    for (int n = 0; n < 1000; ++n)
        wide += "é";
    CHECK(wire::checkTag(wide).ok()); // characters, not bytes
    CHECK_FALSE(wire::checkTag("").ok());
    CHECK(wire::checkTag(std::string(1001, 't')).error().message ==
          "the tag has 1001 characters; at most 1000 are allowed");
}

TEST_CASE("what an alarm of its kind cannot have is refused by name") {
    const auto with = [](const char* kind, const std::function<void(DictionaryWriter&)>& more) {
        return complaint([&](DictionaryWriter& dictionary) {
            dictionary.put("tag", std::string_view("tick"));
            dictionary.put("kind", std::string_view(kind));
            dictionary.put("type", std::string_view("elapsed"));
            more(dictionary);
        });
    };
    const auto number = [](const char* key, std::int64_t value) {
        return [=](DictionaryWriter& dictionary) { dictionary.put(key, value); };
    };
    CHECK(with("exact", number("window", 5)) == "alarm: an alarm of kind exact takes no window; kind window does");
    CHECK(with("clock", number("interval", 5)) == "alarm: an alarm of kind clock does not repeat; kind inexact may");
    CHECK(with("inexact", number("interval", -5)) == "alarm: interval is -5; it must be above 0 ms");
    CHECK(with("window", number("window", -5)) == "alarm: window is -5; it must be at least 0 ms");
    CHECK(with("window", [](DictionaryWriter&) {}).starts_with("alarm: window, an int64 (x), is missing"));
    CHECK(with("loud", [](DictionaryWriter&) {}).starts_with("alarm: kind \"loud\" is unknown"));
    CHECK(with("exact", number("volume", 5)).find("volume") != std::string::npos);
    CHECK(complaint([](DictionaryWriter&) {}) == "alarm: tag, a string (s), is missing");
}

TEST_CASE("a pending alarm tells when it goes off, and what holds it") { // limits.md §7.3
    AlarmView view{
        .alarm = alarm(AlarmKind::Inexact), .earliest = Instant(90s), .latest = Instant(100s), .held = "doze"};
    view.alarm.app = AppId{"com.example.mail"};
    view.alarm.requestedWall = WallTime(1'700'000'000s);
    view.alarm.window = 10s;
    AlarmView back = throughTheWire(view, wire::writeRow<AlarmView>, wire::readRow<AlarmView>);
    CHECK(back.alarm == view.alarm);
    CHECK(back.earliest == view.earliest);
    CHECK(back.latest == view.latest);
    CHECK(back.held == "doze");
    view.earliest.reset();
    CHECK_FALSE(throughTheWire(view, wire::writeRow<AlarmView>, wire::readRow<AlarmView>).earliest);
}

TEST_CASE("what a receiver is told of an alarm and of a message arrives") { // limits.md §7.3, §8.5
    const wire::AlarmCall call{.receiver = "Alarms",
                               .tag = "tick",
                               .count = 4,
                               .kind = "inexact",
                               .requested = Instant(5s),
                               .requestedWall = WallTime(6s)};
    const auto back = throughTheWire(call, wire::writeAlarmCall, wire::readAlarmCall);
    CHECK(back.receiver == "Alarms");
    CHECK(back.tag == "tick");
    CHECK(back.count == 4);
    CHECK(back.requested == Instant(5s));
    CHECK(back.requestedWall == WallTime(6s));
    const wire::MessageCall message{
        .receiver = "Inbox", .high = false, .original = true, .data = "hi", .sent = WallTime(7s), .bytes = {0, 255}};
    const auto read = throughTheWire(message, wire::writeMessageCall, wire::readMessageCall);
    CHECK_FALSE(read.high);
    CHECK(read.original);
    CHECK(read.data == "hi");
    CHECK(read.sent == WallTime(7s));
    CHECK(read.bytes == message.bytes);
    CHECK_FALSE(read.deleted);
    const wire::MessageCall told{.registration = "news", .endpoint = "https://push.example/1", .unregistered = true};
    const auto heard = throughTheWire(told, wire::writeMessageCall, wire::readMessageCall);
    CHECK(heard.registration == told.registration); // push.md §4.4
    CHECK(heard.endpoint == told.endpoint);
    CHECK(heard.unregistered);
    CHECK(throughTheWire(wire::MessageCall{.deleted = true}, wire::writeMessageCall, wire::readMessageCall).deleted);
}

TEST_CASE("a quota with a limit tells what is left, one without tells none") { // limits.md §3, §4
    QuotaView quota{
        .allowed = 10min, .window = 4h, .used = 12min, .left = -2min, .free = true, .returns = WallTime(9s)};
    quota.comesBack = {{WallTime(20s), 3min}, {WallTime(30s), 9min}};
    const QuotaView back = throughTheWire(quota, wire::writeRow<QuotaView>, wire::readRow<QuotaView>);
    CHECK(back.allowed == quota.allowed);
    CHECK(back.window == quota.window);
    CHECK(back.used == quota.used);
    CHECK(back.left == quota.left);
    CHECK(back.free);
    CHECK(back.returns == quota.returns);
    CHECK(back.comesBack == quota.comesBack);
    const QuotaView unlimited = throughTheWire(QuotaView{}, wire::writeRow<QuotaView>, wire::readRow<QuotaView>);
    CHECK_FALSE(unlimited.allowed);
    CHECK_FALSE(unlimited.left);
    CHECK_FALSE(unlimited.returns);
}

TEST_CASE("an app's limits go with its row") { // limits.md §2.2, §8.1, §9
    AppView app;
    app.manifest.package = AppId{"com.example.mail"};
    app.bucket = Bucket::Restricted;
    app.bucketReason = BucketReason::ForcedBySystem;
    app.batteryUse = BatteryUse::Restricted;
    app.dataSaverExempt = true;
    app.networkAllowed = false;
    app.networkBecause = "standby";
    app.importance = 400;
    app.maybeVisible = true;
    app.quota.allowed = 10min;
    app.expedited.allowed = 5min;
    const AppView back = throughTheWire(app, wire::writeRow<AppView>, wire::readRow<AppView>);
    CHECK(back.bucket == app.bucket);
    CHECK(back.bucketReason == app.bucketReason);
    CHECK(back.batteryUse == app.batteryUse);
    CHECK(back.dataSaverExempt);
    CHECK_FALSE(back.networkAllowed);
    CHECK(back.networkBecause == "standby");
    CHECK(back.importance == 400);
    CHECK(back.maybeVisible);
    CHECK(back.quota.allowed == Duration(10min));
    CHECK(back.expedited.allowed == Duration(5min));
}

TEST_CASE("standing, policy and Doze are the same at the other end") {
    const wire::Standing standing{.bucket = Bucket::Rare,
                                  .importance = 125,
                                  .networkAllowed = false,
                                  .networkBecause = "doze",
                                  .canScheduleExactAlarms = true};
    CHECK(throughTheWire(standing, wire::writeRow<wire::Standing>, wire::readRow<wire::Standing>) == standing);
    const wire::PolicyRow row{
        .key = "job.slots", .value = "4", .standard = "16", .source = "memory", .meaning = "slots"};
    CHECK(throughTheWire(row, wire::writeRow<wire::PolicyRow>, wire::readRow<wire::PolicyRow>) == row);
    wire::DozeView doze{
        .deep = "idle", .light = "override", .force = "idle", .deepUntil = WallTime(8s), .screenOn = false};
    CHECK(throughTheWire(doze, wire::writeRow<wire::DozeView>, wire::readRow<wire::DozeView>) == doze);
}
