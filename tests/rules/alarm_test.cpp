// An alarm as it is asked for (limits.md §7.1, §7.2, §7.5, §12.4).
#include <doctest/doctest.h>

#include "contract/rules/alarm.hpp"

using namespace stint;

namespace {

const WallTime morning{std::chrono::hours{24 * 365 * 56}};
constexpr Instant start{1h};
const Now startNow{start, morning};

App clockApp() {
    App app;
    app.manifest.package = {"com.example.clock"};
    app.manifest.permissions = {std::string{scheduleExactAlarm}};
    app.manifest.receivers.emplace("Alarms", Receiver{"Alarms", {}});
    return app;
}

Alarm asked(AlarmKind kind, Duration after, Duration window = 0ms, Duration interval = 0ms) {
    return {.app = {"com.example.clock"},
            .tag = "tick",
            .kind = kind,
            .requested = start + after,
            .window = window,
            .interval = interval};
}

Alarm placedNow(const Alarm& alarm) { return placed(alarm, clockApp(), startNow, {}); }

Errc codeOf(const std::optional<Error>& error) {
    REQUIRE(error);
    return error->code;
}

} // namespace

TEST_CASE("the window follows from the kind and from how far away the time is") { // limits.md §7.2, §12.4 example 56
    struct Row {
        AlarmKind kind;
        Duration after, window, requested, width;
    };
    // clang-format off
    for (const Row& row : {Row{AlarmKind::Inexact,         8h,    0ms,   8h,    1h},       // an hour at most
                           Row{AlarmKind::Inexact,         20min, 0ms,   20min, 15min},    // 75 %
                           Row{AlarmKind::Inexact,         10s,   0ms,   10s,   7500ms},
                           Row{AlarmKind::Inexact,         9999ms, 0ms,  9999ms, 0ms},     // nearer than 10 s: none
                           Row{AlarmKind::Inexact,         8s,    0ms,   8s,    0ms},
                           Row{AlarmKind::WhileIdle,       20min, 0ms,   20min, 15min},
                           Row{AlarmKind::Exact,           1s,    1h,    5s,    0ms},      // no nearer than 5 s
                           Row{AlarmKind::Exact,           5s,    0ms,   5s,    0ms},
                           Row{AlarmKind::Exact,           -2h,   0ms,   5s,    0ms},
                           Row{AlarmKind::ExactWhileIdle,  1h,    1min,  1h,    0ms},
                           Row{AlarmKind::Clock,           1h,    1min,  1h,    0ms},
                           Row{AlarmKind::Window,          1h,    2min,  1h,    10min},    // the floor of 10 min
                           Row{AlarmKind::Window,          4min,  1min,  4min,  3min},     // or of 75 %
                           Row{AlarmKind::Window,          4min,  -1ms,  4min,  3min},
                           Row{AlarmKind::Window,          1h,    11min, 1h,    11min},
                           Row{AlarmKind::Window,          1h,    25h,   1h,    24h}}) {   // the ceiling
        CAPTURE(nameOf(row.kind));
        CAPTURE(row.after.count());
        const Alarm alarm = placedNow(asked(row.kind, row.after, row.window));
        CHECK(alarm.requested == start + row.requested);
        CHECK(alarm.window == row.width);
        CHECK(alarm.requestedWall == morning + row.requested);
    }
    // clang-format on
}

TEST_CASE("a repeating alarm's window is 75 % of its interval, which is at least a minute") { // §7.2, example 56
    CHECK(placedNow(asked(AlarmKind::Inexact, 10min, 0ms, 10min)).window == 7min + 30s);
    CHECK(placedNow(asked(AlarmKind::Inexact, 10min, 0ms, 24h)).window == 18h); // no cap of an hour
    CHECK(placedNow(asked(AlarmKind::Inexact, 30s, 0ms, 30s)).interval == 1min);
    CHECK(placedNow(asked(AlarmKind::Inexact, 30s, 0ms, 24h * 400)).interval == 24h * 365);
    CHECK(placedNow(asked(AlarmKind::Inexact, 30s, 0ms, -5s)).interval == 0ms);
}

TEST_CASE("neither the least futurity nor the least window binds the system") { // limits.md §7.2
    App app = clockApp();
    app.memory.batteryUse = BatteryUse::Unrestricted;
    CHECK(placed(asked(AlarmKind::Window, 1h, 2min), app, startNow, {}).window == 2min);
    CHECK(placed(asked(AlarmKind::Exact, 1s), app, startNow, {}).requested == start + 5s);
    app.manifest.system = true;
    CHECK(placed(asked(AlarmKind::Exact, 1s), app, startNow, {}).requested == start + 1s);
    CHECK(placed(asked(AlarmKind::Exact, -1s), app, startNow, {}).requested == start);
}

