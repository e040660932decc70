#include "sim/foretelling/own_cores.hpp"

#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"

namespace stint::foretelling {

namespace {

using What = Agenda::What;

} // namespace

OwnCores::Own::Own(Agenda& its, Nth number, JobKey job, std::unique_ptr<Lived> made, Duration begin)
    : agenda(its), device(number), errand(std::move(job)), lived(std::move(made)), zero(begin),
      reboots(lived->reboots()), wasOn(lived->world().isOn()) {}

// Its agent hears of it once the core has done with that moment.
bool OwnCores::Own::started(const JobKey& job) {
    if (job != errand) {
        agenda.at(agenda.now(), What::News, device);
        return true;
    }
    isRunning = true;
    agenda.at(agenda.now(), What::Starts, device, ++run);
    return true;
}

bool OwnCores::Own::stopped(const JobKey& job, StopReason) {
    if (job != errand) return true;
    isRunning = false;
    agenda.at(agenda.now(), What::Stops, device, run);
    return true;
}

OwnCores::OwnCores(Agenda& agenda, const Mission& mission) : agenda_(agenda), errand_(mission.errandKey()) {
    auto news = newsJob();
    STINT_CHECK(news.ok());
    news_ = *std::move(news);
}

Result<void> OwnCores::add(Days days, Duration shift) {
    const Duration zero = days.cycle + days.offset - shift;
    auto lived = STINT_TRY(Lived::begin(std::move(days)));
    lived->advance(zero);
    const auto device = static_cast<Nth>(devices_.size());
    devices_.push_back(std::make_unique<Own>(agenda_, device, errand_, std::move(lived), zero));
    plan(*devices_.back());
    return {};
}

void OwnCores::catchUp(Own& own) { own.lived->advance(own.zero + agenda_.now()); }

void OwnCores::plan(Own& own) {
    const Duration next = own.lived->next() - own.zero;
    if (std::exchange(own.planned, next) != next) agenda_.at(next, What::Wakes, own.device);
}

void OwnCores::rest(Nth device, const JobInfo& info, Lane) {
    Own& own = *devices_[device];
    catchUp(own);
    sim::SimulatedJobs& jobs = own.lived->world().runs();
    if (std::exchange(own.isRunning, false)) jobs.finish({.job = errand_, .reschedule = true});
    jobs.schedule(errand_, info, own);
    own.deadline.reset();
    if (const auto after = info.getOverrideDeadline()) own.deadline = agenda_.now() + *after;
    plan(own);
}

void OwnCores::over(Nth device) {
    Own& own = *devices_[device];
    catchUp(own);
    if (std::exchange(own.isRunning, false))
        own.lived->world().runs().finish({.job = errand_, .reschedule = false});
    else
        own.lived->world().tell(Cancel{.app = errand_.app, .space = errand_.space, .id = errand_.id}, {});
    plan(own);
}

void OwnCores::askForNews(Own& own) {
    own.hasNewsJob = true;
    catchUp(own);
    own.lived->world().runs().schedule(newsKey(), news_, own);
    plan(own);
}

void OwnCores::wantNews(Nth device) {
    Own& own = *devices_[device];
    own.wantsNews = true;
    if (!own.hasNewsJob && own.lived->world().isOn()) askForNews(own);
}

void OwnCores::restart(Nth device) {
    Own& own = *devices_[device];
    catchUp(own);
    own.lived->restart(restartTakes);
    own.reboots = own.lived->reboots();
    own.isRunning = own.wasOn = false;
    plan(own);
}

bool OwnCores::isOn(Nth device) const { return devices_[device]->lived->world().isOn(); }

bool OwnCores::hasLine(Nth device) const {
    const sim::World& world = std::as_const(*devices_[device]->lived).world();
    return world.isOn() && world.core().device().network;
}

std::uint32_t OwnCores::boot(Nth device) const { return devices_[device]->lived->reboots(); }

Why OwnCores::why(Nth device, Lane) const { return askedOf(std::as_const(*devices_[device]->lived).world(), errand_); }

/// Tells that it was switched off, or on, meanwhile.
void OwnCores::look(Own& own, Hearer& hearer) {
    const bool isOn = own.lived->world().isOn();
    if (own.lived->reboots() != own.reboots) {
        own.reboots = own.lived->reboots();
        own.isRunning = false;
        if (std::exchange(own.wasOn, false)) hearer.switchedOff(own.device);
    }
    if (!isOn || std::exchange(own.wasOn, true)) return;
    hearer.switchedOn(own.device);
    if (own.wantsNews && !own.hasNewsJob) askForNews(own);
}

void OwnCores::happen(const Agenda::Item& item, Hearer& hearer) {
    Own& own = *devices_[item.device];
    switch (item.what) {
    case What::Wakes:
        if (item.when != own.planned) return;
        own.planned = Duration::max();
        catchUp(own);
        look(own, hearer);
        return plan(own);
    case What::News:
        catchUp(own);
        own.lived->world().runs().finish({.job = newsKey(), .reschedule = false});
        own.wantsNews = own.hasNewsJob = false;
        plan(own);
        return hearer.news(item.device);
    case What::Starts:
        if (own.isRunning && item.number == own.run)
            hearer.started(item.device, own.deadline && *own.deadline <= agenda_.now());
        return;
    default:
        if (item.number == own.run) hearer.stopped(item.device);
    }
}

} // namespace stint::foretelling
