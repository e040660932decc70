// fleet.md §5: a campaign of a million devices, of which no decision names more than 2,000, and no event costs more
// than they do. Times are the processor's, and compared with each other.
#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>

#include "fleet_world.hpp"

namespace stint::fleet {
using namespace std::chrono_literals;

namespace {

constexpr Device million = 1'000'000;

std::chrono::nanoseconds busy() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

class LargeDesk {
public:
    explicit LargeDesk(Plan plan) : rollout_(std::move(plan), now_ + 240h, false) {
        handle(Join{std::vector<Enrolment>(million, 1)});
        finish();
        longest_ = {}; // all of them have to be written down once
    }
    void handle(const Event& event) {
        const auto since = busy();
        const Decision decision = rollout_.handle(event, now_);
        longest_ = std::max(longest_, busy() - since);
        most_ = std::max(most_, namedBy(decision));
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
    std::chrono::nanoseconds longest() const { return longest_; }
    std::size_t most() const { return most_; } ///< devices of one decision

private:
    WallTime now_{std::chrono::hours(500'000)};
    Rollout rollout_;
    std::chrono::nanoseconds longest_{};
    std::size_t most_ = 0;
    int decisions_ = 0;
};

} // namespace

TEST_CASE("fleet.md §5: with a million devices no event costs as much as a look at all of them") {
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

    const auto since = busy();
    CHECK(desk.rollout().contradiction() == "");
    const auto whole = busy() - since;
    MESSAGE("the longest took " << desk.longest().count() / 1'000 << " us, a look at all " << whole.count() / 1'000
                                << " us");
    CHECK(desk.most() == mostInDecision);
    CHECK(desk.longest() < whole / 2);
}

} // namespace stint::fleet
