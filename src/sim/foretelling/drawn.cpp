#include "sim/foretelling/drawn.hpp"

#include <algorithm>
#include <utility>

#include "contract/model/constants.hpp"

namespace stint::foretelling {
namespace {

using What = Agenda::What;

bool isOpen(Why why) { return why == 0; }
bool isShut(Why why) { return why != 0; }
bool isPowered(Why why) { return (why & deviceIsOff) == 0; }
bool isDark(Why why) { return !isPowered(why); }

} // namespace

DrawnGround::DrawnGround(Agenda& agenda, std::vector<Life> lives, const std::vector<Drawn>& devices)
    : agenda_(agenda), lives_(std::move(lives)), devices_(devices.size()) {
    for (std::size_t nth = 0; nth < devices.size(); ++nth)
        devices_[nth].drawn = devices[nth];
}

Duration DrawnGround::moment(Nth device, Duration at) const {
    const Life& life = lifeOf(device);
    return (at + life.offset + life.cycle - Duration(devices_[device].drawn.shift)) % life.cycle;
}

void DrawnGround::rest(Nth device, const JobInfo& info, Lane lane) {
    Own& own = devices_[device];
    const Life& life = lifeOf(device);
    own.lane = lane;
    const Duration soonest = agenda_.now() + info.getMinimumLatency().value_or(Duration(0));
    std::optional<Duration> at = life.of(lane).until(moment(device, soonest), life.cycle, isOpen);
    if (at) *at += soonest;
    own.isDeadline = false;
    if (const auto deadline = info.getOverrideDeadline()) {
        const Duration last = agenda_.now() + *deadline;
        const auto powered = life.of(lane).until(moment(device, last), life.cycle, isPowered);
        own.isDeadline = powered && (!at || last + *powered < *at);
        if (own.isDeadline) at = last + *powered;
    }
    ++own.job;
    if (at) agenda_.at(*at, What::Starts, device, own.job);
}

void DrawnGround::over(Nth device) { ++devices_[device].job; }

void DrawnGround::wantNews(Nth device) {
    const Life& life = lifeOf(device);
    Own& own = devices_[device];
    if (std::exchange(own.wantsNews, true)) return;
    const Duration soonest = agenda_.now() + (own.isRestarting ? restartTakes : Duration(0));
    const auto after = life.of(Lane::News).until(moment(device, soonest), life.cycle, isOpen);
    if (after) agenda_.at(soonest + *after, What::News, device);
}

void DrawnGround::restart(Nth device) {
    Own& own = devices_[device];
    ++own.restarts;
    ++own.job;
    own.isRestarting = true;
    agenda_.at(agenda_.now() + restartTakes, What::SwitchedOn, device, own.job);
}

bool DrawnGround::isOn(Nth device) const {
    return !devices_[device].isRestarting && isPowered(lifeOf(device).line.at(moment(device, agenda_.now())));
}

bool DrawnGround::hasLine(Nth device) const {
    return !devices_[device].isRestarting && isOpen(lifeOf(device).line.at(moment(device, agenda_.now())));
}

std::uint32_t DrawnGround::boot(Nth device) const {
    const Life& life = lifeOf(device);
    const Duration since = agenda_.now() + life.offset + life.cycle - Duration(devices_[device].drawn.shift);
    const auto passed = std::ranges::upper_bound(life.offs, static_cast<std::uint32_t>((since % life.cycle).count()));
    return static_cast<std::uint32_t>(devices_[device].restarts + life.offs.size() * (since / life.cycle) +
                                      static_cast<std::size_t>(passed - life.offs.begin()));
}

Why DrawnGround::why(Nth device, Lane lane) const {
    const Life& life = lifeOf(device);
    return life.of(lane).longest(life.cycle);
}

void DrawnGround::begin(Nth device, Own& own, Hearer& hearer) {
    static const Duration longest = Constants{}.maxRuntimeRegular;
    const Life& life = lifeOf(device);
    const Duration now = moment(device, agenda_.now());
    const auto shut = life.of(own.lane).until(now, life.cycle, own.isDeadline ? isDark : isShut);
    if (!shut || *shut > longest)
        agenda_.at(agenda_.now() + longest, What::Stops, device, own.job);
    else {
        const bool isSwitchedOff = isDark(life.of(own.lane).at((now + *shut) % life.cycle));
        agenda_.at(agenda_.now() + *shut, isSwitchedOff ? What::SwitchedOff : What::Stops, device, own.job);
    }
    hearer.started(device, own.isDeadline);
}

void DrawnGround::happen(const Agenda::Item& item, Hearer& hearer) {
    Own& own = devices_[item.device];
    if (item.what == What::News) {
        own.wantsNews = false;
        if (!own.isRestarting) return hearer.news(item.device);
        return wantNews(item.device);
    }
    if (item.number != own.job) return;
    const Life& life = lifeOf(item.device);
    switch (item.what) {
    case What::Starts:
        return begin(item.device, own, hearer);
    case What::Stops:
        return hearer.stopped(item.device);
    case What::SwitchedOff: {
        hearer.switchedOff(item.device);
        const auto on = life.line.until(moment(item.device, item.when), life.cycle, isPowered);
        if (on) agenda_.at(item.when + *on, What::SwitchedOn, item.device, ++own.job);
        return;
    }
    default: { // it was switched on, unless its days have it off by now
        own.isRestarting = false;
        const auto on = life.line.until(moment(item.device, item.when), life.cycle, isPowered);
        if (on && *on > Duration(0)) return agenda_.at(item.when + *on, What::SwitchedOn, item.device, own.job);
        return hearer.switchedOn(item.device);
    }
    }
}

} // namespace stint::foretelling
