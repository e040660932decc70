#include "fleet/errand/errand.hpp"

#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"

namespace stint::fleet {

namespace {

constexpr std::string_view interrupted = "interrupted",
                           doneElsewhere = "the server has it as succeeded, and this device has not done it";

} // namespace

Errand::Errand(const Campaign& campaign, Kept kept, std::string boot, Duration spread)
    : steps_(campaign.steps), retries_(campaign.plan.retries), retryAfter_(campaign.plan.retryAfter), spread_(spread),
      boot_(std::move(boot)), kept_(std::move(kept)) {
    STINT_CHECK(!steps_.empty());
    // A store that was damaged may say anything.
    kept_.step = std::min(kept_.step, static_cast<std::uint32_t>(steps_.size() - 1));
}

std::vector<Errand::Effect> Errand::begin(Instant now) {
    now_ = now;
    if (kept_.outcome == Outcome::None && kept_.sequence != 0) {
        if (std::exchange(kept_.hasStepBegun, false) && isUnsafe()) end(Outcome::Failed, 0, std::string(interrupted));
        // How much is left of a slot is not known any more. One that has been used for good is asked for again; any
        // other is given back, for its job may not run for days.
        else if (kept_.isSlotOpen && !kept_.isCommitted)
            giveBack(Duration(0));
        else
            waitAgain(Duration(0));
    }
    if (kept_.unsent) give(Send{});
    return std::exchange(effects_, {});
}

std::vector<Errand::Effect> Errand::handle(const Event& event, Instant now) {
    now_ = std::max(now_, now);
    const auto unsent = kept_.sequence;
    std::visit([&](const auto& happened) { on(happened); }, event);
    if (kept_.sequence != unsent) give(Send{});
    return std::exchange(effects_, {});
}

std::optional<Instant> Errand::nextDeadline() const {
    std::optional<Instant> next;
    const auto sooner = [&](const std::optional<Instant>& when) {
        if (when) next = next ? std::min(*next, *when) : *when;
    };
    sooner(until_);
    sooner(stepUntil_);
    sooner(verifyAt_);
    if (asked_) sooner(*asked_ + answerWithin);
    return next;
}

void Errand::on(const Offered& offered) {
    const bool isNew = kept_.sequence == 0 || offered.round > kept_.round;
    if (kept_.outcome == Outcome::Succeeded || (kept_.outcome != Outcome::None && !isNew)) return;
    if (!isNew) { // there may be a place
        if (!isJobOn_ && !kept_.isCommitted) waitAgain(Duration(0));
        return;
    }
    if (kept_.isSlotOpen) giveBack(Duration(0));
    kept_.round = offered.round;
    kept_.step = kept_.failures = 0;
    kept_.isCommitted = kept_.isCancelled = kept_.isAllowed = false;
    kept_.outcome = Outcome::None;
    tell(Phase::Waiting);
    waitAgain(spread_);
}

void Errand::on(const Refused& refused) {
    const bool isNew = kept_.sequence == 0 || refused.round > kept_.round;
    if (!isNew && (kept_.outcome != Outcome::None || kept_.isCommitted)) return;
    if (kept_.outcome == Outcome::Succeeded) return;
    kept_.round = std::max(kept_.round, refused.round);
    end(refused.outcome, 0, refused.words);
}

// ---- The slot (fleet.md §4.2) ----

void Errand::on(const Run&) {
    if (kept_.sequence == 0) return; // a job of nobody
    if (kept_.outcome != Outcome::None) return give(Over{});
    isJobOn_ = true;
    if (!until_) ask();
}

void Errand::ask() {
    if (!std::exchange(kept_.isSlotOpen, true)) ++kept_.slot;
    asked_ = now_;
    give(AskForSlot{kept_.round, kept_.slot, now_});
}

void Errand::on(const Answered& answered) {
    if (!asked_ || answered.slot != kept_.slot) return;
    asked_.reset();
    switch (answered.reply.word) {
    case Reply::Word::Begin:
        until_ = answered.asked + answered.reply.time;
        if (*until_ <= now_) return on(Tick{});
        return goOn();
    case Reply::Word::Later:
        // Its slot was over before it could go on.
        if (kept_.isCommitted) return end(Outcome::TimedOut, 0, "its slot was over");
        isJobOn_ = false;
        return waitAgain(answered.reply.time);
    case Reply::Word::Over:
        if (answered.reply.outcome == Outcome::None) return giveBack(std::chrono::hours(1));
        // A success is the device's own word.
        if (answered.reply.outcome == Outcome::Succeeded) return end(Outcome::Failed, 0, std::string(doneElsewhere));
        return end(answered.reply.outcome == Outcome::Unreachable ? Outcome::Expired : answered.reply.outcome, 0, {});
    }
}

void Errand::giveBack(Duration after) {
    leave();
    tell(Phase::Waiting);
    waitAgain(after);
}

/// The slot is the device's no more, nor does anything of it run.
void Errand::leave() {
    interrupt();
    kept_.isSlotOpen = isJobOn_ = false;
    until_.reset();
    asked_.reset();
}

void Errand::waitAgain(Duration after) { give(Wait{after, kept_.isCommitted}); }

void Errand::on(const Stop&) {
    if (!std::exchange(isJobOn_, false) || kept_.outcome != Outcome::None) return;
    if (isStepOn_ && isUnsafe()) return end(Outcome::Failed, 0, std::string(interrupted));
    if (!kept_.isCommitted) return giveBack(Duration(0));
    interrupt();
    until_.reset(); // it is asked for again
    asked_.reset();
    waitAgain(Duration(0));
}

// ---- Steps ----

Phase Errand::phase() const {
    if (step().kind == StepKind::Verify) return Phase::Verifying;
    return kept_.isCommitted ? Phase::Committing : Phase::Running;
}

void Errand::goOn() {
    if (step().afterRestart && kept_.boot == boot_) {
        tell(Phase::Verifying);
        return give(Restart{});
    }
    beginStep();
}

void Errand::beginStep() {
    STINT_CHECK(until_ && !isStepOn_);
    const bool isAnotherTry = std::exchange(verifyAt_, std::nullopt).has_value();
    kept_.hasStepBegun = isStepOn_ = true;
    kept_.isCommitted = kept_.isCommitted || step().commit;
    if (!stepUntil_ && step().timeout > Duration(0)) stepUntil_ = now_ + step().timeout;
    if (!isAnotherTry) tell(phase());
    give(BeginStep{kept_.step});
}

/// Whatever runs of it runs no more.
void Errand::interrupt() {
    if (std::exchange(isStepOn_, false)) give(StopStep{});
    kept_.hasStepBegun = false;
    stepUntil_.reset();
    verifyAt_.reset();
}

void Errand::on(const StepEnded& ended) {
    if (!std::exchange(isStepOn_, false)) return; // it was stopped meanwhile
    if (ended.code != 0 && until_ && now_ >= *until_) return end(Outcome::TimedOut, ended.code, ended.words);
    if (ended.code != 0) {
        const bool mayVerify = step().kind == StepKind::Verify && !ended.isForGood && *stepUntil_ - now_ > verifyAgain;
        if (!mayVerify) return failed(ended.code, ended.isForGood, ended.words);
        verifyAt_ = now_ + verifyAgain;
        return;
    }
    interrupt();
    kept_.boot = boot_;
    if (kept_.step + 1 == steps_.size())
        return end(Outcome::Succeeded, 0, kept_.isCancelled ? "a cancel came too late" : ended.words);
    ++kept_.step;
    goOn();
}

void Errand::failed(std::int32_t code, bool isForGood, std::string words) {
    if (isForGood || kept_.isCommitted || kept_.failures >= retries_)
        return end(Outcome::Failed, code, std::move(words));
    ++kept_.failures;
    giveBack(retryAfter_);
}

void Errand::on(const Allowed&) {
    if (kept_.sequence == 0 || kept_.outcome != Outcome::None) return;
    kept_.isAllowed = true;
    if (isWaiting()) waitAgain(Duration(0));
}

void Errand::on(const Cancel&) {
    if (kept_.sequence == 0 || kept_.outcome != Outcome::None) return;
    if (kept_.isCommitted) {
        kept_.isCancelled = true;
        return;
    }
    end(Outcome::Cancelled, 0, {});
}

void Errand::on(const Tick&) {
    if (until_ && now_ >= *until_) return end(Outcome::TimedOut, 0, "its time was over");
    if (stepUntil_ && now_ >= *stepUntil_) return failed(0, false, "the step took too long");
    if (verifyAt_ && now_ >= *verifyAt_) return beginStep();
    if (asked_ && now_ >= *asked_ + answerWithin) ask();
}

// ---- Reports ----

void Errand::end(Outcome outcome, std::int32_t code, std::string words) {
    leave();
    kept_.outcome = outcome;
    tell(Phase::Ended, outcome, code, std::move(words));
    give(Over{});
}

void Errand::tell(Phase phase, Outcome outcome, std::int32_t code, std::string words) {
    kept_.unsent =
        Telling{kept_.round, ++kept_.sequence, kept_.slot, phase, outcome, kept_.step + 1, code, std::move(words)};
    kept_.last.reset();
    kept_.waitsFor.clear(); // that report says nothing of them
}

bool Errand::isWaiting() const {
    return kept_.sequence != 0 && kept_.outcome == Outcome::None && !kept_.isCommitted && !isJobOn_;
}

/// Only another set of reasons is news. What is told is of before the slot that it asks for: the server may have given
/// it meanwhile.
void Errand::on(const Blocked& blocked) {
    if (!isWaiting() || blocked.blockers.empty()) return;
    std::vector<std::string> reasons;
    for (const ToldBlocker& one : blocked.blockers)
        reasons.push_back(one.reason);
    const bool isSoon = kept_.waitsForAt != WallTime{} && blocked.at < kept_.waitsForAt + blockersAgain;
    if (reasons == kept_.waitsFor || isSoon) return;
    tell(Phase::Waiting);
    kept_.waitsFor = std::move(reasons);
    kept_.waitsForAt = blocked.at;
    Telling& told = *kept_.unsent;
    if (kept_.isSlotOpen) --told.slot;
    told.blockers = blocked.blockers;
    told.words = blocked.words;
    told.forecast = blocked.forecast;
}

void Errand::on(const Acknowledged& acknowledged) {
    if (kept_.unsent && kept_.unsent->sequence <= acknowledged.sequence)
        kept_.last = std::exchange(kept_.unsent, std::nullopt);
}

} // namespace stint::fleet
