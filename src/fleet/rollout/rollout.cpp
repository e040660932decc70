// The decisions of a rollout.
#include "fleet/rollout/rollout.hpp"

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/result/errors.hpp"

namespace stint::fleet {

namespace {

/// The devices that are looked at for each that a decision may name: no event costs more, whatever a campaign's size.
constexpr std::uint32_t looksForEach = 8;

constexpr std::array offeredAgain{Outcome::Failed, Outcome::TimedOut, Outcome::Rejected};

// The server's word for a device that was silent for too long (fleet.md §4.1).
Outcome presumptionOf(const Target& target) {
    if (target.slot != 0) return Outcome::TimedOut;
    return target.sequence != 0 || target.phase == Phase::Targeted ? Outcome::Expired : Outcome::Unreachable;
}

} // namespace

Rollout::Rollout(Plan plan, WallTime expires, bool isOpen, std::uint32_t most)
    : plan_(std::move(plan)), expires_(expires), isOpen_(isOpen), most_(most), waves_(plan_.waves.size()) {
    STINT_CHECK(plan_.atATime > 0 && !waves_.empty());
    STINT_CHECK(most_ > 0);
}

Decision Rollout::handle(const Event& event, WallTime now) {
    now_ = std::max(now_, now);
    names_ = most_;
    looks_ = most_ * looksForEach;
    Decision decision;
    runOut(decision);
    std::visit([&](const auto& happened) { on(happened, decision); }, event);
    settle(decision);
    return decision;
}

void Rollout::write(Record record, Decision& decision) {
    STINT_CHECK(apply(record, now_).ok());
    decision.records.push_back(std::move(record));
}

bool Rollout::mayLook() {
    if (looks_ == 0) return false;
    --looks_;
    return true;
}

void Rollout::fallSilent(Device device, Silent& silent) {
    silent[static_cast<std::size_t>(presumptionOf(targets_[device]))].push_back(device);
    --names_;
}

void Rollout::presume(Silent silent, Decision& decision) {
    for (std::size_t outcome = 0; outcome < outcomes; ++outcome)
        if (!silent[outcome].empty())
            write(Presumed{static_cast<Outcome>(outcome), std::move(silent[outcome])}, decision);
}

void Rollout::on(const Report& report, Decision&) { apply(report, now_); }
void Rollout::on(const Tick&, Decision&) {}
void Rollout::on(const Join& join, Decision&) {
    joining_.insert(joining_.end(), join.devices.begin(), join.devices.end());
}

void Rollout::on(const Leave& leave, Decision& decision) {
    if (leave.device >= targets_.size() || targets_[leave.device].hasEnded()) return;
    write(Left{leave.device}, decision);
    --names_;
}

// ---- An operator's words ----

std::string_view Rollout::overText() const {
    if (isCancelled_) return "was cancelled";
    return hasEnded() ? "has ended" : std::string_view();
}

std::string_view Rollout::objectionTo(const Pause&) const {
    if (const auto over = overText(); !over.empty()) return over;
    return isPaused_ ? "is paused already" : std::string_view();
}

std::string_view Rollout::objectionTo(const Resume&) const {
    if (const auto over = overText(); !over.empty()) return over;
    const bool rests = isPaused_ || isStopped_ || isWaveBad();
    return rests ? std::string_view() : "is neither paused, held nor stopped";
}

std::string_view Rollout::objectionTo(const Cancel&) const { return overText(); }

std::string_view Rollout::objectionTo(const Retry&, WallTime now) const {
    if (isCancelled_) return "was cancelled";
    if (hasRunOut_ || now >= expires_) return "has expired, so no device begins it any more";
    if (round_ == UINT8_MAX) return "was retried as often as one may be";
    const bool isAny = judgedBeforeRetry().ends != judged().ends;
    return isAny ? std::string_view() : "has no device that failed, timed out or refused it";
}

std::string_view Rollout::objectionTo(const Event& event, WallTime now) const {
    return std::visit(
        [&](const auto& word) -> std::string_view {
            if constexpr (std::is_same_v<decltype(word), const Retry&>)
                return objectionTo(word, std::max(now_, now));
            else if constexpr (requires { objectionTo(word); })
                return objectionTo(word);
            else
                return {};
        },
        event);
}

void Rollout::on(const Pause& pause, Decision& decision) {
    if (objectionTo(pause).empty()) write(Paused{}, decision);
}

void Rollout::on(const Resume& resume, Decision& decision) {
    if (objectionTo(resume).empty())
        write(Resumed{isStopped_ && !nextRetry_ ? judged() : before_, isWaveBad()}, decision);
}

void Rollout::on(const Cancel& cancel, Decision& decision) {
    if (objectionTo(cancel).empty()) write(Cancelled{}, decision);
}

void Rollout::on(const Retry& retry, Decision& decision) {
    if (objectionTo(retry, now_).empty())
        write(Retried{static_cast<std::uint8_t>(round_ + 1), 0, {}, judgedBeforeRetry()}, decision);
}

/// Ends that are judged, without those that get the order again.
Judged Rollout::judgedBeforeRetry() const {
    Judged before = judged();
    for (const Outcome outcome : offeredAgain) {
        before.ends -= count(outcome);
        if (plan_.failures.contains(outcome)) before.failures -= count(outcome);
    }
    return before;
}

void Rollout::retry(Decision& decision) {
    if (!nextRetry_) return;
    std::vector<Device> devices;
    Device next = *nextRetry_;
    for (; next < targets_.size() && names_ > 0 && mayLook(); ++next) {
        const Target& target = targets_[next];
        if (target.round == round_ || std::ranges::find(offeredAgain, target.outcome) == offeredAgain.end()) continue;
        devices.push_back(next);
        --names_;
    }
    if (next == *nextRetry_) return;
    write(Retried{round_, next, devices, before_}, decision);
    for (const Device device : devices)
        decision.effects.emplace_back(orderTo(device, false));
}

// ---- Slots (fleet.md §4.2) ----

bool Rollout::mayGrant(const Target& target) const {
    if (!mayBegin()) return false;
    const std::uint32_t others = slots_ - (target.holdsSlot() ? 1 : 0);
    return others < plan_.atATime && (target.wave != 0 || begun_ < capacity(wave_));
}

void Rollout::on(const Ask& ask, Decision& decision) {
    const Reply reply = replyTo(ask);
    if (reply.word == Reply::Word::Begin && targets_[ask.device].slot != ask.slot) {
        write(Granted{ask.device, ask.slot}, decision);
        --names_;
    }
    // Whoever asks before its turn has come is held at once for what it is told.
    if (hasRunOut_ && reply.outcome != Outcome::None && !targets_[ask.device].hasEnded()) {
        write(Presumed{reply.outcome, {ask.device}}, decision);
        --names_;
    }
    decision.effects.emplace_back(Told{ask.device, ask.slot, reply});
}

Reply Rollout::replyTo(const Ask& ask) {
    const auto over = [](Outcome outcome) { return Reply{Reply::Word::Over, Duration(0), outcome}; };
    if (!isMeant(ask.device, ask.enrolment)) return over(Outcome::None);
    const Target& target = targets_[ask.device];
    const bool isOld = ask.round != target.round || ask.slot <= target.over || ask.slot < target.slot;
    if (target.hasEnded() || isOld) return over(target.outcome);
    if (ask.slot == target.slot) { // the answer did not reach it, or it has died since
        const Duration left = slotEnds_[ask.device] - slotMargin - now_;
        return left > Duration(0) ? Reply{Reply::Word::Begin, left, Outcome::None} : refusal(ask);
    }
    if (isCancelled_) return over(Outcome::Cancelled);
    if (hasRunOut_) return over(target.slot != 0 ? Outcome::TimedOut : Outcome::Expired);
    return mayGrant(target) ? Reply{Reply::Word::Begin, plan_.endWithin, Outcome::None} : refusal(ask);
}

Reply Rollout::refusal(const Ask& ask) {
    giveUp(ask.device); // it waits for a place, and keeps none
    if (targets_[ask.device].wave == 0 && !isAsking_[ask.device]) {
        isAsking_[ask.device] = true;
        asking_.push_back(ask.device);
    }
    Duration after = mayBegin() ? lendAfter : askAgain;
    if (const auto opens = nextWave(); opens && *opens > now_) after = std::min(*opens - now_, askAgain);
    return {Reply::Word::Later, after, Outcome::None};
}

// ---- What follows ----

void Rollout::settle(Decision& decision) {
    join(decision);
    runOut(decision);
    sweep(decision);
    presume(decision);
    retry(decision);
    judge(decision);
    offer(decision);
}

void Rollout::join(Decision& decision) {
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(names_, joining_.size()));
    if (count == 0) return;
    const auto end = joining_.begin() + count;
    write(Joined{{joining_.begin(), end}}, decision);
    joining_.erase(joining_.begin(), end);
    names_ -= count;
}

