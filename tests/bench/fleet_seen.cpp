#include "bench/fleet_seen.hpp"

#include <algorithm>

namespace stint::bench {
namespace {

constexpr std::size_t mostTroubles = 50; ///< sentences

Json millisecondsOf(WallTime from, WallTime to) { return from <= to ? Json((to - from).count()) : Json(); }

} // namespace

Json Times::json() const {
    if (all.empty()) return {{"count", 0}};
    std::vector<std::int64_t> sorted = all;
    std::ranges::sort(sorted);
    const auto part = [&](std::size_t hundredths) { return sorted[(sorted.size() - 1) * hundredths / 100]; };
    return {{"count", sorted.size()}, {"p50", part(50)}, {"p99", part(99)}, {"most", sorted.back()}};
}

void CampaignSeen::runs(std::int64_t more) {
    running += more;
    mostRunning = std::max(mostRunning, running);
}

Json CampaignSeen::json() const {
    Json told{{"orders", orders.json()},
              {"orderedIn", millisecondsOf(firstOrder, lastOrder)},
              {"slots", slots.json()},
              {"reports", reports.json()},
              {"hints", hints},
              {"running", running},
              {"mostRunning", mostRunning},
              {"twice", twice},
              {"ran", millisecondsOf(firstBegin, lastEnd)},
              {"ended", ends.size()}};
    for (const auto& [outcome, count] : outcomes)
        told["outcomes"][std::string(fleet::wordOf(outcome))] = count;
    return told;
}

Json CampaignSeen::endsJson() const {
    Json told = Json::object();
    for (const auto& [device, outcome] : ends)
        told[device] = fleet::wordOf(outcome);
    return told;
}

void Seen::trouble(const std::string& sentence) {
    if (troubles.size() < mostTroubles || troubles.contains(sentence)) ++troubles[sentence];
}

void Seen::ordered(const std::string& campaign, WallTime sent, WallTime heard) {
    CampaignSeen& its = campaigns[campaign];
    its.orders.add(heard - sent);
    its.firstOrder = std::min(its.firstOrder, sent);
    its.lastOrder = std::max(its.lastOrder, heard);
    changed(campaign, its);
}

void Seen::reported(const std::string& campaign, Duration took) {
    ++reports;
    campaigns[campaign].reports.add(took);
}

void Seen::ended(const std::string& campaign, const std::string& device, fleet::Outcome outcome) {
    CampaignSeen& its = campaigns[campaign];
    its.ends.insert_or_assign(device, outcome);
    ++its.outcomes[outcome];
    changed(campaign, its);
}

Json Seen::json() const {
    Json told{{"hellos", hellos.json()},  {"reports", reports}, {"again", again},
              {"unanswered", unanswered}, {"lost", lost},       {"returned", returned},
              {"troubles", troubles}};
    for (const auto& [id, one] : campaigns)
        told["campaigns"][id] = one.json();
    return told;
}

} // namespace stint::bench
