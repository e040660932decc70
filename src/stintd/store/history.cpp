#include "stintd/store/history.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "base/result/errors.hpp"
#include "contract/rules/device_state.hpp"
#include "stintd/store/row_json.hpp"
#include "stintd/store/schema.hpp"

namespace stint {

Result<std::vector<PastRun>> pastRunsOf(Database& database, const JobKey& key, std::size_t most) {
    auto rows = STINT_TRY(
        database.prepare(fmt::format("SELECT run FROM past_runs WHERE app = ?1 AND space = ?2 AND job = ?3 AND seal IS "
                                     "seal({}) ORDER BY nth DESC LIMIT ?4",
                                     pastRunsTable.columns)));
    rows.start(key.app.name, key.space, key.id.value, static_cast<std::int64_t>(most));
    std::vector<PastRun> runs;
    while (STINT_TRY(rows.next()))
        if (auto run = rowFromText<PastRun>(rows.text(0)); run.ok()) runs.push_back(*std::move(run));
    std::ranges::reverse(runs);
    return runs;
}

Result<std::map<AppId, std::int32_t>> highestLoggedIds(Database& database) {
    auto rows = STINT_TRY(database.prepare("SELECT app, max(job) FROM past_runs WHERE space = '' GROUP BY app"));
    std::map<AppId, std::int32_t> highest;
    while (STINT_TRY(rows.next())) {
        constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
        highest[AppId{rows.text(0)}] = static_cast<std::int32_t>(std::clamp<std::int64_t>(rows.integer(1), 0, most));
    }
    return highest;
}

namespace {

constexpr std::int64_t newest = std::numeric_limits<std::int64_t>::max();

Result<Statement> changesNewestFirst(Database& database) {
    return database.prepare(fmt::format("SELECT {0} FROM device_changes WHERE seal IS seal({0}) ORDER BY nth DESC",
                                        deviceChangesTable.columns));
}

DeviceChange changeOf(const Statement& row) {
    return {WallTime{Duration{row.integer(0)}}, std::string(row.text(1)), std::string(row.text(2)),
            static_cast<std::int32_t>(row.integer(3))};
}

DayRun dayRunOf(JobKey key, PastRun run) {
    return {.key = std::move(key),
            .label = {},
            .scheduled = run.scheduled,
            .waits = std::move(run.waits),
            .began = run.began,
            .kind = run.kind,
            .ended = run.ended,
            .ending = run.ending,
            .outcome = std::move(run.outcome),
            .transferredDown = run.transferredDown > run.resumedAt ? run.transferredDown : 0, // else it moved nothing
            .transferredUp = run.transferredUp > run.resumedAt ? run.transferredUp : 0,
            .last = run.last};
}

WallTime firstOf(const DayRun& run) {
    if (!run.waits.empty()) return run.waits.front().when;
    return run.began.value_or(*run.ended);
}

} // namespace

// The rows are almost always in the order of time: one that was written later and is older was withheld for minutes, or
// the clock was set.
Result<std::vector<DeviceChange>> deviceChangesOf(Database& database, WallTime from, WallTime to, std::size_t most) {
    auto rows = STINT_TRY(changesNewestFirst(database));
    std::vector<DeviceChange> changes;
    std::set<std::string> before; ///< lanes
    while (before.size() <= deviceLanes().size()) {
        if (!STINT_TRY(rows.next())) break;
        DeviceChange change = changeOf(rows);
        if (change.when > to || (change.when <= from && !before.insert(change.key).second)) continue;
        changes.push_back(std::move(change));
        if (changes.size() - before.size() < most) continue;
        // The page is full, so what was so before it is not known here.
        std::erase_if(changes, [from](const DeviceChange& one) { return one.when <= from; });
        break;
    }
    std::ranges::reverse(changes);
    return changes;
}

Result<std::optional<DeviceChange>> lastDeviceChange(Database& database) {
    auto rows = STINT_TRY(changesNewestFirst(database));
    if (!STINT_TRY(rows.next())) return std::optional<DeviceChange>();
    return std::optional(changeOf(rows));
}

// Each app's rows come newest first: once one has ended before `from`, so have the rest.
Result<LogPage> logPage(Database& database, WallTime from, WallTime to, const LogPlace& after, std::size_t most) {
    auto nextApp = STINT_TRY(database.prepare("SELECT min(app) FROM past_runs WHERE app > ?1"));
    auto rows = STINT_TRY(
        database.prepare(fmt::format("SELECT nth, space, job, run FROM past_runs WHERE app = ?1 AND nth < ?2 AND seal "
                                     "IS seal({}) ORDER BY nth DESC",
                                     pastRunsTable.columns)));
    LogPage page;
    std::size_t looked = 0;
    LogPlace place = after;
    while (true) {
        rows.start(place.app.name, place.nth);
        while (STINT_TRY(rows.next())) {
            if (looked++ == most) {
                page.next = place;
                return page;
            }
            place.nth = rows.integer(0);
            auto past = rowFromText<PastRun>(rows.text(3));
            if (!past) continue;
            JobKey key{place.app, std::string(rows.text(1)), JobId(static_cast<std::int32_t>(rows.integer(2)))};
            DayRun run = dayRunOf(std::move(key), *std::move(past));
            if (*run.ended < from) break;
            if (firstOf(run) <= to) page.runs.push_back(std::move(run));
        }
        nextApp.start(place.app.name);
        STINT_TRY(nextApp.next());
        const std::string app(nextApp.text(0));
        if (app.empty()) return page;
        place = {AppId{app}, newest};
        nextApp.reset();
    }
}

// Newest first, as above.
Result<PastMessagesPage> pastMessagesPage(Database& database, const std::string& app, WallTime since,
                                          const LogPlace& after, std::size_t most) {
    auto nextApp = STINT_TRY(database.prepare("SELECT min(app) FROM past_messages WHERE app > ?1"));
    auto rows = STINT_TRY(database.prepare(
        fmt::format("SELECT nth, message FROM past_messages WHERE app = ?1 AND nth < ?2 AND seal IS seal({}) ORDER BY "
                    "nth DESC",
                    pastMessagesTable.columns)));
    PastMessagesPage page;
    std::size_t looked = 0;
    LogPlace place = after.app.name.empty() && !app.empty() ? LogPlace{AppId{app}, newest} : after;
    while (true) {
        rows.start(place.app.name, place.nth);
        while (STINT_TRY(rows.next())) {
            if (looked++ == most) {
                page.next = place;
                return page;
            }
            place.nth = rows.integer(0);
            auto past = rowFromText<MessageStory>(rows.text(1));
            if (!past || !past->ended) continue;
            if (*past->ended < since) break;
            page.messages.push_back(*std::move(past));
        }
        if (!app.empty()) return page;
        nextApp.start(place.app.name);
        STINT_TRY(nextApp.next());
        const std::string next(nextApp.text(0));
        if (next.empty()) return page;
        place = {AppId{next}, newest};
        nextApp.reset();
    }
}

} // namespace stint