void Rollout::runOut(Decision& decision) {
    if (!hasRunOut_ && now_ >= expires_ && !hasEnded()) write(RanOut{}, decision);
}

// Whoever has a slot tells an end, or is presumed when the slot ends.
void Rollout::sweep(Decision& decision) {
    if (!hasRunOut_) return;
    Silent silent;
    for (; nextSilent_ < targets_.size() && names_ > 0 && mayLook(); ++nextSilent_) {
        const Target& target = targets_[nextSilent_];
        if (!target.hasEnded() && !target.holdsSlot()) fallSilent(nextSilent_, silent);
    }
    presume(std::move(silent), decision);
}

bool Rollout::isStillToBegin(const Due& due) const {
    const Target& target = targets_[due.device];
    return !target.hasEnded() && !target.holdsSlot() && target.slot == due.slot && target.round == due.round;
}

bool Rollout::isStillToEnd(const Due& due) const {
    return targets_[due.device].holdsSlot() && targets_[due.device].slot == due.slot;
}

void Rollout::presume(Decision& decision) {
    Silent silent;
    const auto takeDue = [&](std::deque<Due>& dues, bool (Rollout::*isStill)(const Due&) const) {
        for (; !dues.empty() && names_ > 0 && mayLook(); dues.pop_front()) {
            if (!(this->*isStill)(dues.front())) continue;
            if (dues.front().when > now_ && !(hasRunOut_ && &dues == &toBegin_)) return;
            fallSilent(dues.front().device, silent);
        }
    };
    takeDue(toEnd_, &Rollout::isStillToEnd);
    takeDue(toBegin_, &Rollout::isStillToBegin);
    presume(std::move(silent), decision);
}

