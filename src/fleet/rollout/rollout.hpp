// One campaign, decided (fleet.md §4): a pure machine of which each server of the fleet has one for each campaign, made
// of the campaign's log and the devices' reports. The one that leads is asked what is to be done: it gives records and
// effects, and has applied the records already. They are to be appended to the log before an effect is done; where that
// fails, somebody else leads, and this rollout is to be thrown away and made anew from the log. So `at-a-time` holds
// with any number of servers that believe that they lead: nobody is told to begin before the grant is in the log.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/rollout/events.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

/// An order that no device has begun within this time lends its place on (fleet.md §4.2).
inline constexpr Duration lendAfter = std::chrono::minutes(10);
/// PROPOSAL: A slot is kept by the server for so much longer than its device may use it: what the clocks of two servers
/// and of a device may differ by.
inline constexpr Duration slotMargin = std::chrono::minutes(5);
/// PROPOSAL: the longest time after which a device that was refused asks again, untold.
inline constexpr Duration askAgain = std::chrono::hours(1);

struct Target {
    Enrolment enrolment = 0;
    std::uint32_t sequence = 0; ///< of its last report; 0: it has sent none
    std::uint32_t slot = 0;     ///< the newest that it was granted
    std::uint32_t over = 0;     ///< the newest that it has no more
    std::uint16_t wave = 0;     ///< in which it began first; 0: it has not begun
    std::uint8_t round = 0;     ///< counts the operator's retries
    Phase phase = Phase::Targeted;
    Outcome outcome = Outcome::None;
    bool isPresumed = false; ///< the outcome is the server's word

    bool holdsSlot() const { return slot > over; }
    bool hasEnded() const { return outcome != Outcome::None; }
    bool isSeen() const { return sequence != 0 || slot != 0; }
    bool operator==(const Target&) const = default;
};

struct Wave {
    std::uint32_t begun = 0; ///< devices that began in it first
    std::uint32_t open = 0;  ///< of them, those that have a slot
    std::uint32_t ended = 0;
    std::uint32_t ok = 0;
    bool isExcused = false; ///< by an operator's word
    std::optional<WallTime> lastEnd;

    void count(Outcome outcome, WallTime when);
};

class Rollout {
public:
    /// A campaign of nobody yet. The plan is a document's, which has been checked. `isOpen`: devices may join until it
    /// expires, and it does not end before. No decision names more devices than `most`.
    Rollout(Plan plan, WallTime expires, bool isOpen, std::uint32_t most = mostInDecision);

    /// Takes an event in. Times never go back: an earlier `now` counts as the latest. Where more is to be decided than
    /// one decision takes, nextDeadline() is the present until a Tick has nothing left to do.
    Decision handle(const Event& event, WallTime now);
    /// Whoever begins to lead does this first, with all of the log read: the last orders in it are sent again, in case
    /// that the one who wrote them did not come to it.
    std::vector<Effect> lead() const;
    /// The time at which a Tick has something to decide. nullopt: never, unless something happens.
    std::optional<WallTime> nextDeadline() const;

    /// Makes it again, from what is in the log and in the reports' streams, with their times there. Records come in
    /// their order, and a device's reports in theirs; before reports are read the log is read to its end.
    /// Storage: such a record cannot follow what was read so far; nothing has changed.
    Result<void> apply(const Record& record, WallTime at);
    void apply(const Report& report, WallTime at);

    enum class State : std::uint8_t { Going, Soaking, Held, Paused, Stopped, Cancelling, Ended };
    /// Soaking: the open wave is good, and rests. Held: it ended, and was not good enough for the next one. Cancelling:
    /// an operator cancelled it, and some that had begun have told no end yet.
    State state() const;
    /// The reason for which an operator's word would change nothing, as "was cancelled"; empty: it would.
    std::string_view objectionTo(const Event& event, WallTime now) const;
    std::uint16_t wave() const { return wave_; } ///< that is open, from 1 on
    /// The open wave, if it is not the last and good, opens the next one then.
    std::optional<WallTime> nextWave() const;
    std::uint8_t round() const { return round_; } ///< that an operator has begun last
    std::uint32_t slots() const { return slots_; }
    std::uint32_t count(Outcome outcome) const { return ends_[static_cast<std::size_t>(outcome)]; }
    std::span<const Target> targets() const { return targets_; }
    std::span<const Wave> waves() const { return waves_; }
    bool isCancelled() const { return isCancelled_; }
    /// The ends that are the server's word: their devices may yet ask.
    std::uint32_t presumed() const { return presumed_; }
    /// The devices that may begin before the wave after `wave` opens.
    std::uint32_t capacity(std::uint16_t wave) const;

    /// A thing that contradicts itself, reckoned anew from all targets; empty: nothing does. For tests.
    std::string contradiction() const;
    /// The same campaign, as far as its log and the reports tell it.
    bool isSame(const Rollout& other) const;

private:
    /// A device is to have begun, or ended, by then, if it is still in that round and has that slot, or had it last.
    struct Due {
        WallTime when;
        Device device = 0;
        std::uint32_t slot = 0;
        std::uint8_t round = 0;
    };

