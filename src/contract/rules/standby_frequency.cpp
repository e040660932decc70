#include "contract/rules/standby_frequency.hpp"

#include <algorithm>

namespace stint {
namespace {

std::int64_t dayOf(Duration running) { return std::chrono::floor<std::chrono::days>(running).count(); }

} // namespace

void noteDayOfUse(Usage& usage, Duration running, const Constants& constants) {
    const std::int64_t today = dayOf(running);
    if (usage.daysUsed.empty() || usage.daysUsed.back() < today) usage.daysUsed.push_back(today);
    std::erase_if(usage.daysUsed, [&](std::int64_t day) { return day <= today - constants.bucketFrequencyDays; });
}

std::optional<Bucket> bucketByFrequency(const Usage& usage, Duration running, const Constants& constants) {
    if (constants.bucketPredictor != Constants::predictorFrequency) return std::nullopt;
    const std::int64_t first = dayOf(running) - constants.bucketFrequencyDays + 1; // today counts as one of them
    const auto days = std::ranges::count_if(usage.daysUsed, [&](std::int64_t day) { return day >= first; });
    if (days >= constants.bucketFrequencyWorking) return Bucket::WorkingSet;
    if (days >= constants.bucketFrequencyFrequent) return Bucket::Frequent;
    if (days >= 1) return Bucket::Rare;
    return std::nullopt;
}

} // namespace stint
