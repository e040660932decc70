#include "stintd/store/lost_ledgers.hpp"

#include <algorithm>

#include "base/result/try.hpp"
#include "stintd/store/columns.hpp"
#include "stintd/store/ledger_json.hpp"

namespace stint {

namespace {

/// A session that has been open for a day, with more jobs than any count allows. Loading closes it at the former
/// daemon's death, so it also covers what ran then. The counts of sessions and job starts need nothing more: they
/// matter only while there is time left.
OpenSession wholeDay(Instant written) {
    constexpr std::int64_t beyondAnyCount = 1'000'000'000;
    return {written - 24h, beyondAnyCount};
}

/// Spends every quota but that of messages: their sender's downgrade (limits.md §8.5) is not a quota, and a person
/// would miss a message held back by mistake.
void spend(AppMemory& memory, Instant written) {
    constexpr std::size_t deliveries = 100; // more than the 72 an hour that limits.md §7.4 allows at most
    memory.quota = {.open = wholeDay(written)};
    memory.expedited = {.open = wholeDay(written)};
    memory.alarms.assign(deliveries, written);
    memory.whileIdleAlarms = memory.alarms;
}

} // namespace

Result<void> spendLostLedgers(Database& database, Snapshot& snapshot, const std::set<AppId>& withLedger,
                              std::vector<std::string>& notes) {
    auto save = STINT_TRY(database.prepare(saveSql(ledgersTable)));
    std::string names;
    for (auto& [memory, boot, written] : snapshot.apps) {
        if (withLedger.contains(memory.app)) continue;
        spend(memory, written.elapsed);
        STINT_TRY(save.run(memory.app.name, boot.value, written.elapsed.time_since_epoch().count(),
                           written.wall.time_since_epoch().count(), ledgersText(memory)));
        names += (names.empty() ? "" : ", ") + memory.app.name;
    }
    if (!names.empty())
        notes.push_back(fmt::format("the used quotas of these apps were lost, and count as all used up, "
                                    "for a day at most: {}",
                                    names));
    return {};
}

void keepUsageTime(Snapshot& snapshot) {
    if (snapshot.usageTime) return;
    UsageTime last;
    for (const auto& [memory, boot, written] : snapshot.apps) {
        const Usage& usage = memory.usage;
        if (usage.used) {
            last.running = std::max(last.running, usage.used->running);
            last.screenOn = std::max(last.screenOn, usage.used->screenOn);
        }
        last.running =
            std::max({last.running, usage.byUser.value_or(Duration{0}), usage.restrictAsked.value_or(Duration{0})});
        if (usage.prediction) last.running = std::max(last.running, usage.prediction->at);
    }
    // The boot id stays empty, because nobody knows how long ago that was.
    if (last != UsageTime{}) snapshot.usageTime = StoredUsageTime{.saved = {.time = last}, .boot = {}};
}

} // namespace stint
