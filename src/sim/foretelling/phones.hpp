// The devices' ends of a campaign: each is the machine of fleet/errand, which is there while its job runs, and else
// what it has kept, as with the real agent (fleet.md §4.2). A device at rest has less than 100 bytes.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "fleet/errand/errand.hpp"
#include "sim/foretelling/ground.hpp"

namespace stint::foretelling {

/// The fleet's server, as devices meet it.
class Office {
public:
    Office() = default;
    virtual ~Office() = default;
    Office(const Office&) = delete;
    Office& operator=(const Office&) = delete;

    /// nullopt: it is there; else when it is there again.
    virtual std::optional<Duration> backAt() const = 0;
    /// The question is on its way.
    virtual void ask(Nth device, const fleet::Errand::AskForSlot& asked, Duration delay) = 0;
    virtual void report(Nth device, const fleet::Telling& telling) = 0;
};

class Phones final : public Hearer {
public:
    Phones(const FleetFile& fleet, const Mission& mission, const Chance& chance, Agenda& agenda, Ground& ground,
           Office& office);

    /// The order, or a hint, is on its way.
    void order(Nth device, std::uint8_t round, bool again);
    void answered(Nth device, std::uint32_t slot, Instant asked, const fleet::Reply& reply);
    /// An agent's item of the agenda.
    void happen(const Agenda::Item& item);
    /// The time that a message takes.
    Duration delay(Nth device);

    std::uint32_t running() const { return running_; }
    std::uint32_t mostRunning() const { return mostRunning_; }
    /// The end that the device holds itself for; and how it waits.
    fleet::Outcome outcome(Nth device) const { return phones_[device].outcome; }
    bool hasHeard(Nth device) const { return phones_[device].sequence != 0; }
    Lane laneOf(Nth device) const { return phones_[device].isLate ? Lane::Late : Lane::Own; }
    /// It has asked for a slot, and was refused the last time.
    bool wasRefused(Nth device) const { return phones_[device].wasRefused; }

    // Hearer.
    void started(Nth device, bool isDeadlineOver) override;
    void stopped(Nth device) override;
    void news(Nth device) override;
    void switchedOff(Nth device) override;
    void switchedOn(Nth device) override;

private:
    /// At rest.
    struct Phone {
        Duration heard{0};
        std::uint32_t sequence = 0, slot = 0, step = 0, failures = 0;
        std::uint32_t boot = 0; ///< of its last step, and one more; 0: none
        std::uint32_t draws = 0;
        std::uint8_t round = 0, mail = 0;
        fleet::Outcome outcome = fleet::Outcome::None;
        bool isSlotOpen = false;
        bool hasStepBegun = false;
        bool isCommitted = false;
        bool isCancelled = false;
        bool isLate = false;
        bool endsWait = false;
        bool hasMail = false;   ///< an order that it has not looked at, of the round `mail`
        bool isHint = false;    ///< that one
        bool isReading = false; ///< it has asked for the document
        bool isTelling = false; ///< its reports are on their way
        bool wasAwake = false;  ///< when it was switched off
        bool wasRefused = false;
    };
    struct Awake {
        explicit Awake(fleet::Errand made) : errand(std::move(made)) {}
        fleet::Errand errand;
        bool isJobOn = false;
        bool isRunning = false;
        bool isCommandOn = false;
        int unanswered = 0;
        std::uint32_t step = 0; ///< counts those that it has begun
        Duration stepBegan{0};
        std::optional<Duration> timer;
    };
    /// A file that was not fetched to its end.
    struct Part {
        std::uint32_t step = 0;
        Duration fetched{0};
    };

    Awake& wake(Nth device);
    fleet::Kept keptOf(Nth device) const;
    void keep(Nth device, const fleet::Kept& kept);
    void happen(Nth device, const fleet::Errand::Event& event);
    void take(Nth device, Awake& awake, const std::vector<fleet::Errand::Effect>& effects);
    void rest(Nth device, const fleet::Kept& kept, Duration after, bool isFree);
    void lose(Nth device);
    void die(Nth device);
    void count(Awake& awake, bool isRunning);
    void arm(Nth device, Awake& awake);
    void heard(Nth device);
    void read(Nth device);
    void tell(Nth device);
    void told(Nth device);
    void tick(Nth device, Duration when);
    void beginStep(Nth device, Awake& awake, std::uint32_t step);
    void cutShort(Nth device, const Awake& awake);
    void stepEnds(Nth device, std::uint32_t step);
    void ask(Nth device, const fleet::Errand::AskForSlot& asked);
    /// The server does not hear it; else when it is to be tried again.
    std::optional<Duration> missed(Nth device);
    Instant instant() const { return Instant(agenda_.now()); }

    const FleetFile& fleet_;
    const Mission& mission_;
    const Chance& chance_;
    Agenda& agenda_;
    Ground& ground_;
    Office& office_;
    std::vector<Phone> phones_;
    std::unordered_map<Nth, std::unique_ptr<Awake>> awake_;
    std::unordered_map<Nth, fleet::Telling> unsent_; ///< of those at rest
    std::unordered_map<Nth, Part> parts_;
    std::uint32_t running_ = 0, mostRunning_ = 0;
};

} // namespace stint::foretelling