    void on(const Report& report, Decision& decision);
    void on(const Ask& ask, Decision& decision);
    void on(const Join& join, Decision& decision);
    void on(const Leave& leave, Decision& decision);
    void on(const Pause&, Decision& decision);
    void on(const Resume&, Decision& decision);
    void on(const Cancel&, Decision& decision);
    void on(const Retry&, Decision& decision);
    void on(const Tick&, Decision& decision);

    std::string_view objectionTo(const Pause&) const;
    std::string_view objectionTo(const Resume&) const;
    std::string_view objectionTo(const Cancel&) const;
    std::string_view objectionTo(const Retry&, WallTime now) const;
    std::string_view overText() const;
    Judged judgedBeforeRetry() const;

    // Consequences of the time and the counts. Each takes no more than what is left for this decision.
    void runOut(Decision& decision);
    void settle(Decision& decision);
    void join(Decision& decision);
    void sweep(Decision& decision);
    void presume(Decision& decision);
    void retry(Decision& decision);
    void judge(Decision& decision);
    void offer(Decision& decision);

    void write(Record record, Decision& decision);
    using Silent = std::array<std::vector<Device>, outcomes>; ///< devices, by what is presumed of them
    void fallSilent(Device device, Silent& silent);
    void presume(Silent silent, Decision& decision);
    /// One more device may be looked at.
    bool mayLook();
    /// Decisions are left for the next Tick, which is due.
    bool isBehind() const;
    Order orderTo(Device device, bool again) const { return {device, targets_[device].round, again}; }
    Reply replyTo(const Ask& ask);
    Reply refusal(const Ask& ask);
    bool isMeant(Device device, Enrolment enrolment) const;
    bool mayBegin() const { return !isPaused_ && !isStopped_ && !isCancelled_ && !hasRunOut_; }
    bool hasEnded() const;
    Judged judged() const;
    bool isToStop() const;
    bool isWaveOver() const;
    bool isWaveGood() const;
    /// It is over, and lets no further one open.
    bool isWaveBad() const;
    std::uint32_t places() const;
    bool mayGrant(const Target& target) const;
    /// The device has not begun, or ended, what it was to.
    bool isStillToBegin(const Due& due) const;
    bool isStillToEnd(const Due& due) const;

    void note(const Joined& joined);
    void note(const Left& left);
    void note(const Offered& offered);
    void note(const Granted& granted);
    void note(const Presumed& presumed);
    void note(const WaveOpened& opened);
    void note(const Stopped&);
    void note(const Paused&);
    void note(const Resumed&);
    void note(const Cancelled&);
    void note(const RanOut&);
    void note(const Retried& retried);

    void end(Target& target, Outcome outcome, bool isPresumed);
    void takeBack(Target& target);
    void reopen(Target& target, std::uint8_t round);
    void release(Target& target, std::uint32_t slot);
    void awaitBegin(Device device);
    /// The device has begun, or ended: nothing is hoped of its order any more, nor does it ask.
    void grownUp(Device device);
    void giveUp(Device device);
    Wave* waveOf(const Target& target) { return target.wave ? &waves_[target.wave - 1U] : nullptr; }

    Plan plan_;
    WallTime expires_;
    bool isOpen_;
    std::uint32_t most_;
    WallTime now_ = WallTime::min();

    std::vector<Target> targets_;
    std::vector<Wave> waves_;
    std::uint16_t wave_ = 1;
    std::uint8_t round_ = 0;
    std::uint32_t slots_ = 0;
    std::uint32_t begun_ = 0;
    std::array<std::uint32_t, outcomes> ends_{};
    std::uint32_t presumed_ = 0; ///< of the ends
    Judged before_;              ///< what an operator has seen, and went on
    bool isPaused_ = false;
    bool isStopped_ = false;
    bool isCancelled_ = false;
    bool hasRunOut_ = false;

    Device nextOffer_ = 0;
    std::optional<Device> nextRetry_; ///< the devices from there on have not had their turn in this round
    std::deque<Due> toBegin_;         ///< in the order of their times, like the next
    std::deque<Due> toEnd_;
    std::vector<WallTime> slotEnds_; ///< of each device's newest slot, with the margin

    // Devices that this decision may yet name, and look at.
    std::uint32_t names_ = 0;
    std::uint32_t looks_ = 0;

    // The leader's own memory, which paces and no more: a new leader begins without it.
    std::deque<Enrolment> joining_;
    Device nextSilent_ = 0;   ///< nobody before it is to be presumed because the campaign has run out
    std::deque<Due> young_;   ///< orders that were sent not long ago
    std::uint32_t hopes_ = 0; ///< of them, those whose device may begin yet
    std::vector<bool> isHope_;
    std::deque<Device> asking_; ///< those that were refused, in their order
    std::vector<bool> isAsking_;
};

} // namespace stint::fleet
