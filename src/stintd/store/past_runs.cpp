#include "stintd/store/past_runs.hpp"

#include <algorithm>

#include "base/result/try.hpp"
#include "stintd/store/columns.hpp"
#include "stintd/store/row_json.hpp"

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

} // namespace stint
