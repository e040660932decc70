// A fleet of devices that run, die, sleep and come back, two servers that each may believe that they lead, and a
// network that delays, repeats and loses; all of it out of one number. Devices keep the contract of fleet.md §4.2;
// nothing is known of the rollout but its answers and its log.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "fleet/errand/errand.hpp"
#include "fleet/rollout/rollout.hpp"

namespace stint::fleet {

/// The devices that a decision names: in its records, and in hints, of which no record tells.
std::size_t namedBy(const Decision& decision);

constexpr Enrolment enrolmentOf(Device device) { return device + 100; }

class FleetWorld {
public:
    explicit FleetWorld(std::uint64_t seed);
    /// Plays it to its end. What was wrong; empty: nothing.
    std::string play();
    /// How many devices ran, of all plays together: a world in which nothing runs shows nothing.
    std::uint64_t runs() const { return runs_; }
    std::uint64_t ends(Outcome outcome) const { return ends_.at(static_cast<std::size_t>(outcome)); }

private:
    struct Phone {
        double rate = 1; ///< of its clock
        bool isOnline = true;
        bool isAbsent = false; ///< for good
        bool isHostile = false;
        std::optional<std::uint8_t> mailbox; ///< the round of an order that it has not read
        // Kept over a death.
        Kept kept;
        std::uint32_t boot = 1;
        // Gone with one.
        std::optional<Errand> errand;
        WallTime started;       ///< its clock counts from then on
        std::uint64_t life = 0; ///< timers of an earlier one come to nothing
        std::uint64_t job = 0;  ///< likewise of a job that was scheduled before
        std::uint64_t step = 0;
    };
    struct Logged {
        Record record;
        WallTime at;
    };
    struct Arrived {
        Report report;
        WallTime at;
    };
    struct Server {
        std::optional<Rollout> rollout;
        std::size_t read = 0; ///< of the log
        std::size_t heard = 0;
        Duration skew{0};
        bool isDead = false;
        bool leads = false;
    };

    // The network and the time.
    void at(Duration after, std::function<void()> what);
    Duration soon(Duration longest);
    bool once(int in);
    std::int64_t number(std::int64_t least, std::int64_t most);

    void makePlan();
    void makeSteps();
    void chaos();
    void fault();
    void attack(Device device, std::size_t server);
    // A phone.
    Instant clockOf(const Phone& phone) const;
    void start(Device device);
    void die(Device device);
    void reboot(Device device);
    void wake(Device device);
    void order(Device device, std::uint8_t round);
    void tell(Device device, const Errand::Event& event);
    void carryOut(Device device, const std::vector<Errand::Effect>& effects);
    void wait(Device device, const Errand::Wait& wait);
    void ask(Device device, const Errand::AskForSlot& asked);
    void play(Device device, std::uint32_t step);
    void send(Device device);
    void timer(Device device);
    // A server.
    void serve(std::size_t server, const Event& event, std::optional<Instant> asked = {});
    void rebuild(Server& server) const;
    bool append(Server& server, const Decision& decision);
    void carryOut(const Decision& decision, std::optional<Instant> asked);
    void tick(std::size_t server);
    void hear(std::size_t server);
    void check();

    struct Timed {
        WallTime when;
        std::uint64_t order = 0;
        std::function<void()> what;
        bool operator>(const Timed& other) const { return std::tie(when, order) > std::tie(other.when, other.order); }
    };

    std::mt19937_64 random_;
    Campaign campaign_;
    Plan& plan_ = campaign_.plan;
    bool isOpen_ = false;
    std::uint32_t most_ = 1; ///< devices that a decision names
    WallTime now_, expires_;
    std::uint64_t ordered_ = 0;
    std::priority_queue<Timed, std::vector<Timed>, std::greater<>> timed_;
    std::vector<Phone> phones_;
    std::vector<Logged> log_;
    std::vector<Arrived> reports_;
    std::array<Server, 2> servers_;
    std::uint16_t opened_ = 1; ///< wave, by the log
    std::size_t joined_ = 0;   ///< by the log
    std::vector<bool> hasBegun_;
    bool isCancelled_ = false;
    bool isQuiet_ = false;
    std::string wrong_;
    std::uint64_t runs_ = 0;
    std::array<std::uint64_t, outcomes> ends_{};
};

} // namespace stint::fleet
