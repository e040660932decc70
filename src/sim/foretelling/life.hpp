// A device's life in a campaign: when its core would let the agent's jobs run, and what holds them up at all other
// times. The real core says it, asked at each moment at which anything happens on the device in one cycle of its days;
// it is asked of jobs that wait all the time, so of nothing that the campaign itself uses up (fleet.md §9).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "fleet/agent/jobs.hpp"
#include "fleet/rollout/events.hpp"
#include "sim/foretelling/lived.hpp"
#include "stint/reasons.hpp"

namespace stint::foretelling {

/// A set of PendingReasons, and whether the device is off; 0: nothing holds a job up.
using Why = std::uint32_t;
inline constexpr Why deviceIsOff = Why{1} << 31U;
constexpr Why whyOf(PendingReason reason) { return Why{1} << static_cast<unsigned>(static_cast<int>(reason) + 2); }

/// How a job waits. News: the agent's own, for any network. Free: behind the point of no return.
enum class Lane : std::uint8_t { Own, Late, Free, News };
inline constexpr std::size_t lanes = 4;

/// The campaign, as its devices have it.
struct Mission {
    fleet::Campaign campaign;
    std::string id;
    std::vector<Lane> lanes; ///< those in which a job of it may ever wait
    /// IllegalArgument: it breaks a rule of jobs.
    static Result<Mission> of(const fleet::Campaign& campaign);
    JobKey errandKey() const;
    Result<JobInfo> errand(const fleet::Kept& kept, const fleet::Resting& resting) const;
};
JobKey newsKey();
Result<JobInfo> newsJob();
/// The reasons that hold the job up, but for its latency.
Why askedOf(const sim::World& world, const JobKey& job);

/// The states of a job over a cycle, each from its moment on.
class Course {
public:
    struct Stretch {
        std::uint32_t from = 0; ///< ms
        Why why = 0;
    };

    void add(Duration from, Why why);
    bool isEmpty() const { return stretches_.empty(); }
    Why at(Duration moment) const;
    /// How long after `moment` it is first so; nullopt: never.
    template <class Is> std::optional<Duration> until(Duration moment, Duration cycle, Is is) const;
    /// The reasons for which it waits most of the time; 0: it never waits.
    Why longest(Duration cycle) const;
    std::size_t size() const { return stretches_.size(); }

private:
    std::size_t find(Duration moment) const;
    std::vector<Stretch> stretches_;
};

struct Life {
    Duration cycle{0};
    Duration offset{0}; ///< where in it the fleet's play begins
    std::array<Course, lanes> courses;
    Course line;                     ///< the network, on which a process that runs says something
    std::vector<std::uint32_t> offs; ///< the moments at which it is switched off
    bool lets = false;               ///< there is a moment in it at which the campaign's job may start
    const Course& of(Lane lane) const { return courses.at(static_cast<std::size_t>(lane)); }
};

/// Plays two cycles, and keeps what the second one is like.
Result<Life> live(Days days, const Mission& mission);

template <class Is> std::optional<Duration> Course::until(Duration moment, Duration cycle, Is is) const {
    if (stretches_.empty()) return std::nullopt;
    const std::size_t first = find(moment);
    if (is(stretches_[first].why)) return Duration(0);
    for (std::size_t step = 1; step <= stretches_.size(); ++step) {
        const Stretch& next = stretches_[(first + step) % stretches_.size()];
        if (!is(next.why)) continue;
        const Duration at{next.from};
        return at > moment ? at - moment : at + cycle - moment;
    }
    return std::nullopt;
}

} // namespace stint::foretelling
