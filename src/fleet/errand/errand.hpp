// A campaign on one device (fleet.md §4): a pure machine between the device's job, whose core decides when it runs, and
// the fleet's server, which decides whether it may begin. Events in, effects out; what it has to keep is one value,
// which its caller writes down before it does an effect. So whatever dies, and whenever, the slot, the step and the
// reports are where they were.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fleet/document/campaign.hpp"
#include "fleet/document/words.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// PROPOSAL: a verification that fails is tried again after this, until its time is over.
inline constexpr Duration verifyAgain = std::chrono::seconds(30);
/// PROPOSAL: an unanswered question is asked again after this; and a job that has asked so often, and heard nothing, is
/// not held for longer, and rests for so long.
inline constexpr Duration answerWithin = std::chrono::seconds(20);
inline constexpr int mostUnanswered = 6;
inline constexpr Duration restUnanswered = std::chrono::minutes(10);

/// PROPOSAL: the shortest time between two reports of what a job waits for.
inline constexpr Duration blockersAgain = std::chrono::minutes(15);

/// All that the device's store has of it.
struct Kept {
    std::uint8_t round = 0;
    std::uint32_t sequence = 0; ///< of the last report
    std::uint32_t slot = 0;     ///< the one that it asks for, has, or had last
    bool isSlotOpen = false;    ///< it asks for that one, or has it
    std::uint32_t step = 0;     ///< the next one, or the one that has begun; from 0 on
    bool hasStepBegun = false;
    bool isCommitted = false; ///< a cancel comes too late
    bool isCancelled = false; ///< one came, too late
    bool isAllowed = false;   ///< a person at the device has agreed to that round
    std::uint32_t failures = 0;
    std::string boot; ///< in which the last step ended
    Outcome outcome = Outcome::None;
    std::vector<std::string> waitsFor; ///< the reasons that were told last, by their names
    WallTime waitsForAt{};             ///< when that was, by the fleet's time
    std::optional<Telling> unsent;     ///< the newest report, until the server has it: it says all that counts
    std::optional<Telling> last;       ///< and from then on, for the server may lose it again

    bool operator==(const Kept&) const = default;
};

class Errand {
public:
    // Events.

    /// The order, which Trust has taken, for that round.
    struct Offered {
        std::uint8_t round = 0;
    };
    /// It is refused: by Trust, by the owner, by a person; or it may not begin any more.
    struct Refused {
        std::uint8_t round = 0;
        Outcome outcome = Outcome::Rejected;
        std::string words;
    };
    /// The device's job runs: its conditions hold, and Trust lets it begin.
    struct Run {};
    /// The job is stopped: a condition is lost, or a person stops it.
    struct Stop {};
    /// The answer to the question that was asked at that moment.
    struct Answered {
        std::uint32_t slot = 0;
        Instant asked;
        Reply reply;
    };
    struct StepEnded {
        std::int32_t code = 0;  ///< 0: it was good
        bool isForGood = false; ///< trying again cannot help, as with a 404
        std::string words;
    };
    /// A person at the device agrees that it begins.
    struct Allowed {};
    /// An operator's cancel, or a statement that has it.
    struct Cancel {};
    /// The server has the reports up to this one.
    struct Acknowledged {
        std::uint32_t sequence = 0;
    };
    /// The device's job is kept waiting by these, and starts then (nullopt: nobody knows), as its core has it.
    struct Blocked {
        std::vector<ToldBlocker> blockers;
        std::optional<WallTime> forecast;
        WallTime at{};       ///< the fleet's time, which only moves on
        std::string words{}; ///< for people, beside the reasons
    };
    struct Tick {};
    using Event =
        std::variant<Offered, Refused, Run, Stop, Answered, StepEnded, Allowed, Cancel, Acknowledged, Blocked, Tick>;

    // Effects.

    /// The job runs no more, if it did; it is to run again, no sooner than after this.
    struct Wait {
        Duration after{0};
        bool isFree = false; ///< of the campaign's conditions: what has been done is to be verified soon
    };
    struct AskForSlot {
        std::uint8_t round = 0;
        std::uint32_t slot = 0;
        Instant asked;
    };
    struct BeginStep {
        std::uint32_t step = 0;
    };
    struct StopStep {};
    /// There is more that is unsent.
    struct Send {};
    /// The device is to restart before the next step.
    struct Restart {};
    /// The job is over.
    struct Over {};
    using Effect = std::variant<Wait, AskForSlot, BeginStep, StopStep, Send, Restart, Over>;

    /// `kept` is what the store has: the device has started since, or its agent has; `boot` is this boot's id. `spread`
    /// is the device's own part of the campaign's.
    Errand(const Campaign& campaign, Kept kept, std::string boot, Duration spread);

    /// The first: what a start comes to. Effects in their order; kept() is to be written down before.
    std::vector<Effect> begin(Instant now);
    std::vector<Effect> handle(const Event& event, Instant now);
    std::optional<Instant> nextDeadline() const;

    const Kept& kept() const { return kept_; }
    /// Its job waits, and neither has a slot nor comes to one without its conditions.
    bool isWaiting() const;
    /// It has a slot, and has not ended.
    bool isRunning() const { return until_.has_value(); }

private:
    void on(const Offered& offered);
    void on(const Refused& refused);
    void on(const Run&);
    void on(const Stop&);
    void on(const Answered& answered);
    void on(const StepEnded& ended);
    void on(const Allowed&);
    void on(const Cancel&);
    void on(const Acknowledged& acknowledged);
    void on(const Blocked& blocked);
    void on(const Tick&);

    void ask();
    void goOn();
    void beginStep();
    void failed(std::int32_t code, bool isForGood, std::string words);
    void giveBack(Duration after);
    void leave();
    void end(Outcome outcome, std::int32_t code, std::string words);
    void tell(Phase phase, Outcome outcome = Outcome::None, std::int32_t code = 0, std::string words = {});
    void interrupt();
    Phase phase() const;
    const Step& step() const { return steps_[kept_.step]; }
    bool isUnsafe() const { return step().kind == StepKind::Run && !step().idempotent; }
    void waitAgain(Duration after);
    template <class T> void give(T effect) { effects_.emplace_back(std::move(effect)); }

    std::vector<Step> steps_;
    std::uint32_t retries_;
    Duration retryAfter_;
    Duration spread_;
    std::string boot_;
    Kept kept_;

    // Gone with a death.
    Instant now_{};
    bool isJobOn_ = false;  ///< the device's job runs
    bool isStepOn_ = false; ///< a step does
    std::optional<Instant> asked_;
    std::optional<Instant> until_;     ///< the slot is the device's
    std::optional<Instant> stepUntil_; ///< the step has failed then
    std::optional<Instant> verifyAt_;  ///< the next try
    std::vector<Effect> effects_;
};

} // namespace stint::fleet
