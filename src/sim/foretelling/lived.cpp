#include "sim/foretelling/lived.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "contract/model/agent.hpp"
#include "sim/judge/play.hpp"

namespace stint::foretelling {
namespace {

// An app that is built in has at least this bucket (limits.md §2).
constexpr std::string_view agentBucket = "working_set";

sim::AppSetup agentSetup() {
    sim::AppSetup setup;
    setup.state = ProcessState::NotRunning;
    setup.bucket = std::string(agentBucket);
    setup.services = {{agentService, {.name = agentService, .command = {}, .permission = std::string(bindJobService)}}};
    return setup;
}

} // namespace

AppId agentApp() { return AppId{std::string(agentPackage)}; }

Result<std::unique_ptr<Lived>> Lived::begin(Days days) {
    auto constants = STINT_TRY(sim::constantsOf(days.scenario, {}));
    days.scenario.apps[agentApp()] = agentSetup();
    return std::unique_ptr<Lived>(new Lived(std::move(days), std::move(constants)));
}

Lived::Lived(Days days, Constants constants)
    : days_(std::move(days)),
      world_(std::make_unique<sim::World>(std::move(constants), days_.scenario.start, days_.scenario.device, false)) {
    world_->begin(days_.scenario.apps);
    world_->advance(Duration(0));
}

Duration Lived::nextEntry() const { return cycleStart_ + days_.scenario.timeline[entry_].at; }

Duration Lived::next() const {
    const auto own = world_->next();
    return own ? std::min(*own, nextEntry()) : nextEntry();
}

void Lived::advance(Duration to) {
    while (nextEntry() <= to) {
        sim::Entry entry = days_.scenario.timeline[entry_];
        entry.at = nextEntry();
        reboots_ += std::holds_alternative<sim::action::Reboot>(entry.action) ? 1 : 0;
        sim::perform(*world_, entry);
        if (++entry_ < days_.scenario.timeline.size()) continue;
        entry_ = 0;
        cycleStart_ += days_.cycle;
    }
    world_->advance(to);
    (void)world_->takeHistory(); // nobody reads it
}

void Lived::restart(Duration offFor) {
    if (!world_->isOn()) return;
    ++reboots_;
    world_->reboot(offFor, std::nullopt);
}

} // namespace stint::foretelling
