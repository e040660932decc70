// A rollout as its log and the reports make it. Whoever makes it again reads records before reports that were there
// first, so what is noted here comes to the same in either order.
#include <algorithm>
#include <array>
#include <utility>

#include "base/result/errors.hpp"
#include "fleet/rollout/rollout.hpp"

namespace stint::fleet {

namespace {

/// Ends that a device alone can tell (fleet.md §4.1).
constexpr std::array ownWords{Outcome::Succeeded, Outcome::Failed, Outcome::Rejected};

// The devices that a record is about.
std::vector<Device> devicesOf(const Record& record) {
    if (const auto* left = std::get_if<Left>(&record)) return {left->device};
    if (const auto* granted = std::get_if<Granted>(&record)) return {granted->device};
    if (const auto* offered = std::get_if<Offered>(&record)) return offered->devices;
    if (const auto* presumed = std::get_if<Presumed>(&record)) return presumed->devices;
    if (const auto* retried = std::get_if<Retried>(&record)) return retried->devices;
    return {};
}

} // namespace

Result<void> Rollout::apply(const Record& record, WallTime at) {
    for (const Device device : devicesOf(record))
        if (device >= targets_.size())
            return fail(Errc::STORAGE, "a record of device {}, and there are {}", device, targets_.size());
    if (const auto* granted = std::get_if<Granted>(&record); granted && granted->slot <= targets_[granted->device].slot)
        return fail(Errc::STORAGE, "slot {} of device {} is given out a second time", granted->slot, granted->device);
    if (const auto* opened = std::get_if<WaveOpened>(&record);
        opened && (opened->wave != wave_ + 1 || opened->wave > waves_.size()))
        return fail(Errc::STORAGE, "wave {} is opened after wave {} of {}", opened->wave, wave_, waves_.size());
    if (const auto* presumed = std::get_if<Presumed>(&record);
        presumed && std::ranges::find(ownWords, presumed->outcome) != ownWords.end())
        return fail(Errc::STORAGE, "devices are held for {}, which they alone can tell", wordOf(presumed->outcome));
    if (const auto* retried = std::get_if<Retried>(&record); retried && retried->round < round_)
        return fail(Errc::STORAGE, "round {} is retried after round {}", retried->round, round_);
    now_ = std::max(now_, at);
    std::visit([&](const auto& noted) { note(noted); }, record);
    return {};
}

void Wave::count(Outcome outcome, WallTime when) {
    ++ended;
    if (outcome == Outcome::Succeeded) ++ok;
    lastEnd = when;
}

bool Rollout::isMeant(Device device, Enrolment enrolment) const {
    return device < targets_.size() && targets_[device].enrolment == enrolment;
}

void Rollout::apply(const Report& report, WallTime at) {
    now_ = std::max(now_, at);
    if (!isMeant(report.device, report.enrolment)) return;
    Target& target = targets_[report.device];
    const Telling& said = report.telling;
    // A round that nobody began is no round.
    if (said.sequence <= target.sequence || said.round > target.round) return;
    target.sequence = said.sequence;
    // A success is one, however late; all else of an earlier round has been passed over by an operator.
    if (said.round < target.round && said.outcome != Outcome::Succeeded) return;

    const bool isEnd = said.phase == Phase::Ended && said.outcome != Outcome::None;
    if (isEnd) end(target, said.outcome, false);
    if (isEnd || said.phase <= Phase::Waiting) release(target, said.slot);
    if (target.hasEnded() || said.slot < target.slot) return;
    target.phase = std::clamp(said.phase, Phase::Waiting, Phase::Verifying);
}

void Rollout::note(const Joined& joined) {
    for (const Enrolment enrolment : joined.devices)
        targets_.push_back(Target{.enrolment = enrolment, .round = round_});
    isHope_.resize(targets_.size());
    isAsking_.resize(targets_.size());
    slotEnds_.resize(targets_.size());
    if (!isCancelled_) return;
    for (auto late = targets_.end() - static_cast<std::ptrdiff_t>(joined.devices.size()); late != targets_.end();
         ++late)
        end(*late, Outcome::Cancelled, true);
}

void Rollout::note(const Left& left) { end(targets_[left.device], Outcome::Cancelled, true); }

void Rollout::note(const Offered& offered) {
    for (const Device device : offered.devices) {
        nextOffer_ = std::max(nextOffer_, device + 1);
        Target& target = targets_[device];
        if (target.phase == Phase::Targeted) target.phase = Phase::Offered;
        awaitBegin(device);
    }
}

void Rollout::note(const Granted& granted) {
    Target& target = targets_[granted.device];
    release(target, granted.slot - 1);
    target.slot = granted.slot;
    if (target.wave == 0) {
        target.wave = wave_;
        ++begun_;
        Wave& wave = *waveOf(target);
        ++wave.begun;
        if (target.hasEnded()) wave.count(target.outcome, now_); // its report was read first
    }
    grownUp(granted.device);
    if (!target.holdsSlot()) return;
    ++slots_;
    ++waveOf(target)->open;
    if (target.phase < Phase::Running) target.phase = Phase::Running;
    slotEnds_[granted.device] = now_ + plan_.endWithin + slotMargin;
    toEnd_.push_back({slotEnds_[granted.device], granted.device, granted.slot, target.round});
}

void Rollout::note(const Presumed& presumed) {
    for (const Device device : presumed.devices) {
        end(targets_[device], presumed.outcome, true);
        release(targets_[device], targets_[device].slot);
    }
}

void Rollout::note(const WaveOpened& opened) { wave_ = opened.wave; }
void Rollout::note(const Stopped&) { isStopped_ = true; }
void Rollout::note(const Paused&) { isPaused_ = true; }

void Rollout::note(const Resumed& resumed) {
    isPaused_ = isStopped_ = false;
    if (resumed.excusesWave) waves_[wave_ - 1U].isExcused = true;
    before_ = resumed.before;
}

void Rollout::note(const Cancelled&) {
    isCancelled_ = true;
    nextRetry_.reset();
    for (Target& target : targets_)
        if (!target.holdsSlot()) end(target, Outcome::Cancelled, true);
    // Whoever has a slot decides what became of it, or is silent until it ends.
}

void Rollout::note(const RanOut&) {
    hasRunOut_ = true;
    nextRetry_.reset();
}

void Rollout::note(const Retried& retried) {
    round_ = retried.round;
    before_ = retried.before;
    nextRetry_.reset();
    if (retried.next < targets_.size()) nextRetry_ = retried.next;
    for (const Device device : retried.devices) {
        Target& target = targets_[device];
        if (target.round >= retried.round) continue;
        // Its success was not known to whoever wrote this.
        if (target.outcome == Outcome::Succeeded)
            target.round = retried.round;
        else
            reopen(target, retried.round);
    }
}

void Rollout::reopen(Target& target, std::uint8_t round) {
    release(target, target.slot);
    takeBack(target);
    target.round = round;
    target.phase = Phase::Offered;
    awaitBegin(static_cast<Device>(&target - targets_.data()));
}

/// The device has to begin in time, or it is presumed to do so no more.
void Rollout::awaitBegin(Device device) {
    const Target& target = targets_[device];
    toBegin_.push_back({hasRunOut_ ? now_ : now_ + plan_.beginWithin, device, target.slot, target.round});
}

/// The device has that slot no more, nor any before it.
void Rollout::release(Target& target, std::uint32_t slot) {
    const bool held = target.holdsSlot();
    target.over = std::max(target.over, slot);
    if (!held || target.holdsSlot()) return;
    STINT_CHECK(slots_ > 0);
    --slots_;
    Wave& wave = *waveOf(target);
    STINT_CHECK(wave.open > 0);
    --wave.open;
    if (target.hasEnded()) return;
    if (isCancelled_)
        end(target, Outcome::Cancelled, true); // it would not be let begin again
    else
        awaitBegin(static_cast<Device>(&target - targets_.data()));
}

/// A device's own word stays; the server's is replaced by it.
void Rollout::end(Target& target, Outcome outcome, bool isPresumed) {
    if (target.hasEnded() && (isPresumed || !target.isPresumed)) return;
    takeBack(target);
    target.outcome = outcome;
    target.isPresumed = isPresumed;
    presumed_ += isPresumed ? 1 : 0;
    target.phase = Phase::Ended;
    ++ends_[static_cast<std::size_t>(outcome)];
    grownUp(static_cast<Device>(&target - targets_.data()));
    if (Wave* wave = waveOf(target)) wave->count(outcome, now_);
}

/// The device has not ended, after all.
void Rollout::takeBack(Target& target) {
    if (!target.hasEnded()) return;
    --ends_[static_cast<std::size_t>(target.outcome)];
    if (Wave* wave = waveOf(target)) {
        --wave->ended;
        if (target.outcome == Outcome::Succeeded) --wave->ok;
    }
    target.outcome = Outcome::None;
    presumed_ -= target.isPresumed ? 1 : 0;
    target.isPresumed = false;
}

void Rollout::grownUp(Device device) {
    isAsking_[device] = false;
    giveUp(device);
}

void Rollout::giveUp(Device device) {
    if (!isHope_[device]) return;
    isHope_[device] = false;
    --hopes_;
}

} // namespace stint::fleet
