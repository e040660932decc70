// One campaign at its server's: events by hand, and what comes of them.
#pragma once
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fleet_world.hpp"

namespace stint::fleet {
using namespace std::chrono_literals;

/// A campaign, its log, and what its devices were told last.
class Desk {
public:
    static Plan plan() {
        Plan plan;
        plan.atATime = 2;
        plan.waves = {{0, wholeShare}};
        plan.failures.add(Outcome::Failed).add(Outcome::TimedOut).add(Outcome::Rejected);
        plan.beginWithin = 24h;
        plan.endWithin = 1h;
        return plan;
    }

    explicit Desk(std::uint32_t devices, Plan made = plan(), bool isOpen = false, std::uint32_t most = mostInDecision)
        : plan_(made), isOpen_(isOpen), most_(most), rollout_(made, start + 240h, isOpen, most) {
        handle(Join{std::vector<Enrolment>(devices, 1)});
    }

    void handle(const Event& event) {
        Decision decision = rollout_.handle(event, now_);
        CHECK(namedBy(decision) <= most_);
        for (Record& record : decision.records)
            log_.emplace_back(std::move(record), now_);
        for (const Effect& effect : decision.effects) {
            if (const auto* order = std::get_if<Order>(&effect)) orders_.push_back(order->device);
            if (const auto* told = std::get_if<Told>(&effect)) answer_ = told->reply;
        }
        CHECK(rollout_.contradiction() == "");
    }
    void after(Duration time) {
        for (const WallTime until = now_ + time;;) {
            const auto next = rollout_.nextDeadline();
            now_ = next && *next < until ? std::max(now_, *next) : until;
            handle(Tick{});
            if (now_ == until) return;
        }
    }

    // The rest of a decision, one piece or all.
    void goOn() { handle(Tick{}); }
    bool isBehind() const { return rollout_.nextDeadline() && *rollout_.nextDeadline() <= now_; }
    void finish() {
        for (int pieces = 0; isBehind(); ++pieces) {
            REQUIRE(pieces < 100);
            goOn();
        }
    }
    /// Another one leads, which has read the log and the reports.
    void leadAnew() {
        Rollout made = anew();
        for (const auto& [report, at] : reports_)
            made.apply(report, at);
        CHECK(made.isSame(rollout_));
        rollout_ = std::move(made);
        orders_.clear();
    }

    std::string_view objection(const Event& event, Duration later = 0h) const {
        return rollout_.objectionTo(event, now_ + later);
    }

    /// The time passes, and nobody looks at it.
    void later(Duration time) { now_ += time; }

    Reply ask(Device device, std::uint32_t slot = 1, std::uint8_t round = 0) {
        handle(Ask{device, 1, round, slot});
        return answer_;
    }
    Duration answered() const { return answer_.time; }
    bool begins(Device device, std::uint32_t slot = 1) { return ask(device, slot).word == Reply::Word::Begin; }
    void report(Device device, Phase phase, std::uint32_t slot = 1, std::uint8_t round = 0,
                Outcome outcome = Outcome::None) {
        const Report report{device, 1, {round, ++sequence_[device], slot, phase, outcome, 0, 0, ""}};
        reports_.emplace_back(report, now_);
        handle(report);
    }
    void end(Device device, Outcome outcome = Outcome::Succeeded, std::uint32_t slot = 1, std::uint8_t round = 0) {
        report(device, Phase::Ended, slot, round, outcome);
    }
    /// The devices that were sent the order, or a hint, since it was asked last.
    std::vector<Device> orders() { return std::exchange(orders_, {}); }
    Outcome outcome(Device device) const { return rollout_.targets()[device].outcome; }
    const Rollout& rollout() const { return rollout_; }
    Rollout anew() const {
        Rollout made(plan_, start + 240h, isOpen_, most_);
        for (const auto& [record, at] : log_)
            REQUIRE(made.apply(record, at).ok());
        return made;
    }

private:
    static constexpr WallTime start{std::chrono::hours(500'000)};
    Plan plan_;
    bool isOpen_;
    std::uint32_t most_;
    WallTime now_ = start;
    Rollout rollout_;
    std::vector<std::pair<Record, WallTime>> log_;
    std::vector<std::pair<Report, WallTime>> reports_;
    std::vector<Device> orders_;
    Reply answer_;
    std::map<Device, std::uint32_t> sequence_;
};

using State = Rollout::State;
using Devices = std::vector<Device>;

} // namespace stint::fleet
