// Between the fleet's agents and their devices: what a core decides of an agent's jobs. Two grounds there are: the
// courses of lives that a core has played before (drawn.hpp), of which a fleet of a million has its days; and a core
// for each device (own_cores.hpp), which says how right those are.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "fleet/rollout/events.hpp"
#include "sim/foretelling/life.hpp"

namespace stint::foretelling {

using Nth = fleet::Device; ///< of the fleet's devices

/// All that is to happen, by its time; at one moment in the order in which it was said.
class Agenda {
public:
    enum class What : std::uint8_t {
        // A ground's.
        Wakes,
        Starts,
        Stops,
        News,
        SwitchedOff,
        SwitchedOn,
        // An agent's.
        Ordered,
        Read,
        Told,
        Timer,
        StepEnds,
        Dies,
        // The way's, and the server's.
        Asked,
        Answered,
        Ticks,
        Down,
        Up,
        Sampled,
    };
    struct Item {
        Duration when{0};
        std::uint64_t order = 0;
        Nth device = 0;
        std::uint32_t number = 0; ///< by which it is known whether it is still meant
        What what = What::Ticks;

        bool operator>(const Item& other) const { return when != other.when ? when > other.when : order > other.order; }
    };

    void at(Duration when, What what, Nth device = 0, std::uint32_t number = 0);
    bool isEmpty() const { return items_.empty(); }
    Duration now() const { return now_; }
    Duration next() const { return items_.front().when; }
    Item take();

private:
    std::vector<Item> items_;
    std::uint64_t ordered_ = 0;
    Duration now_{0};
};

/// An agent, which hears of its device.
class Hearer {
public:
    Hearer() = default;
    virtual ~Hearer() = default;
    Hearer(const Hearer&) = delete;
    Hearer& operator=(const Hearer&) = delete;

    virtual void started(Nth device, bool isDeadlineOver) = 0;
    virtual void stopped(Nth device) = 0;
    /// Its job for news runs.
    virtual void news(Nth device) = 0;
    virtual void switchedOff(Nth device) = 0;
    virtual void switchedOn(Nth device) = 0;
};

class Ground {
public:
    Ground() = default;
    virtual ~Ground() = default;
    Ground(const Ground&) = delete;
    Ground& operator=(const Ground&) = delete;

    /// The campaign's job waits, in place of the one that waits or runs; it is to start no sooner than `info` says.
    virtual void rest(Nth device, const JobInfo& info, Lane lane) = 0;
    virtual void over(Nth device) = 0;
    virtual void wantNews(Nth device) = 0;
    /// The device is off for a moment.
    virtual void restart(Nth device) = 0;

    virtual bool isOn(Nth device) const = 0;
    virtual bool hasLine(Nth device) const = 0;
    /// Counts its boots.
    virtual std::uint32_t boot(Nth device) const = 0;
    /// The reasons for which its job waits, or has waited for longest.
    virtual Why why(Nth device, Lane lane) const = 0;

    /// An item that it has put on the agenda is due.
    virtual void happen(const Agenda::Item& item, Hearer& hearer) = 0;
};

/// PROPOSAL: how long a device is off when it restarts, or comes back after it has died.
inline constexpr Duration restartTakes = std::chrono::minutes(2);

} // namespace stint::foretelling