Judged Rollout::judged() const {
    Failures judges = plan_.failures;
    judges.add(Outcome::Succeeded).add(Outcome::Failed).add(Outcome::Rejected).add(Outcome::TimedOut);
    Judged judged;
    for (std::size_t each = 0; each < outcomes; ++each) {
        if (judges.contains(static_cast<Outcome>(each))) judged.ends += ends_[each];
        if (plan_.failures.contains(static_cast<Outcome>(each))) judged.failures += ends_[each];
    }
    return judged;
}

bool Rollout::isToStop() const {
    const auto [ends, failures] = judged();
    // A late word may have taken ends back that were counted before.
    const std::uint64_t ended = ends - std::min(ends, before_.ends);
    const std::uint64_t wrong = failures - std::min(failures, before_.failures);
    return ended > 0 && ended >= plan_.stopMin && wrong * wholeShare >= ended * plan_.stopAt;
}

std::uint32_t Rollout::capacity(std::uint16_t wave) const {
    const auto all = static_cast<std::uint32_t>(targets_.size());
    if (wave >= plan_.waves.size()) return all;
    std::uint32_t most = 0;
    for (std::uint16_t each = 0; each < wave; ++each)
        most = std::max(most, plan_.waves[each].of(all));
    return most;
}

bool Rollout::isWaveOver() const {
    const Wave& wave = waves_[wave_ - 1U];
    const std::uint32_t room = capacity(wave_);
    if (room == 0 || begun_ < room || wave.open > 0) return false;
    // Half of it speaks for it; but a wave that has room for nobody more than the one before it has nothing to say.
    return wave.begun == 0 || 2 * wave.ended >= wave.begun;
}

