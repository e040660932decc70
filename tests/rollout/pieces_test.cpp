// fleet.md §5: decisions about more devices than one may name: they come in pieces, and between two of them anything
// may happen, also that another leads.
#include <doctest/doctest.h>

#include "desk.hpp"

namespace stint::fleet {

TEST_CASE("fleet.md §5: those that join are joined, and sent the order, in as many decisions as it takes") {
    Plan plan = Desk::plan();
    plan.atATime = 6;
    Desk desk(8, plan, false, 3);
    CHECK(desk.rollout().targets().size() == 3);
    CHECK(desk.orders() == Devices{});
    desk.goOn();
    CHECK(desk.rollout().targets().size() == 6);
    desk.handle(Join{{7}}); // after those that wait
    CHECK(desk.rollout().targets().size() == 9);
    CHECK(desk.rollout().targets()[8].enrolment == 7);
    CHECK(desk.orders() == Devices{});
    desk.goOn();
    CHECK(desk.orders() == Devices{0, 1, 2});
    desk.goOn();
    CHECK(desk.orders() == Devices{3, 4, 5});
    CHECK(!desk.isBehind());
}

TEST_CASE("fleet.md §5: whoever joins a campaign that is cancelled meanwhile is not meant") {
    Desk desk(5, Desk::plan(), false, 3);
    desk.handle(Cancel{});
    desk.finish();
    CHECK(desk.rollout().count(Outcome::Cancelled) == 5);
    CHECK(desk.rollout().state() == State::Ended);
}

TEST_CASE("fleet.md §5: of an expiry that takes several decisions whoever asks meanwhile is told what it is held for") {
    Plan plan = Desk::plan();
    plan.beginWithin = 400h;
    Desk desk(9, plan, false, 2);
    desk.finish();
    CHECK(desk.begins(7));
    desk.report(7, Phase::Waiting);
    CHECK(desk.begins(8));
    desk.handle(Pause{});
    desk.after(240h);
    CHECK(desk.isBehind());
    CHECK(desk.outcome(8) == Outcome::TimedOut); // long before
    CHECK(desk.outcome(1) == Outcome::Unreachable);
    CHECK(desk.outcome(3) == Outcome::None);
    CHECK(desk.outcome(6) == Outcome::None);
    for (const auto& [device, held] : {std::pair(6U, Outcome::Expired), std::pair(7U, Outcome::TimedOut)}) {
        const Reply answer = desk.ask(device, 2);
        CHECK(answer.word == Reply::Word::Over);
        CHECK(answer.outcome == held);
        CHECK(desk.outcome(device) == held);
    }
    desk.report(5, Phase::Waiting, 0); // it was never offered, and is seen
    desk.leadAnew();
    CHECK(desk.isBehind());
    desk.finish();
    CHECK(desk.outcome(3) == Outcome::Expired);
    CHECK(desk.outcome(5) == Outcome::Expired);
    CHECK(desk.rollout().state() == State::Ended);
    desk.leadAnew();
}

TEST_CASE("fleet.md §5: an expiry of which somebody asks first lets nobody begin") {
    Plan plan = Desk::plan();
    plan.beginWithin = 400h;
    Desk desk(2, plan);
    desk.handle(Pause{});
    desk.after(240h - 1ms);
    desk.handle(Resume{});
    CHECK(desk.begins(0));
    desk.later(1ms);
    CHECK(desk.ask(1).word == Reply::Word::Over);
    CHECK(desk.outcome(1) == Outcome::Expired);
    CHECK(desk.outcome(0) == Outcome::None);
}

TEST_CASE("fleet.md §5: who gives its slot back after the expiry has timed out, however many were offered the order") {
    Plan plan = Desk::plan();
    plan.atATime = 20;
    plan.beginWithin = 400h;
    Desk desk(20, plan, false, 1);
    desk.finish();
    desk.after(239h + 30min);
    CHECK(desk.begins(0));
    desk.after(30min);
    desk.finish();
    CHECK(desk.rollout().count(Outcome::Unreachable) == 19);
    desk.report(0, Phase::Waiting);
    desk.finish();
    CHECK(desk.outcome(0) == Outcome::TimedOut);
}

TEST_CASE("fleet.md §5: a retry that takes several decisions is one, whoever leads meanwhile") {
    Plan plan = Desk::plan();
    plan.atATime = 8;
    plan.stopAt = 5'000;
    plan.stopMin = 2;
    Desk desk(8, plan, false, 2);
    desk.finish();
    for (Device device = 0; device < 7; ++device)
        CHECK(desk.begins(device));
    for (Device device = 0; device < 6; ++device)
        desk.end(device, Outcome::Failed);
    CHECK(desk.rollout().state() == State::Stopped);
    desk.orders();
    desk.handle(Retry{});
    CHECK(desk.orders() == Devices{0, 1});
    desk.handle(Resume{});
    CHECK(desk.rollout().state() == State::Going); // and those that have not had their turn stop nothing
    CHECK(desk.orders() == Devices{2, 3});
    // Between two pieces: who has had its turn begins, who has not is held for what it was.
    CHECK(desk.ask(0, 2, 1).word == Reply::Word::Begin);
    CHECK(desk.orders() == Devices{4});
    CHECK(desk.ask(5).outcome == Outcome::Failed);
    CHECK(desk.orders() == Devices{5});
    CHECK(!desk.isBehind());
    CHECK(desk.rollout().count(Outcome::Failed) == 0);

    for (Device device = 1; device < 6; ++device)
        CHECK(desk.ask(device, 2, 1).word == Reply::Word::Begin);
    for (Device device = 0; device < 2; ++device)
        desk.end(device, Outcome::Failed, 2, 1);
    CHECK(desk.rollout().state() == State::Stopped); // two of this round are as many as two of any
    for (Device device = 2; device < 6; ++device)
        desk.end(device, Outcome::Failed, 2, 1);
    desk.orders();
    desk.handle(Retry{});
    CHECK(desk.orders() == Devices{0, 1});
    desk.end(6, Outcome::Failed); // its turn has not come: it is offered it again, too
    desk.leadAnew();
    CHECK(desk.isBehind());
    desk.finish();
    CHECK(desk.rollout().count(Outcome::Failed) == 0);
    CHECK(desk.rollout().targets()[6].round == 2);
    CHECK(desk.rollout().targets()[7].round == 0);
    CHECK(desk.ask(6, 2, 2).word == Reply::Word::Later); // it is stopped
    desk.handle(Resume{});
    CHECK(desk.ask(6, 2, 2).word == Reply::Word::Begin);
    desk.leadAnew();
}

TEST_CASE("fleet.md §5: who has had its turn in a retry has no other one in it, and a cancel ends it") {
    Plan plan = Desk::plan();
    plan.atATime = 6;
    Desk desk(6, plan, false, 2);
    desk.finish();
    for (Device device = 0; device < 6; ++device)
        CHECK(desk.begins(device));
    for (Device device = 0; device < 6; ++device)
        desk.end(device, Outcome::Rejected);
    desk.handle(Retry{});
    desk.end(0, Outcome::Failed, 1, 1);
    desk.leadAnew();
    desk.finish();
    CHECK(desk.outcome(0) == Outcome::Failed);
    CHECK(desk.rollout().count(Outcome::Rejected) == 0);

    for (Device device = 1; device < 6; ++device)
        desk.end(device, Outcome::Rejected, 1, 1);
    desk.handle(Retry{});
    CHECK(desk.isBehind());
    desk.handle(Cancel{});
    desk.finish();
    CHECK(desk.outcome(0) == Outcome::Cancelled);
    CHECK(desk.outcome(5) == Outcome::Rejected);
    CHECK(desk.rollout().state() == State::Ended);
    desk.leadAnew();
}

TEST_CASE("fleet.md §5: when the campaign expires nobody is offered it again any more") {
    Plan plan = Desk::plan();
    plan.atATime = 6;
    Desk desk(6, plan, false, 2);
    desk.finish();
    for (Device device = 0; device < 6; ++device)
        CHECK(desk.begins(device));
    for (Device device = 0; device < 6; ++device)
        desk.end(device, Outcome::Failed);
    desk.handle(Retry{});
    desk.orders();
    desk.later(240h);
    desk.finish();
    CHECK(desk.orders() == Devices{});
    CHECK(desk.rollout().count(Outcome::TimedOut) == 2); // those that had their turn
    CHECK(desk.rollout().count(Outcome::Failed) == 4);
    CHECK(desk.rollout().state() == State::Ended);
    desk.leadAnew();
}

TEST_CASE("fleet.md §5: a wave is not judged while some of those that failed in it are about to begin again") {
    Plan plan = Desk::plan();
    plan.atATime = 10;
    plan.waves = {{10, 0}, {0, wholeShare}};
    plan.waveOk = 4'500;
    Desk desk(20, plan, false, 2);
    desk.finish();
    for (Device device = 0; device < 10; ++device)
        CHECK(desk.begins(device));
    for (Device device = 0; device < 10; ++device)
        desk.end(device, device < 4 ? Outcome::Succeeded : Outcome::Failed);
    CHECK(desk.rollout().state() == State::Held);
    desk.handle(Retry{}); // two of the six: four of eight are half, but four of ten have not half of it
    desk.finish();
    CHECK(desk.rollout().wave() == 1);
    CHECK(desk.rollout().state() == State::Going);
}

} // namespace stint::fleet
