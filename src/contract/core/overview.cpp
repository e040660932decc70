// The scheduler as a whole, for a dump (jobs.md §9.3).
#include <algorithm>

#include "contract/core/queue.hpp"
#include "contract/core/shortage.hpp"
#include "contract/core/state.hpp"

namespace stint {
namespace {

std::string_view nameOf(Memory memory) {
    switch (memory) {
    case Memory::Normal:
        return "normal";
    case Memory::Moderate:
        return "moderate";
    case Memory::Low:
        return "low";
    case Memory::Critical:
        return "critical";
    }
    return "";
}

void addDevice(const State& state, SchedulerView& view) {
    view.plugged = state.device.plugged;
    view.charging = state.deviceState.charging;
    view.batteryPercent = state.device.batteryPercent;
    view.batteryLow = state.deviceState.batteryLow;
    view.batteryMonitored = state.shell.monitorsBattery;
    view.batterySequence = state.shell.batteryNews;
    view.storageSequence = state.shell.storageNews;
    view.storageLow = state.deviceState.storageLow;
    view.idle = state.deviceState.idle;
    view.interactive = state.deviceState.interactive;
    view.memory = nameOf(state.device.memory);
}

void addSlots(const State& state, Instant now, SchedulerView& view) {
    const SlotTable table = tableOf(state);
    view.slots = state.constants.slots;
    view.atOnce = table.total;
    const PerType running = runningByType(state);
    for (std::size_t type = 0; type < workTypes; ++type) {
        view.types.push_back({.type = std::string(nameOf(static_cast<WorkType>(type))),
                              .reserved = table.reserved[type],
                              .most = table.most[type],
                              .running = running[type]});
    }
    for (const AppGroups* appGroups : state.waiting.groups.open()) {
        const App* const app = state.app(*appGroups->app);
        if (!app) continue;
        for (const Group* group : appGroups->open) {
            const WorkTypes may = typesOf(group->gateKey->kind, *app, now, state.constants);
            for (std::size_t type = 0; type < workTypes; ++type)
                if (may[type]) view.types[type].ready += std::ssize(group->jobs);
        }
    }
}

void addQueue(const State& state, std::size_t most, SchedulerView& view) {
    for (const AppGroups* appGroups : state.waiting.groups.open())
        for (const Group* group : appGroups->open)
            view.queued += static_cast<std::uint32_t>(group->jobs.size());
    Queue queue(state.waiting.groups);
    while (view.queue.size() < most) {
        auto next = queue.next();
        if (!next) break;
        view.queue.push_back(next->job->job.key);
    }
}

} // namespace

SchedulerView Scheduler::overview(std::size_t mostQueued, Now now) const {
    const State& state = impl_->state;
    SchedulerView view{.clockGood = state.boot.clockGood, .lastCommit = state.boot.lastCommit};
    for (const ConstantRow& row : constantRows())
        view.constants[std::string(row.key)] = constantText(state.constants, row);
    addDevice(state, view);
    addSlots(state, now.elapsed, view);
    addQueue(state, mostQueued, view);
    view.tracked = static_cast<std::uint32_t>(state.jobs.size());
    view.persisted = static_cast<std::uint32_t>(
        std::ranges::count_if(state.jobs.all(), [](const Tracked& tracked) { return tracked.job.info.isPersisted(); }));
    return view;
}

std::vector<WorkItem> Scheduler::work(const JobKey& key, std::uint64_t after, std::size_t most) const {
    const Tracked* tracked = impl_->state.jobs.find(key);
    if (!tracked) return {};
    const std::vector<WorkItem>& all = tracked->job.details->work; // by number
    auto at = std::ranges::upper_bound(all, after, {}, &WorkItem::id);
    const auto left = static_cast<std::size_t>(all.end() - at);
    return {at, at + static_cast<std::ptrdiff_t>(std::min(left, most))};
}

std::vector<MeterRow> Scheduler::meters() const { return metersOf(impl_->state.metering.since); }

const Constants& Scheduler::constants() const { return impl_->state.constants; }

} // namespace stint
