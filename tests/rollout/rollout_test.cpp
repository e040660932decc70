// fleet.md §4.1, §4.2, §5: one campaign, and what its server decides.
#include <doctest/doctest.h>

#include "desk.hpp"

namespace stint::fleet {

TEST_CASE("fleet.md §4.2: a device begins with a slot, of which there are at-a-time") {
    Desk desk(4);
    CHECK(desk.orders() == Devices{0, 1});
    const Reply answer = desk.ask(0);
    CHECK(answer.word == Reply::Word::Begin);
    CHECK(answer.time == 1h);
    // One that got no order may ask, too.
    CHECK(desk.begins(3));
    CHECK(desk.ask(1).word == Reply::Word::Later);
    CHECK(desk.answered() == 10min);
    desk.end(0);
    CHECK(desk.orders() == Devices{1}); // a hint for the one who asked, not an order for the next
    CHECK(desk.begins(1));
}

TEST_CASE("fleet.md §4.2: a lost answer costs nothing, and prolongs nothing") {
    Desk desk(3);
    CHECK(desk.begins(0));
    desk.after(20min);
    const Reply again = desk.ask(0);
    CHECK(again.word == Reply::Word::Begin);
    CHECK(again.time == 40min);
    CHECK(desk.rollout().slots() == 1);
    desk.after(42min);
    CHECK(desk.ask(0).word == Reply::Word::Later); // the slot is over for the device, and not yet for the server
    CHECK(desk.rollout().slots() == 1);
    desk.after(3min);
    CHECK(desk.outcome(0) == Outcome::TimedOut);
    CHECK(desk.ask(0).word == Reply::Word::Over);
}

TEST_CASE("fleet.md §4.2: a device that waits again gives its slot back, and no late report gives a later one back") {
    Desk desk(3);
    CHECK(desk.begins(0));
    desk.report(0, Phase::Running);
    desk.report(0, Phase::Waiting);
    CHECK(desk.rollout().slots() == 0);
    CHECK(desk.begins(0, 2));
    desk.report(0, Phase::Waiting, 1); // from before it asked
    CHECK(desk.rollout().slots() == 1);
    // A device that asks for another slot has the one before it no more.
    CHECK(desk.begins(0, 3));
    CHECK(desk.rollout().slots() == 1);
    CHECK(desk.ask(0, 2).word == Reply::Word::Over);
}

TEST_CASE("fleet.md §4.2: an order that nobody has begun in 10 min lends its place on") {
    Desk desk(5);
    CHECK(desk.orders() == Devices{0, 1});
    desk.after(9min);
    CHECK(desk.orders() == Devices{});
    desk.after(1min);
    CHECK(desk.orders() == Devices{2, 3});
    CHECK(desk.begins(2));
    desk.after(10min);
    CHECK(desk.orders() == Devices{4});
    CHECK(desk.begins(0)); // who comes later asks
}

TEST_CASE("fleet.md §4.2: a wave bounds how many have begun; it rests, and opens the next one") {
    Plan plan = Desk::plan();
    plan.atATime = 10;
    plan.waves = {{2, 0}, {0, 5'000}, {0, wholeShare}};
    plan.soak = 2h;
    Desk desk(8, plan);
    CHECK(desk.orders() == Devices{0, 1});
    CHECK(desk.begins(0));
    CHECK(desk.begins(5));
    CHECK(desk.ask(1).word == Reply::Word::Later);
    desk.end(0);
    desk.after(30min);
    CHECK(desk.rollout().state() == State::Going);
    desk.end(5);
    CHECK(desk.rollout().state() == State::Soaking);
    CHECK(desk.ask(1).word == Reply::Word::Later);
    CHECK(desk.answered() == 1h); // of two
    desk.after(1h);
    CHECK(desk.ask(1).word == Reply::Word::Later);
    desk.after(59min);
    CHECK(desk.rollout().wave() == 1);
    desk.after(1min);
    CHECK(desk.rollout().wave() == 2);
    CHECK(desk.rollout().capacity(2) == 4);
    CHECK(desk.begins(1));
}

TEST_CASE("fleet.md §4.2: a wave that is not good enough is held until an operator excuses it") {
    Plan plan = Desk::plan();
    plan.waves = {{2, 0}, {0, wholeShare}};
    Desk desk(4, plan);
    for (const Device device : {0U, 1U})
        CHECK(desk.begins(device));
    desk.end(0);
    desk.end(1, Outcome::Failed);
    CHECK(desk.rollout().state() == State::Held);
    desk.after(24h);
    CHECK(desk.rollout().wave() == 1);
    desk.handle(Resume{});
    CHECK(desk.rollout().wave() == 2);
    CHECK(desk.begins(2));
}

TEST_CASE("fleet.md §4.2: the absent hold up no wave, nor do those that gave their slots back") {
    Plan plan = Desk::plan();
    plan.waves = {{2, 0}, {0, wholeShare}};
    Desk desk(6, plan);
    desk.after(10min); // 0 and 1 are away
    CHECK(desk.begins(2));
    CHECK(desk.begins(3));
    desk.end(2);
    CHECK(desk.rollout().wave() == 1);
    desk.report(3, Phase::Waiting);
    CHECK(desk.rollout().wave() == 2);
}

TEST_CASE("fleet.md §4.2: one of four is not enough to say that a wave is good") {
    Plan plan = Desk::plan();
    plan.atATime = 4;
    plan.waves = {{4, 0}, {0, wholeShare}};
    Desk desk(6, plan);
    for (const Device device : {0U, 1U, 2U, 3U})
        CHECK(desk.begins(device));
    desk.end(0);
    for (const Device device : {1U, 2U, 3U})
        desk.report(device, Phase::Waiting);
    CHECK(desk.rollout().wave() == 1);
    CHECK(desk.begins(1, 2));
    desk.end(1, Outcome::Succeeded, 2);
    CHECK(desk.rollout().wave() == 2);
}

TEST_CASE("fleet.md §4.1: begin-within counts from the order, and again from each slot that is given back") {
    Desk desk(2);
    CHECK(desk.begins(1));
    desk.after(30min);
    desk.report(1, Phase::Waiting);
    desk.after(23h + 50min);
    CHECK(desk.outcome(1) == Outcome::None);
    CHECK(desk.outcome(0) == Outcome::Unreachable);
    desk.after(10min);
    CHECK(desk.outcome(1) == Outcome::TimedOut);
}

TEST_CASE("fleet.md §4.2: no share of nobody opens a wave") {
    Plan plan = Desk::plan();
    plan.waves = {{0, 100}, {0, wholeShare}};
    Desk desk(0, plan, true);
    desk.after(1h);
    CHECK(desk.rollout().wave() == 1);
    CHECK(desk.rollout().state() == State::Going);
    desk.handle(Join{{1, 1, 1}});
    CHECK(desk.begins(0));
    CHECK(desk.ask(1).word == Reply::Word::Later);
    desk.end(0);
    CHECK(desk.begins(1));
}

TEST_CASE("fleet.md §4.2: it stops at the share of failures, and resumed it counts anew") {
    Plan plan = Desk::plan();
    plan.stopAt = 5'000;
    plan.stopMin = 2;
    Desk desk(8, plan);
    CHECK(desk.begins(0));
    CHECK(desk.begins(1));
    desk.end(0, Outcome::Failed); // one is too few
    CHECK(desk.rollout().state() == State::Going);
    CHECK(desk.begins(2));
    desk.end(1);
    CHECK(desk.rollout().state() == State::Stopped);
    CHECK(desk.ask(3).word == Reply::Word::Later);
    CHECK(desk.rollout().slots() == 1); // who runs goes on
    desk.end(2);
    desk.handle(Resume{});
    CHECK(desk.rollout().state() == State::Going);
    CHECK(desk.begins(3));
    desk.end(3, Outcome::Failed);
    CHECK(desk.begins(4));
    desk.end(4, Outcome::Failed);
    CHECK(desk.rollout().state() == State::Stopped);
}

TEST_CASE("fleet.md §4.2: who is unreachable is no failure; who rejects it may be one") {
    Plan plan = Desk::plan();
    plan.stopAt = 1;
    Desk desk(2, plan);
    desk.after(24h);
    CHECK(desk.outcome(0) == Outcome::Unreachable);
    CHECK(desk.rollout().state() == State::Ended);

    Desk other(2, plan);
    other.end(0, Outcome::Rejected, 0);
    CHECK(other.rollout().state() == State::Stopped);
}

TEST_CASE("fleet.md §4.2: cancelled, who has no slot has ended; who has one tells the end") {
    Desk desk(4);
    CHECK(desk.begins(0));
    CHECK(desk.begins(1));
    desk.handle(Cancel{});
    CHECK(desk.outcome(2) == Outcome::Cancelled);
    CHECK(desk.outcome(0) == Outcome::None);
    CHECK(desk.rollout().state() != State::Ended);
    const Reply answer = desk.ask(3);
    CHECK(answer.word == Reply::Word::Over);
    CHECK(answer.outcome == Outcome::Cancelled);
    desk.end(0, Outcome::Succeeded);
    desk.report(1, Phase::Waiting); // it cannot come back
    CHECK(desk.outcome(0) == Outcome::Succeeded);
    CHECK(desk.outcome(1) == Outcome::Cancelled);
    CHECK(desk.rollout().state() == State::Ended);
    CHECK(!desk.rollout().nextDeadline());
}

TEST_CASE("fleet.md §4.2: a word that would change nothing is objected to, and is not in the log") {
    Desk desk(3);
    const auto objection = [&](const Event& event, Duration later = 0h) { return desk.objection(event, later); };
    CHECK(objection(Resume{}) == "is neither paused, held nor stopped");
    CHECK(objection(Retry{}).starts_with("has no device that failed"));
    CHECK(objection(Pause{}).empty());
    desk.handle(Pause{});
    CHECK(objection(Pause{}) == "is paused already");
    CHECK(objection(Resume{}).empty());
    desk.handle(Resume{});
    CHECK(desk.begins(0));
    desk.end(0, Outcome::Failed);
    CHECK(objection(Retry{}).empty());
    CHECK(objection(Retry{}, 240h).starts_with("has expired"));
    CHECK(desk.begins(1));
    CHECK(objection(Cancel{}).empty());
    desk.handle(Cancel{});
    CHECK(desk.rollout().state() == State::Cancelling);
    const auto before = desk.rollout();
    for (const Event& each : std::initializer_list<Event>{Pause{}, Resume{}, Cancel{}, Retry{}}) {
        CHECK(objection(each) == "was cancelled");
        desk.handle(each);
        CHECK(desk.rollout().isSame(before));
    }
    CHECK(objection(Tick{}).empty());

    Desk other(1);
    CHECK(other.begins(0));
    other.end(0, Outcome::Succeeded);
    for (const Event& each : std::initializer_list<Event>{Pause{}, Resume{}, Cancel{}})
        CHECK(other.objection(each) == "has ended");
}

TEST_CASE("fleet.md §4.1: silence ends each device in its own way") {
    Desk desk(5);
    desk.report(1, Phase::Waiting, 0);
    CHECK(desk.begins(2));
    CHECK(desk.begins(3));
    desk.report(3, Phase::Waiting);
    desk.after(23h);
    CHECK(desk.outcome(2) == Outcome::TimedOut);
    desk.after(1h);
    CHECK(desk.outcome(0) == Outcome::Unreachable);
    CHECK(desk.outcome(1) == Outcome::Expired);
    CHECK(desk.outcome(3) == Outcome::TimedOut); // it had begun
    CHECK(desk.outcome(4) == Outcome::None);     // its order came later
    desk.after(240h);
    CHECK(desk.rollout().state() == State::Ended);
}

TEST_CASE("fleet.md §4.1: the campaign's own expiry ends whoever has not begun") {
    Plan plan = Desk::plan();
    plan.beginWithin = 400h;
    Desk desk(4, plan);
    desk.report(0, Phase::Waiting, 0);
    desk.handle(Pause{});
    desk.after(239h);
    CHECK(desk.rollout().state() == State::Paused);
    desk.after(1h);
    CHECK(desk.outcome(0) == Outcome::Expired);
    CHECK(desk.outcome(1) == Outcome::Unreachable);
    CHECK(desk.outcome(3) == Outcome::Expired); // it was never offered
    CHECK(desk.ask(3).word == Reply::Word::Over);
}

TEST_CASE("fleet.md §4.1: a device's own word replaces the server's, and is replaced by none") {
    Desk desk(2);
    CHECK(desk.begins(0));
    desk.after(65min);
    CHECK(desk.outcome(0) == Outcome::TimedOut);
    CHECK(desk.rollout().targets()[0].isPresumed);
    desk.end(0, Outcome::Succeeded);
    CHECK(desk.outcome(0) == Outcome::Succeeded);
    CHECK(desk.rollout().count(Outcome::TimedOut) == 0);
    desk.end(0, Outcome::Failed);
    CHECK(desk.outcome(0) == Outcome::Succeeded);
}

TEST_CASE("fleet.md §4.1: reports that are repeated, old, of another enrolment, or of a round of nobody are dropped") {
    Desk desk(2);
    CHECK(desk.begins(0));
    desk.handle(Report{0, 1, {0, 7, 1, Phase::Verifying, Outcome::None, 0, 0, ""}});
    for (const Report& dropped : {Report{0, 1, {0, 7, 1, Phase::Ended, Outcome::Failed, 0, 0, ""}},
                                  Report{0, 1, {0, 6, 1, Phase::Ended, Outcome::Failed, 0, 0, ""}},
                                  Report{0, 2, {0, 8, 1, Phase::Ended, Outcome::Failed, 0, 0, ""}},
                                  Report{0, 1, {1, 8, 1, Phase::Ended, Outcome::Failed, 0, 0, ""}},
                                  Report{9, 1, {0, 8, 1, Phase::Ended, Outcome::Failed, 0, 0, ""}}})
        desk.handle(dropped);
    CHECK(desk.rollout().targets()[0].phase == Phase::Verifying);
    CHECK(desk.ask(9).word == Reply::Word::Over);
}

TEST_CASE("fleet.md §4.2: a retry offers it anew to those that failed, and an earlier round's failure counts no more") {
    Desk desk(3);
    for (const Device device : {0U, 1U})
        CHECK(desk.begins(device));
    desk.end(0, Outcome::Failed);
    desk.after(65min);
    CHECK(desk.outcome(1) == Outcome::TimedOut);
    desk.orders();
    desk.handle(Retry{});
    CHECK(desk.orders() == Devices{0, 1});
    CHECK(desk.outcome(0) == Outcome::None);
    desk.end(1, Outcome::Failed); // of the round before
    CHECK(desk.outcome(1) == Outcome::None);
    CHECK(desk.ask(0, 2, 0).word == Reply::Word::Over);
    CHECK(desk.ask(0, 2, 1).word == Reply::Word::Begin);
    desk.end(1); // a success is one, however late
    CHECK(desk.outcome(1) == Outcome::Succeeded);
}

TEST_CASE("fleet.md §4.2: who leaves the fleet ends as cancelled, and keeps a slot that it may be using") {
    Desk desk(3);
    CHECK(desk.begins(0));
    desk.handle(Leave{0});
    desk.handle(Leave{2});
    CHECK(desk.outcome(0) == Outcome::Cancelled);
    CHECK(desk.rollout().slots() == 1);
    desk.after(65min);
    CHECK(desk.rollout().slots() == 0);
    CHECK(desk.outcome(0) == Outcome::Cancelled);
}

TEST_CASE("fleet.md §5: whoever begins to lead sends the last orders again, also of a campaign that is paused") {
    Desk desk(4);
    desk.report(1, Phase::Waiting, 0);
    desk.handle(Pause{});
    Rollout next = desk.anew();
    next.apply(Report{1, 1, {0, 1, 0, Phase::Waiting, Outcome::None, 0, 0, ""}}, WallTime());
    const auto effects = next.lead();
    REQUIRE(effects.size() == 1);
    CHECK(std::get<Order>(effects.front()).device == 0);
    CHECK(next.isSame(desk.rollout()));
}

TEST_CASE("fleet.md §5: a record that cannot follow is refused, and changes nothing") {
    Desk desk(2);
    CHECK(desk.begins(0));
    Rollout made = desk.anew();
    for (const Record& record :
         {Record(Granted{5, 1}), Record(Granted{0, 1}), Record(WaveOpened{2}), Record(Left{2}), Record(Offered{{0, 2}}),
          Record(Presumed{Outcome::Expired, {7}}), Record(Presumed{Outcome::Succeeded, {0}}),
          Record(Presumed{Outcome::Failed, {0}}), Record(Retried{1, 2, {2}, {}})})
        CHECK(!made.apply(record, WallTime()).ok());
    CHECK(made.isSame(desk.rollout()));
    REQUIRE(made.apply(Retried{2, 2, {}, {}}, WallTime()).ok());
    CHECK(!made.apply(Retried{1, 0, {}, {}}, WallTime()).ok());
}

} // namespace stint::fleet
