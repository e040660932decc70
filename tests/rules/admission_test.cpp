// Conditions under which an app may start a foreground service, cell by cell (jobs.md §5.5), beside what admits a
// user-initiated job (§2.3).
#include <doctest/doctest.h>

#include "contract/rules/admission.hpp"

using namespace stint;

namespace {

constexpr Instant callTime{1h};

struct Cell {
    const char* what;
    void (*holds)(App&);
    bool service;    ///< may start, the user's choice being optimized
    bool restricted; ///< may start, the user having restricted its battery use
    bool transfer;   ///< admits a user-initiated job
};

void pin(App& app, ProcessState state) { app.memory.pinned = state; }

} // namespace

TEST_CASE("what lets an app start a foreground service") { // §5.5
                                                           // clang-format off
    for (const Cell& cell : {
             Cell{"nothing",                       [](App&) {},                                                   false, false, false},
             Cell{"top",                           [](App& app) { pin(app, ProcessState::Top); },                 true,  true,  true},
             Cell{"visible",                       [](App& app) { pin(app, ProcessState::Visible); },             true,  true,  true},
             Cell{"no process",                    [](App& app) { pin(app, ProcessState::NotRunning); },          false, false, false},
             Cell{"a tap's seconds",               [](App& app) { app.memory.grantUntil = callTime + 1ms; },      true,  false, true},
             Cell{"a tap's seconds are over",      [](App& app) { app.memory.grantUntil = callTime; },            false, false, false},
             Cell{"bound by a visible app",        [](App& app) { app.conditions = {"bound_by_visible"}; },       true,  false, true},
             Cell{"overlay",                       [](App& app) { app.conditions = {"overlay"}; },                true,  false, true},
             Cell{"companion device",              [](App& app) { app.conditions = {"companion"}; },              true,  false, true},
             Cell{"a service begun in sight",      [](App& app) { app.foregroundServices = {{"Player", true}}; }, true,  false, true},
             Cell{"a service begun out of sight",  [](App& app) { app.foregroundServices = {{"Player", false}}; }, false, false, false},
             Cell{"a message or an alarm",         [](App& app) { app.memory.mayServeUntil = callTime + 1ms; },   true,  false, false},
             Cell{"their seconds are over",        [](App& app) { app.memory.mayServeUntil = callTime; },         false, false, false},
             Cell{"the temporary allowlist alone", [](App& app) { app.memory.allowlistedUntil = callTime + 1min; }, false, false, false},
             Cell{"part of the system",            [](App& app) { app.manifest.system = true; },                  true,  true,  false}}) {
        // clang-format on
        CAPTURE(cell.what);
        App app;
        cell.holds(app);
        CHECK(mayStartForegroundService(app, false, callTime) == cell.service);
        CHECK(mayStartUi(app, callTime) == cell.transfer);
        app.memory.batteryUse = BatteryUse::Restricted;
        CHECK(mayStartForegroundService(app, false, callTime) == cell.restricted);
        app.memory.batteryUse = BatteryUse::Unrestricted;
        CHECK(mayStartForegroundService(app, false, callTime));
        CHECK(mayStartUi(app, callTime) == cell.transfer);
    }
}

TEST_CASE("the completed boot lets start a foreground service what may be told of it") { // §5.5
    App app;
    CHECK_FALSE(mayStartForegroundService(app, true, callTime));
    app.manifest.permissions = {std::string(receiveBootCompleted)};
    CHECK(mayStartForegroundService(app, true, callTime));
    CHECK_FALSE(mayStartUi(app, callTime));
    app.memory.revoked = {std::string(receiveBootCompleted)};
    CHECK_FALSE(mayStartForegroundService(app, true, callTime));
    app.memory.revoked = {};
    app.memory.batteryUse = BatteryUse::Restricted;
    CHECK_FALSE(mayStartForegroundService(app, true, callTime));
}
