// fleet.md §5: a campaign of a million devices, of which no decision names more than 2,000. It has two million events:
// one that looked at all devices would keep this test from ending.
#include <doctest/doctest.h>

#include <algorithm>

#include "fleet_world.hpp"

namespace stint::fleet {
using namespace std::chrono_literals;

namespace {

constexpr Device million = 1'000'000;

class LargeDesk {
public:
    explicit LargeDesk(Plan plan) : rollout_(std::move(plan), now_ + 240h, false) {
        handle(Join{std::vector<Enrolment>(million, 1)});
        finish();
    }
    void handle(const Event& event) {
        most_ = std::max(most_, namedBy(rollout_.handle(event, now_)));
        ++decisions_;
    }
    /// Until nothing is due; how many decisions it took.
    int finish() {
        const int before = decisions_;
        while (rollout_.nextDeadline() && *rollout_.nextDeadline() <= now_)
            handle(Tick{});
        return decisions_ - before;
    }
    void later(Duration time) { now_ += time; }
    const Rollout& rollout() const { return rollout_; }
    std::size_t most() const { return most_; } ///< devices of one decision

private:
    WallTime now_{std::chrono::hours(500'000)};
    Rollout rollout_;
    std::size_t most_ = 0;
    int decisions_ = 0;
};

} // namespace

TEST_CASE("fleet.md §5: with a million devices no decision names more than 2,000") {
    Plan plan;
    plan.atATime = million;
    plan.waves = {{0, wholeShare}};
    plan.failures.add(Outcome::Failed);
    plan.beginWithin = 400h;
    plan.endWithin = 24h;
    LargeDesk desk(plan);
    CHECK(desk.finish() == 0); // they were offered it
    for (Device device = 0; device < million; device += 2)
        desk.handle(Ask{device, 1, 0, 1});
    for (Device device = 0; device < million; device += 2)
        desk.handle(
            Report{device, 1, {0, 1, 1, Phase::Ended, device % 4 ? Outcome::Failed : Outcome::Succeeded, 0, 0, ""}});
    CHECK(desk.rollout().count(Outcome::Failed) == million / 4);
    desk.later(10min);
    desk.finish(); // half of the orders are given up
    desk.handle(Retry{});
    CHECK(desk.finish() >= static_cast<int>(million / 4 / mostInDecision) - 1);
    CHECK(desk.rollout().count(Outcome::Failed) == 0);
    for (Device device = 2; device < million; device += 4)
        desk.handle(Ask{device, 1, 1, 2});
    desk.handle(Ask{2, 1, 1, 2}); // the oldest slot of them all
    desk.later(25h);
    CHECK(desk.finish() >= static_cast<int>(million / 4 / mostInDecision));
    CHECK(desk.rollout().count(Outcome::TimedOut) == million / 4);
    desk.later(240h);
    CHECK(desk.finish() >= static_cast<int>(million / 2 / mostInDecision));
    CHECK(desk.rollout().count(Outcome::Unreachable) == million / 2);
    CHECK(desk.rollout().state() == Rollout::State::Ended);

    CHECK(desk.rollout().contradiction() == "");
    CHECK(desk.most() == mostInDecision);
}

} // namespace stint::fleet
