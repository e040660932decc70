// An app whose name the window in front bears (linux.md §A.5): nobody can check that, so it is kept from being killed,
// and is granted nothing.
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;

namespace {

struct Claimed : Stage {
    Claimed() {
        change([](Device& unplugged) {
            unplugged.plugged = false;
            unplugged.charging = false;
        });
    }
    void claim(bool on) { event(AppSeen{mail, false, true, on}); }
    /// A job whose service never answers onStartJob, until after its eight seconds.
    void beSilent() {
        behaves.answersStart = false;
        schedule(job(1), false);
        until(9s);
    }
    bool kills() const {
        return std::ranges::any_of(traces, [](const auto& t) { return t.second.what == Trace::What::Killed; });
    }
    AppView standing() const { return core->all<AppView>(clock()).front(); }
};

} // namespace

TEST_CASE("an app in front, or perhaps so, is not killed for its silence; any other is") { // jobs.md §4.8, §12.3
    struct Row {
        std::string_view what;
        bool visible, maybe;
        std::optional<ProcessState> pinned;
        bool killed;
    };
    // clang-format off
    for (const Row& row : {Row{"nobody sees it",                 false, false, {},                       true},
                           Row{"its window is in front",         true,  false, {},                       false},
                           Row{"a window bears its name",        false, true,  {},                       false},
                           Row{"a person says it is in front",   false, false, ProcessState::Top,        false},
                           Row{"a person says that it is not",   false, true,  ProcessState::Background, true}}) {
        // clang-format on
        CAPTURE(row.what);
        Claimed stage;
        stage.event(AppSeen{mail, row.visible, true, row.maybe});
        stage.event(AppStatePinned{{}, mail, row.pinned});
        stage.beSilent();
        CHECK_FALSE(stage.tracked(1)); // its run is over all the same
        CHECK(stage.kills() == row.killed);
        CHECK(stage.count<KillApp>() == (row.killed ? 1 : 0));
    }
}

TEST_CASE("what perhaps is in front no more is killed as ever") {
    Claimed stage;
    stage.claim(true);
    stage.claim(false);
    stage.beSilent();
    CHECK(stage.count<KillApp>() == 1);
}

TEST_CASE("a person's Stop kills whatever bears a window's name") { // jobs.md §5.4
    Claimed stage;
    stage.claim(true);
    stage.schedule(stage.transfer(1));
    stage.event(StopApp{{}, mail});
    CHECK(stage.count<KillApp>() == 1);
    CHECK_FALSE(stage.runs(1));
}

TEST_CASE("a window's name grants nothing") { // linux.md §A.5: each is granted by a window that is really the app's
    for (const bool real : {false, true}) {
        CAPTURE(real);
        Claimed stage;
        stage.event(BucketForced{.app = mail, .bucket = Bucket::Rare});
        stage.event(AppSeen{mail, real, true, true});
        CHECK((stage.schedule(stage.transfer(1), false).error == std::nullopt) == real); // jobs.md §2.3
        CHECK((stage.ask(ForegroundServiceAsked{{1}, mail, "Player", true}).error == std::nullopt) == real); // §5.5
        stage.event(ForegroundServiceAsked{{}, mail, "Player", false});
        const AppView view = stage.standing();
        CHECK((view.state == ProcessState::Visible) == real);
        CHECK((view.bucket == Bucket::Active) == real); // limits.md §2.4
        CHECK((view.importance == 200) == real);        // §9
        CHECK((view.bias > 0) == real);                 // jobs.md §3.5
        CHECK(view.quota.free == real);                 // limits.md §3.3
        CHECK(view.maybeVisible == !real);
    }
}

TEST_CASE("a window's name opens no network") { // limits.md §8.1
    for (const bool real : {false, true}) {
        CAPTURE(real);
        Claimed stage;
        stage.event(BucketForced{.app = mail, .bucket = Bucket::Rare});
        stage.event(AppSeen{mail, real, true, true});
        CHECK(stage.standing().networkAllowed == real);
        stage.event(DozeHeld{{}, DozeForce::Idle});
        CHECK(stage.standing().networkAllowed == real);
    }
}

TEST_CASE("a window's name starts no job that its limits hold") { // limits.md §3.3, §6
    for (const bool real : {false, true}) {
        CAPTURE(real);
        Claimed stage;
        stage.event(AppSeen{mail, real, true, true});
        stage.event(BatteryUseSet{{}, mail, BatteryUse::Restricted});
        stage.schedule(stage.job(1), false);
        CHECK(stage.runs(1) == real);
    }
}
