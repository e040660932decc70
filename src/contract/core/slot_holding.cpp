#include "contract/core/slot_holding.hpp"

#include <algorithm>

#include "base/result/check.hpp"
#include "contract/core/shortage.hpp"
#include "contract/rules/limit_gates.hpp"

namespace stint {
namespace {

// Calls `look(appGroups, kind, types, jobs)` for the ready jobs of each app and class.
template <class Look> void eachReady(const State& state, Now now, Look look) {
    const World world = state.world(now);
    for (const AppGroups* appGroups : state.waiting.groups.open()) {
        const App* const app = state.app(*appGroups->app);
        if (!app) continue;
        for (const JobClass kind : {JobClass::Regular, JobClass::Expedited, JobClass::UserInitiated})
            if (const std::int64_t jobs = appGroups->waitingAs(kind))
                look(*appGroups, kind, typesOf(treatedAs(kind, *app, world), *app, now.elapsed, state.constants), jobs);
    }
}

PerType pendingIn(const State& state, Now now) {
    PerType counts{};
    eachReady(state, now, [&](const AppGroups&, JobClass, const WorkTypes& may, std::int64_t jobs) {
        for (std::size_t type = 0; type < workTypes; ++type)
            if (may[type]) counts[type] += jobs;
    });
    return counts;
}

bool isExpedited(JobClass kind) { return kind == JobClass::Expedited; }

} // namespace

SlotHolding::SlotHolding(const State& state, Now now)
    : state_(state), world_(state.world(now)), table_(tableOf(state)), running_(runningByType(state)),
      slots_(table_, running_, pendingIn(state, now)) {
    eachReady(state, now, [&](const AppGroups&, JobClass, const WorkTypes&, std::int64_t jobs) { waiting_ += jobs; });
}

std::optional<SlotHolders> SlotHolding::against(const Tracked& tracked) const {
    STINT_CHECK(tracked.group && tracked.group->open());
    STINT_CHECK(!tracked.run);
    const GateKey& gateKey = *tracked.group->gateKey;
    const App& owner = state_.apps.at(gateKey.app);
    if (startsAtOnce(gateKey, owner, world_.now.elapsed)) return std::nullopt;
    const JobClass kind = treatedAs(gateKey.kind, owner, world_);
    if (capCounts(owner)) {
        const auto ofApp = runs(NoRoom::AppCap, [&](const Running& running) {
            return running.run.key.app == gateKey.app && isExpedited(running.run.kind) == isExpedited(kind);
        });
        if (ofApp && ofApp->others + 1 >= appCap(kind, state_.constants.slots)) return ofApp;
    }
    const WorkTypes may = typesOf(kind, owner, world_.now.elapsed, state_.constants);
    if (slots_.anyRoom(may)) return std::nullopt;
    if (!isFull(may))
        if (const auto kept = slots_.keptFor()) return keptOnes(*kept);
    const auto alike = runs(NoRoom::Taken, [&](const Running& running) { return may[at(running.run.type)]; });
    return alike ? alike : runs(NoRoom::Taken, [](const Running&) { return true; });
}

// True if one of these types has as many runs as it may.
bool SlotHolding::isFull(const WorkTypes& may) const {
    for (std::size_t type = 0; type < workTypes; ++type)
        if (may[type] && running_[type] >= table_.most[type]) return true;
    return false;
}

// The oldest run that matches, and the number of others that do.
template <class Matches> std::optional<SlotHolders> SlotHolding::runs(NoRoom why, Matches matches) const {
    std::optional<SlotHolders> found;
    for (const auto& [id, running] : state_.runs) {
        if (!matches(running)) continue;
        if (found) {
            ++found->others;
        } else {
            found = SlotHolders{.why = why, .first = running.run.key};
        }
    }
    return found;
}

std::optional<SlotHolders> SlotHolding::keptOnes(WorkType type) const {
    std::optional<SlotHolders> found;
    const auto note = [&](const AppGroups& appGroups, JobClass kind, const WorkTypes& may, std::int64_t jobs) {
        if (!may[at(type)]) return;
        const auto group = std::ranges::find(appGroups.open, kind, [](const Group* one) { return one->gateKey->kind; });
        STINT_CHECK(group != appGroups.open.end()); // all that are counted wait there
        STINT_CHECK(!(*group)->jobs.empty());
        if (!found) found = SlotHolders{NoRoom::Kept, (*(*group)->jobs.begin())->job.key, -1};
        found->others += jobs;
    };
    eachReady(state_, world_.now, note);
    return found;
}

// True if the app's cap counts: not for the app on top, and only once the slots are short.
bool SlotHolding::capCounts(const App& owner) const {
    return stateOf(owner) != ProcessState::Top &&
           waiting_ + static_cast<std::int64_t>(state_.runs.inSlots()) >= table_.total;
}

} // namespace stint
