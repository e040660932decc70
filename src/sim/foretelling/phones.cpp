#include "sim/foretelling/phones.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"

namespace stint::foretelling {
namespace {

using What = Agenda::What;
using fleet::Errand;

/// The agent's own number (fleet/agent/agent.cpp): a command that hangs is given up so much later than its time.
constexpr Duration patience = std::chrono::seconds(12);

constexpr Duration smallStep = std::chrono::seconds(1); ///< a policy, a manifest, settings
constexpr Duration returnsIn = std::chrono::minutes(2); ///< after the server does, within this
constexpr std::int32_t timeOver = 124;

} // namespace

Phones::Phones(const FleetFile& file, const Mission& mission, const Chance& chance, Agenda& agenda, Ground& ground,
               Office& office)
    : fleet_(file), mission_(mission), chance_(chance), agenda_(agenda), ground_(ground), office_(office),
      phones_(file.devices) {}

Duration Phones::delay(Nth device) {
    return chance_.between(fleet_.delayLeast, fleet_.delayMost, Draw::Delay, device, phones_[device].draws++);
}

std::optional<Duration> Phones::missed(Nth device) {
    const std::uint32_t nth = phones_[device].draws++;
    if (const auto back = office_.backAt())
        return *back + chance_.between(Duration(0), returnsIn, Draw::Delay, device, nth);
    if (chance_.happens(fleet_.lost, Draw::Lost, device, nth)) return agenda_.now() + fleet::answerWithin;
    return std::nullopt;
}

// ---- At rest, and awake ----

fleet::Kept Phones::keptOf(Nth device) const {
    const Phone& phone = phones_[device];
    fleet::Kept kept{.round = phone.round,
                     .sequence = phone.sequence,
                     .slot = phone.slot,
                     .isSlotOpen = phone.isSlotOpen,
                     .step = phone.step,
                     .hasStepBegun = phone.hasStepBegun,
                     .isCommitted = phone.isCommitted,
                     .isCancelled = phone.isCancelled,
                     .failures = phone.failures,
                     .boot = phone.boot == 0 ? std::string() : fmt::format("{}", phone.boot - 1),
                     .outcome = phone.outcome,
                     .unsent = std::nullopt};
    if (const auto unsent = unsent_.find(device); unsent != unsent_.end()) kept.unsent = unsent->second;
    return kept;
}

void Phones::keep(Nth device, const fleet::Kept& kept) {
    Phone& phone = phones_[device];
    const auto boot = numberIn<std::uint32_t>(kept.boot);
    phone.boot = boot ? *boot + 1 : 0;
    phone.round = kept.round;
    phone.sequence = kept.sequence;
    phone.slot = kept.slot;
    phone.isSlotOpen = kept.isSlotOpen;
    phone.step = kept.step;
    phone.hasStepBegun = kept.hasStepBegun;
    phone.isCommitted = kept.isCommitted;
    phone.isCancelled = kept.isCancelled;
    phone.failures = kept.failures;
    phone.outcome = kept.outcome;
    if (kept.unsent)
        unsent_.insert_or_assign(device, *kept.unsent);
    else
        unsent_.erase(device);
}

Phones::Awake& Phones::wake(Nth device) {
    auto& place = awake_[device];
    if (!place) {
        const auto& plan = mission_.campaign.plan;
        const Duration spread = fleet::partOf(plan.spread, mission_.id, fmt::format("{}", device));
        place = std::make_unique<Awake>(
            Errand(mission_.campaign, keptOf(device), fmt::format("{}", ground_.boot(device)), spread));
    }
    return *place;
}

void Phones::happen(Nth device, const Errand::Event& event) {
    Awake& awake = wake(device);
    take(device, awake, awake.errand.handle(event, instant()));
}

void Phones::count(Awake& awake, bool isRunning) {
    if (std::exchange(awake.isRunning, isRunning) == isRunning) return;
    running_ += isRunning ? 1 : -1U;
    mostRunning_ = std::max(mostRunning_, running_);
}

void Phones::take(Nth device, Awake& awake, const std::vector<Errand::Effect>& effects) {
    const fleet::Kept& kept = awake.errand.kept();
    keep(device, kept);
    count(awake, awake.errand.isRunning());
    bool restarts = false;
    for (const Errand::Effect& effect : effects) {
        if (const auto* waits = std::get_if<Errand::Wait>(&effect)) {
            awake.isJobOn = false;
            rest(device, kept, waits->after, waits->isFree);
        } else if (const auto* asked = std::get_if<Errand::AskForSlot>(&effect)) {
            ask(device, *asked);
        } else if (const auto* begun = std::get_if<Errand::BeginStep>(&effect)) {
            beginStep(device, awake, begun->step);
        } else if (std::holds_alternative<Errand::StopStep>(effect)) {
            cutShort(device, awake);
            ++awake.step;
            awake.isCommandOn = false;
        } else if (std::holds_alternative<Errand::Send>(effect)) {
            tell(device);
        } else if (std::holds_alternative<Errand::Restart>(effect)) {
            restarts = true;
        } else {
            awake.isJobOn = false;
            ground_.over(device);
        }
    }
    if (restarts) return die(device);
    if (awake.isJobOn) return arm(device, awake);
    awake_.erase(device);
}

void Phones::rest(Nth device, const fleet::Kept& kept, Duration after, bool isFree) {
    Phone& phone = phones_[device];
    const fleet::Campaign& campaign = mission_.campaign;
    const Duration waited = agenda_.now() - phone.heard;
    if (campaign.waitMax > Duration(0) && waited >= campaign.waitMax && !campaign.late.empty()) phone.isLate = true;
    const Duration spread = fleet::partOf(campaign.plan.spread, mission_.id, fmt::format("{}", device));
    const auto info = mission_.errand(
        kept, {.after = after, .isFree = isFree, .isLate = phone.isLate, .waited = waited, .spread = spread});
    STINT_CHECK(info.ok());
    phone.endsWait = fleet::restedIn(info->getExtras()).endsWait;
    ground_.rest(device, *info, isFree ? Lane::Free : phone.isLate ? Lane::Late : Lane::Own);
}

/// All that is not written down is gone.
void Phones::lose(Nth device) {
    const auto found = awake_.find(device);
    if (found == awake_.end()) return;
    cutShort(device, *found->second);
    count(*found->second, false);
    phones_[device].wasAwake = true;
    awake_.erase(found);
}

void Phones::die(Nth device) {
    lose(device);
    ground_.restart(device);
}

// ---- What its device does ----

void Phones::started(Nth device, bool isDeadlineOver) {
    Phone& phone = phones_[device];
    const fleet::Campaign& campaign = mission_.campaign;
    const bool isWaitOver = isDeadlineOver && phone.endsWait && !phone.isLate &&
                            phone.outcome == fleet::Outcome::None && !phone.isCommitted;
    if (isWaitOver && campaign.late.empty()) // fleet.md §4, `late`
        return happen(device, Errand::Refused{phone.round, fleet::Outcome::Failed, {}});
    if (isWaitOver) {
        phone.isLate = true;
        return rest(device, keptOf(device), Duration(0), false);
    }
    Awake& awake = wake(device);
    awake.isJobOn = true;
    awake.unanswered = 0;
    happen(device, Errand::Run{});
}

void Phones::stopped(Nth device) {
    if (awake_.contains(device)) happen(device, Errand::Stop{});
}

void Phones::switchedOff(Nth device) { lose(device); }

void Phones::switchedOn(Nth device) {
    if (std::exchange(phones_[device].wasAwake, false)) {
        Awake& awake = wake(device);
        take(device, awake, awake.errand.begin(instant()));
    }
    if (phones_[device].hasMail || unsent_.contains(device)) ground_.wantNews(device);
}

void Phones::news(Nth device) {
    if (phones_[device].hasMail) heard(device);
    if (unsent_.contains(device)) tell(device);
}

// ---- Orders ----

void Phones::order(Nth device, std::uint8_t round, bool again) {
    if (chance_.happens(fleet_.gone, Draw::Gone, device)) return;
    agenda_.at(agenda_.now() + delay(device), What::Ordered, device,
               static_cast<std::uint32_t>(round) << 1U | (again ? 1U : 0U));
}

/// It looks at the order that has come.
void Phones::heard(Nth device) {
    Phone& phone = phones_[device];
    if (phone.sequence != 0 && phone.mail <= phone.round) { // the same again
        phone.hasMail = false;
        const auto awake = awake_.find(device);
        const bool isRunning = awake != awake_.end() && awake->second->errand.isRunning();
        if (phone.isHint && !isRunning) happen(device, Errand::Offered{phone.round});
        return;
    }
    if (std::exchange(phone.isReading, true)) return;
    agenda_.at(agenda_.now() + delay(device) + delay(device), What::Read, device);
}

/// The order's document is there.
void Phones::read(Nth device) {
    Phone& phone = phones_[device];
    phone.isReading = false;
    if (!ground_.hasLine(device)) return ground_.wantNews(device);
    if (const auto again = missed(device)) {
        phone.isReading = true;
        return agenda_.at(*again, What::Read, device);
    }
    phone.hasMail = false;
    if (chance_.happens(fleet_.refuses, Draw::Refuses, device))
        return happen(device, Errand::Refused{phone.mail, fleet::Outcome::Rejected, {}});
    happen(device, Errand::Offered{phone.mail});
}

// ---- Slots ----

void Phones::ask(Nth device, const Errand::AskForSlot& asked) {
    if (!ground_.hasLine(device) || missed(device)) return;
    office_.ask(device, asked, delay(device));
}

void Phones::answered(Nth device, std::uint32_t slot, Instant asked, const fleet::Reply& reply) {
    const auto awake = awake_.find(device);
    if (awake == awake_.end() || !ground_.hasLine(device)) return;
    phones_[device].wasRefused = reply.word == fleet::Reply::Word::Later;
    happen(device, Errand::Answered{slot, asked, reply});
}

// ---- Reports ----

void Phones::tell(Nth device) {
    Phone& phone = phones_[device];
    if (phone.isTelling) return;
    if (!ground_.hasLine(device)) return ground_.wantNews(device);
    phone.isTelling = true;
    agenda_.at(agenda_.now() + delay(device), What::Told, device);
}

void Phones::told(Nth device) {
    Phone& phone = phones_[device];
    phone.isTelling = false;
    const auto unsent = unsent_.find(device);
    if (unsent == unsent_.end()) return;
    if (!ground_.hasLine(device)) return ground_.wantNews(device);
    if (const auto again = missed(device)) {
        phone.isTelling = true;
        return agenda_.at(*again, What::Told, device);
    }
    const fleet::Telling report = unsent->second;
    if (awake_.contains(device))
        happen(device, Errand::Acknowledged{report.sequence});
    else
        unsent_.erase(device);
    office_.report(device, report);
}

// ---- Steps ----

void Phones::beginStep(Nth device, Awake& awake, std::uint32_t number) {
    const fleet::Step& step = mission_.campaign.steps[number];
    const Phone& phone = phones_[device];
    const std::uint64_t which = (std::uint64_t{phone.round} << 40U) + (std::uint64_t{phone.failures} << 16U) + number;
    Duration takes = smallStep;
    if (!step.source.url.empty()) {
        takes = std::max(smallStep, Duration(step.source.size * 8 / fleet_.rate)); // kbit/s: bits a ms
        const auto part = parts_.find(device);
        if (part != parts_.end() && part->second.step == number)
            takes = std::max(smallStep, takes - part->second.fetched);
    } else if (!step.command.empty()) {
        takes = chance_.between(fleet_.takesLeast, fleet_.takesMost, Draw::Takes, device, which);
        takes = std::min(takes, step.timeout);
    }
    awake.isCommandOn = !step.command.empty();
    awake.stepBegan = agenda_.now();
    ++awake.step;
    if (chance_.happens(fleet_.dies, Draw::Dies, device, phone.draws))
        return agenda_.at(agenda_.now() + takes / 2, What::Dies, device, awake.step);
    agenda_.at(agenda_.now() + takes, What::StepEnds, device, awake.step);
}

/// A file is fetched on from where it was cut off.
void Phones::cutShort(Nth device, const Awake& awake) {
    const Phone& phone = phones_[device];
    if (phone.step >= mission_.campaign.steps.size() || mission_.campaign.steps[phone.step].source.url.empty()) return;
    if (awake.step == 0) return;
    Part& part = parts_[device];
    if (part.step != phone.step) part = {phone.step, Duration(0)};
    part.fetched += agenda_.now() - awake.stepBegan;
}

void Phones::stepEnds(Nth device, std::uint32_t number) {
    const auto found = awake_.find(device);
    if (found == awake_.end() || found->second->step != number) return;
    const Phone& phone = phones_[device];
    const fleet::Step& step = mission_.campaign.steps[phone.step];
    std::int32_t code = 0;
    const std::uint64_t which =
        (std::uint64_t{phone.round} << 40U) + (std::uint64_t{phone.failures} << 16U) + phone.step;
    if (step.kind == fleet::StepKind::Run && chance_.happens(fleet_.fails, Draw::Fails, device, which)) code = 1;
    if (!step.command.empty() && agenda_.now() - found->second->stepBegan >= step.timeout) code = timeOver;
    found->second->isCommandOn = false;
    parts_.erase(device);
    happen(device, Errand::StepEnded{.code = code, .isForGood = false, .words = {}});
}

// ---- Time ----

void Phones::arm(Nth device, Awake& awake) {
    const auto next = awake.errand.nextDeadline();
    if (!next) {
        awake.timer.reset();
        return;
    }
    const Duration at = next->time_since_epoch() + (awake.isCommandOn ? patience : Duration(0));
    if (awake.timer == at) return;
    awake.timer = at;
    agenda_.at(at, What::Timer, device);
}

void Phones::tick(Nth device, Duration when) {
    const auto found = awake_.find(device);
    if (found == awake_.end() || found->second->timer != when) return;
    Awake& awake = *found->second;
    awake.timer.reset();
    auto effects = awake.errand.handle(Errand::Tick{}, instant());
    const bool asks = std::ranges::any_of(
        effects, [](const auto& effect) { return std::holds_alternative<Errand::AskForSlot>(effect); });
    if (!asks || ++awake.unanswered < fleet::mostUnanswered) return take(device, awake, effects);
    effects = awake.errand.handle(Errand::Stop{}, instant());
    for (Errand::Effect& effect : effects)
        if (auto* waits = std::get_if<Errand::Wait>(&effect))
            waits->after = std::max(waits->after, fleet::restUnanswered);
    take(device, awake, effects);
}

void Phones::happen(const Agenda::Item& item) {
    switch (item.what) {
    case What::Ordered: {
        Phone& phone = phones_[item.device];
        const auto round = static_cast<std::uint8_t>(item.number >> 1U);
        const bool isNew = phone.sequence == 0 || round > phone.round;
        if (phone.hasMail && !isNew) return; // it waits to be looked at
        if (!phone.hasMail && phone.sequence == 0) phone.heard = agenda_.now();
        phone.mail = round;
        phone.isHint = (item.number & 1U) != 0;
        phone.hasMail = true;
        // A new one is looked at by the job for news; a hint by the agent, as it comes.
        if (isNew || !ground_.hasLine(item.device)) return ground_.wantNews(item.device);
        return heard(item.device);
    }
    case What::Read:
        return read(item.device);
    case What::Told:
        return told(item.device);
    case What::Timer:
        return tick(item.device, item.when);
    case What::StepEnds:
        return stepEnds(item.device, item.number);
    default:
        if (const auto found = awake_.find(item.device); found != awake_.end() && found->second->step == item.number)
            die(item.device);
    }
}

} // namespace stint::foretelling