bool Rollout::isWaveGood() const {
    const Wave& wave = waves_[wave_ - 1U];
    return wave.isExcused || std::uint64_t{wave.ok} * wholeShare >= std::uint64_t{wave.ended} * plan_.waveOk;
}

bool Rollout::isWaveBad() const { return wave_ < plan_.waves.size() && isWaveOver() && !isWaveGood(); }

std::optional<WallTime> Rollout::nextWave() const {
    if (!mayBegin() || wave_ >= plan_.waves.size() || !isWaveOver() || !isWaveGood()) return std::nullopt;
    const Wave& wave = waves_[wave_ - 1U];
    return wave.isExcused || !wave.lastEnd ? now_ : *wave.lastEnd + plan_.soak;
}

void Rollout::judge(Decision& decision) {
    if (nextRetry_) return; // some of those that have failed are about to begin again
    if (mayBegin() && !hasEnded() && isToStop()) write(Stopped{}, decision);
    for (auto next = nextWave(); next && *next <= now_; next = nextWave())
        write(WaveOpened{static_cast<std::uint16_t>(wave_ + 1)}, decision);
}

std::vector<Effect> Rollout::lead() const {
    std::vector<Effect> effects;
    if (isCancelled_ || hasRunOut_) return effects;
    const WallTime oldest = now_ + plan_.beginWithin - lendAfter;
    for (auto due = toBegin_.rbegin(); due != toBegin_.rend() && due->when >= oldest; ++due)
        if (isStillToBegin(*due) && targets_[due->device].phase == Phase::Offered)
            effects.emplace_back(orderTo(due->device, false));
    return effects;
}

/// Orders that may be sent now, so that no more devices are meant than may begin.
std::uint32_t Rollout::places() const {
    if (!mayBegin()) return 0;
    const std::uint32_t running = slots_ + hopes_;
    const std::uint32_t come = begun_ + hopes_;
    const std::uint32_t room = plan_.atATime - std::min(plan_.atATime, running);
    const std::uint32_t most = capacity(wave_);
    return std::min(room, most - std::min(most, come));
}

void Rollout::offer(Decision& decision) {
    for (; !young_.empty() && young_.front().when <= now_ && mayLook(); young_.pop_front())
        giveUp(young_.front().device);
    std::uint32_t free = places();
    const auto hope = [&](Device device) {
        isHope_[device] = true;
        ++hopes_;
        young_.push_back({now_ + lendAfter, device});
        --free;
    };
    for (; free > 0 && names_ > 0 && !asking_.empty() && mayLook(); asking_.pop_front()) {
        const Device device = asking_.front();
        if (!isAsking_[device]) continue; // it has begun, or ended
        isAsking_[device] = false;
        if (isHope_[device]) continue;
        hope(device);
        --names_;
        decision.effects.emplace_back(orderTo(device, true));
    }
    std::vector<Device> first;
    for (Device device = nextOffer_; free > 0 && names_ > 0 && device < targets_.size() && mayLook(); ++device) {
        first.push_back(device);
        --names_;
        if (!targets_[device].hasEnded() && !isHope_[device]) hope(device);
    }
    if (first.empty()) return;
    write(Offered{first}, decision);
    for (const Device device : first)
        if (!targets_[device].hasEnded()) decision.effects.emplace_back(orderTo(device, false));
}

// ---- What is told ----

