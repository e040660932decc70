#include "core/groups.hpp"

#include <algorithm>

namespace stint {
namespace {

std::vector<Shut> withSince(const std::vector<ShutGate>& asked, const std::vector<Shut>& before, WallTime now) {
    std::vector<Shut> shut;
    for (const auto& [gate, verdict] : asked) {
        const auto same = std::ranges::find(before, gate, &Shut::gate);
        shut.push_back({gate, verdict, same == before.end() ? now : same->since});
    }
    return shut;
}

// The instant at which at least one verdict may turn: the earliest of those that name one.
std::optional<Instant> earliestAsk(const std::vector<Shut>& shut) {
    std::optional<Instant> earliest;
    for (const auto& s : shut) {
        if (s.verdict.askAgain && (!earliest || *s.verdict.askAgain < *earliest)) earliest = s.verdict.askAgain;
    }
    return earliest;
}

} // namespace

void Groups::join(const Asks& asks, const Place& place, const JobKey& job, Now now, const Ask& question) {
    auto [group, isNew] = groups_.try_emplace(asks);
    group->second.jobs.emplace(place, job);
    // A verdict that time changes may be another by now, before it was to be asked again (limits.md §3.7).
    if (isNew || group->second.askAgain) ask(*group, now, question);
}

void Groups::leave(const Asks& asks, const Place& place) {
    const auto group = groups_.find(asks);
    if (group == groups_.end()) return;
    group->second.jobs.erase(place);
    if (!group->second.jobs.empty()) return;
    unlist(*group);
    groups_.erase(group);
}

void Groups::changed(ReadSet changed, const std::optional<AppId>& app, Now now, const Ask& question) {
    if (!(changed & readsOfAll())) return;
    for (auto& group : groups_) {
        if (!app || group.first.app == *app) ask(group, now, question);
    }
}

void Groups::due(Now now, const Ask& question) {
    while (!dueAt_.empty() && dueAt_.begin()->first <= now.elapsed) {
        ask(*groups_.find(dueAt_.begin()->second), now, question);
    }
}

std::optional<Instant> Groups::nextAsk() const {
    if (dueAt_.empty()) return std::nullopt;
    return dueAt_.begin()->first;
}

std::vector<Asks> Groups::open() const {
    std::vector<Asks> asks;
    for (const auto* group : open_)
        asks.push_back(group->first);
    return asks;
}

Instant Groups::openSince(const Asks& asks) const { return groups_.at(asks).openSince; }

std::size_t Groups::size(const Asks& asks) const {
    const auto group = groups_.find(asks);
    return group == groups_.end() ? 0 : group->second.jobs.size();
}

const std::pair<const Place, JobKey>* Groups::next(const Asks& asks, const std::optional<Place>& after) const {
    const auto group = groups_.find(asks);
    if (group == groups_.end()) return nullptr;
    const auto& jobs = group->second.jobs;
    const auto found = after ? jobs.upper_bound(*after) : jobs.begin();
    return found == jobs.end() ? nullptr : &*found;
}

const std::vector<Shut>* Groups::shut(const Asks& asks) const {
    const auto group = groups_.find(asks);
    return group == groups_.end() ? nullptr : &group->second.shut;
}

void Groups::ask(Groupings::value_type& entry, Now now, const Ask& question) {
    auto& [asks, group] = entry;
    const bool wasOpen = open_.contains(&entry);
    unlist(entry);
    group.shut = withSince(question(asks), group.shut, now.wall);
    group.askAgain = earliestAsk(group.shut);
    std::vector<PendingReason> reasons;
    for (const Shut& shut : group.shut)
        reasons.push_back(shut.verdict.reason);
    note(group.history, now.wall, std::move(reasons));
    if (group.askAgain) dueAt_.emplace(*group.askAgain, asks);
    if (!group.shut.empty()) return;
    open_.insert(&entry);
    if (!wasOpen) group.openSince = now.elapsed;
}

const std::vector<HistoryEntry>* Groups::history(const Asks& asks) const {
    const auto group = groups_.find(asks);
    return group == groups_.end() ? nullptr : &group->second.history;
}

void note(std::vector<HistoryEntry>& history, WallTime when, std::vector<PendingReason> reasons) {
    constexpr std::size_t kept = 10;
    if (reasons.empty()) reasons.push_back(PendingReason::App); // ready: only the app itself is left to say anything
    if (!history.empty() && history.back().reasons == reasons) return;
    history.push_back({when, std::move(reasons)});
    if (history.size() > kept) history.erase(history.begin());
}

void Groups::unlist(const Groupings::value_type& entry) {
    if (entry.second.askAgain) dueAt_.erase({*entry.second.askAgain, entry.first});
    open_.erase(&entry);
}

} // namespace stint