TEST_CASE("an alarm for the end of time overflows nothing") { // limits.md §7.2
    for (const AlarmKind kind : {AlarmKind::Inexact, AlarmKind::Window, AlarmKind::Clock}) {
        Alarm alarm = asked(kind, 0ms, Duration::max(), Duration::max());
        alarm.requested = Instant::max();
        CHECK(placedNow(alarm).requested > start + 24h * 365'000);
        alarm.requested = Instant::min();
        CHECK(placedNow(alarm).requested == start + 5s);
        alarm.byWall = true;
        alarm.requestedWall = WallTime::max();
        CHECK(placedNow(alarm).requested > start + 24h * 365'000);
        alarm.requestedWall = WallTime::min();
        CHECK(placedNow(alarm).requested == start + 5s);
    }
}

TEST_CASE("an alarm clock wakes the machine, asked or not") { // limits.md §7.1
    Alarm alarm = asked(AlarmKind::Clock, 1h);
    alarm.wakeup = false;
    CHECK(placedNow(alarm).wakeup);
}

TEST_CASE("exact kinds need a permission or the power allowlist, the others do not") { // §7.1, §7.5, example 59
    App app = clockApp();
    app.manifest.permissions.clear();
    for (const AlarmKind kind : {AlarmKind::Exact, AlarmKind::ExactWhileIdle, AlarmKind::Clock})
        CHECK(codeOf(alarmError(asked(kind, 1h), app, 0, {})) == Errc::SECURITY);
    for (const AlarmKind kind : {AlarmKind::Inexact, AlarmKind::Window, AlarmKind::WhileIdle})
        CHECK(!alarmError(asked(kind, 1h), app, 0, {}));
    app.manifest.permissions = {std::string{useExactAlarm}};
    CHECK(!alarmError(asked(AlarmKind::Exact, 1h), app, 0, {}));
    app.manifest.permissions.clear();
    app.memory.batteryUse = BatteryUse::Unrestricted;
    CHECK(!alarmError(asked(AlarmKind::Exact, 1h), app, 0, {}));
}

TEST_CASE("an app has five hundred alarms and not one more") { // limits.md §7.2
    CHECK(!alarmError(asked(AlarmKind::Exact, 1h), clockApp(), 499, {}));
    CHECK(codeOf(alarmError(asked(AlarmKind::Exact, 1h), clockApp(), 500, {})) == Errc::ILLEGAL_STATE);
}

TEST_CASE("an alarm for a receiver that is not declared is refused") { // limits.md §7
    Alarm alarm = asked(AlarmKind::Inexact, 1h);
    alarm.receiver = "Nobody";
    CHECK(codeOf(alarmError(alarm, clockApp(), 0, {})) == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("one delivery stands for all the repeats that were missed, and the grid stays") { // §7.2, example 58
    Alarm alarm = asked(AlarmKind::Inexact, 10min, 0ms, 10min);
    alarm.requestedWall = morning + 10min;
    struct Row {
        Duration delivered;
        std::int64_t count;
        Duration next;
    };
    for (const Row& row :
         {Row{10min, 1, 20min}, Row{20min - 1ms, 1, 20min}, Row{20min, 2, 30min}, Row{47min, 4, 50min}}) {
        CAPTURE(row.delivered.count());
        CHECK(timesDue(alarm, start + row.delivered) == row.count);
        CHECK(nextRepeat(alarm, start + row.delivered).requested == start + row.next);
        CHECK(nextRepeat(alarm, start + row.delivered).requestedWall == morning + row.next);
    }
    CHECK(timesDue(asked(AlarmKind::Exact, 10min), start + 47min) == 1);
}

TEST_CASE("a jump of the wall clock moves what was set by it, and nothing else") { // limits.md §7.1
    Alarm elapsed = placedNow(asked(AlarmKind::Exact, 2h));
    Alarm wall = elapsed;
    wall.byWall = true;
    const Now ahead{start + 1h, morning + 1h + 30min};
    CHECK(rebased(wall, ahead).requested == start + 90min);
    CHECK(rebased(wall, ahead).requestedWall == wall.requestedWall);
    CHECK(rebased(elapsed, ahead).requested == elapsed.requested);
    CHECK(rebased(elapsed, ahead).requestedWall == morning + 2h + 30min);
    CHECK(rebased(wall, {start + 1h, morning + 1h + 1s}) == wall); // a second is no jump
    CHECK(rebased(wall, {start + 1h, morning + 1h - 1s}) == wall);
    CHECK(rebased(wall, {start + 1h, morning + 1h + 1001ms}).requested == wall.requested - 1001ms);
    CHECK(rebased(wall, {start + 1h, morning - 24h * 3650}).requested == wall.requested + 1h + 24h * 3650);
}

TEST_CASE("an alarm ends with its boot unless it is persisted, and then goes by the wall clock") { // limits.md §12.7 99
    Alarm alarm = placedNow(asked(AlarmKind::Exact, 2h));
    const Now booted{Instant{10s}, morning + 30min};
    const Instant died = start + 20min;
    CHECK(!afterBoot(alarm, died, booted));
    alarm.persisted = true;
    REQUIRE(afterBoot(alarm, died, booted));
    CHECK(afterBoot(alarm, died, booted)->requested == Instant{10s} + 90min);
    CHECK(afterBoot(alarm, died, {Instant{10s}, morning + 3h})->requested ==
          Instant{10s} - 1h); // missed while off: late
}

TEST_CASE("a wrong clock at boot makes no alarm by elapsed time later than it was") { // jobs.md §7.2
    Alarm elapsed = placedNow(asked(AlarmKind::Exact, 2h));
    elapsed.persisted = true;
    const Instant died = start + 30min;
    const Now booted{Instant{10s}, morning - 24h * 3650};
    const auto revived = afterBoot(elapsed, died, booted);
    REQUIRE(revived);
    CHECK(revived->requested == booted.elapsed + 90min);
    CHECK(revived->requestedWall == booted.wall + 90min);
    Alarm wall = elapsed;
    wall.byWall = true;
    CHECK(afterBoot(wall, died, booted)->requested ==
          booted.elapsed + 2h + 24h * 3650); // it waits for that time of day
}

TEST_CASE("only while-idle alarms and alarm clocks allow their app anything") { // limits.md §7.6
    for (const AlarmKind kind : {AlarmKind::WhileIdle, AlarmKind::ExactWhileIdle, AlarmKind::Clock})
        CHECK(grantOf(kind, {}) == 10s);
    for (const AlarmKind kind : {AlarmKind::Inexact, AlarmKind::Window, AlarmKind::Exact})
        CHECK(!grantOf(kind, {}));
}