bool Rollout::hasEnded() const {
    std::uint64_t ended = 0;
    for (const std::uint32_t count : ends_)
        ended += count;
    return ended == targets_.size() && (!isOpen_ || isCancelled_ || hasRunOut_);
}

Rollout::State Rollout::state() const {
    if (hasEnded()) return State::Ended;
    if (isCancelled_) return State::Cancelling;
    if (isPaused_) return State::Paused;
    if (isStopped_) return State::Stopped;
    if (nextWave()) return State::Soaking;
    if (mayBegin() && isWaveBad()) return State::Held;
    return State::Going;
}

bool Rollout::isBehind() const {
    const bool isToOffer = places() > 0 && (nextOffer_ < targets_.size() || !asking_.empty());
    const bool isToEnd = hasRunOut_ && (nextSilent_ < targets_.size() || !toBegin_.empty());
    return !joining_.empty() || nextRetry_ || isToEnd || isToOffer;
}

std::optional<WallTime> Rollout::nextDeadline() const {
    if (isBehind()) return now_;
    if (hasEnded() && toEnd_.empty()) return std::nullopt;
    std::optional<WallTime> next = hasRunOut_ ? std::nullopt : std::optional(expires_);
    const auto sooner = [&](WallTime when) { next = next ? std::min(*next, when) : when; };
    if (!toEnd_.empty()) sooner(toEnd_.front().when);
    if (!toBegin_.empty()) sooner(toBegin_.front().when);
    if (const auto opens = nextWave()) sooner(*opens);
    if (mayBegin() && !young_.empty() && (nextOffer_ < targets_.size() || !asking_.empty()))
        sooner(young_.front().when);
    return next;
}

bool Rollout::isSame(const Rollout& other) const {
    const auto told = [](const Rollout& all) {
        return std::tie(all.targets_, all.wave_, all.round_, all.slots_, all.begun_, all.ends_, all.before_,
                        all.isPaused_, all.isStopped_, all.isCancelled_, all.hasRunOut_, all.nextOffer_,
                        all.nextRetry_);
    };
    return told(*this) == told(other);
}

std::string Rollout::contradiction() const {
    std::uint32_t slots = 0;
    std::uint32_t begun = 0;
    std::uint32_t presumed = 0;
    std::array<std::uint32_t, outcomes> ends{};
    std::vector<Wave> waves(waves_.size());
    for (const Target& target : targets_) {
        slots += target.holdsSlot() ? 1 : 0;
        if (target.hasEnded()) ++ends[static_cast<std::size_t>(target.outcome)];
        presumed += target.isPresumed ? 1 : 0;
        if (target.hasEnded() != (target.phase == Phase::Ended)) return "an end without its phase";
        if (target.wave == 0) {
            if (target.slot != 0) return "a slot of none who began";
            continue;
        }
        ++begun;
        Wave& wave = waves[target.wave - 1U];
        ++wave.begun;
        wave.open += target.holdsSlot() ? 1 : 0;
        wave.ended += target.hasEnded() ? 1 : 0;
        wave.ok += target.outcome == Outcome::Succeeded ? 1 : 0;
    }
    if (slots != slots_) return fmt::format("{} slots, counted as {}", slots, slots_);
    if (begun != begun_) return fmt::format("{} have begun, counted as {}", begun, begun_);
    if (ends != ends_ || presumed != presumed_) return "ends are counted wrong";
    for (std::size_t number = 0; number < waves.size(); ++number) {
        const Wave& a = waves[number];
        const Wave& b = waves_[number];
        if (std::tie(a.begun, a.open, a.ended, a.ok) != std::tie(b.begun, b.open, b.ended, b.ok))
            return fmt::format("wave {} is counted wrong", number + 1);
    }
    if (static_cast<std::uint32_t>(std::count(isHope_.begin(), isHope_.end(), true)) != hopes_)
        return "hopes are counted wrong";
    return {};
}

} // namespace stint::fleet
