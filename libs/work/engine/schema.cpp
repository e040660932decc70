#include "work/engine/schema.hpp"

#include <vector>

#include "work/engine/constraints.hpp"
#include "work/engine/data.hpp"
#include "work/engine/job_of.hpp"

namespace stint::work {

int schemaVersion() {
    static const int version = static_cast<int>(versionsIn(schemaText).size());
    return version;
}

Result<void> migrate(Database& database) {
    STINT_TRY(database.run("BEGIN IMMEDIATE"));
    const auto migrated = [&]() -> Result<void> {
        const auto from = STINT_TRY(database.integer("PRAGMA user_version"));
        if (from > schemaVersion())
            return fail(Errc::ILLEGAL_STATE, "it was made by a newer libstint-work (version {}, this one knows {})",
                        from, schemaVersion());
        const auto parts = versionsIn(schemaText);
        for (auto version = static_cast<std::size_t>(from); version < parts.size(); ++version)
            STINT_TRY(database.run(std::string(parts[version])));
        STINT_TRY(database.run(fmt::format("PRAGMA user_version = {}", schemaVersion())));
        return database.run("COMMIT");
    }();
    if (!migrated.ok()) database.rollBack();
    return migrated;
}

const char* const insertRequest =
    "INSERT OR REPLACE INTO requests (id, sequence, worker, input, tags, constraints, backoff_policy, backoff_delay, "
    "backoff_said, initial_delay, period, flex, expedited, user_initiated, merger, keep_results, name, state, "
    "generation, attempts, enqueued_at, not_before, window_end, stop_reason, demoted, output, progress, why, "
    "finished_at, finish_order, job, session, joins, waits_since, next_override, overrides, own_merger, writer, nth) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, "
    "?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39)";
const char* const selectRequests =
    "SELECT id, sequence, worker, input, tags, constraints, backoff_policy, backoff_delay, backoff_said, "
    "initial_delay, period, flex, expedited, user_initiated, merger, keep_results, name, state, generation, attempts, "
    "enqueued_at, not_before, window_end, stop_reason, demoted, output, progress, why, finished_at, finish_order, job, "
    "session, joins, waits_since, next_override, overrides, own_merger, writer, nth FROM requests";

namespace {

std::int64_t millisOf(WallTime time) { return time.time_since_epoch().count(); }

/// More than anybody ever counts.
constexpr std::int32_t mostCounted = 1'000'000'000;

template <class Enum> Result<Enum> choiceIn(const Statement& row, int column, std::int64_t last) {
    const std::int64_t number = STINT_TRY(storedNumber(row, column, 0, last));
    return static_cast<Enum>(number);
}

Result<std::int32_t> countIn(const Statement& row, int column) {
    const std::int64_t number = STINT_TRY(storedNumber(row, column, 0, mostCounted));
    return static_cast<std::int32_t>(number);
}

Result<std::optional<WallTime>> optionalTime(const Statement& row, int column) {
    if (row.isNull(column)) return std::optional<WallTime>();
    const auto time = STINT_TRY(storedTime(row, column));
    return std::optional(time);
}

/// The contradiction in a row whose columns are right each by itself; empty: none.
std::string_view contradictionIn(const Request& request) {
    if (request.windowEnd.has_value() != request.spec.period.has_value()) return "a window, and no period, or none";
    if (request.nextOverride && !request.spec.period) return "a time of its next period, and no period";
    if (request.isFinished() != request.finishedAt.has_value()) return "an end, and has not ended, or none";
    if (request.state == State::RUNNING && !request.session) return "no process that it runs in";
    return {};
}

template <class Held, class Read> auto mapped(const std::optional<Held>& held, Read read) {
    return held ? std::optional(read(*held)) : std::nullopt;
}

} // namespace

Result<std::int64_t> storedNumber(const Statement& row, int column, std::int64_t least, std::int64_t most) {
    const std::int64_t number = row.integer(column);
    if (number >= least && number <= most) return number;
    return fail(Errc::STORAGE, "{} in column {} is out of range", number, std::string(row.name(column)));
}

Result<WallTime> storedTime(const Statement& row, int column) {
    const Duration time(STINT_TRY(storedNumber(row, column, -farthest, farthest)));
    return WallTime(time);
}

Result<void> rowInto(Statement& insert, const Request& request, const Mark& mark) {
    const Spec& spec = request.spec;
    const std::string input = bytesOf(spec.input.getKeyValueMap());
    const std::string output = bytesOf(request.output.getKeyValueMap());
    const std::string progress = bytesOf(request.progress.getKeyValueMap());
    return insert.run(
        spec.id.toString(), request.sequence, spec.worker, Blob{input}, jsonOf(spec.tags), jsonOf(spec.constraints),
        static_cast<std::int64_t>(spec.backoffPolicy), spec.backoffDelay.count(), spec.explicitBackoff,
        spec.initialDelay.count(), mapped(spec.period, [](const Period& p) { return p.interval.count(); }),
        mapped(spec.period, [](const Period& p) { return p.flex.count(); }),
        mapped(spec.expedited, [](OutOfQuotaPolicy p) { return static_cast<std::int64_t>(p); }), spec.userInitiated,
        static_cast<std::int64_t>(spec.merger), spec.keepResults.count(), request.name,
        static_cast<std::int64_t>(request.state), request.generation, request.attempts, millisOf(request.enqueuedAt),
        millisOf(request.notBefore), mapped(request.windowEnd, millisOf), request.stopReason, request.demoted,
        Blob{output}, Blob{progress}, request.why, mapped(request.finishedAt, millisOf), request.finishOrder,
        request.job, request.session, request.joins, millisOf(request.waitsSince),
        mapped(request.nextOverride, millisOf), request.overrides, spec.ownMerger, mark.writer, mark.nth);
}

Mark markIn(const Statement& row) { return {row.integer(37), row.integer(38)}; }

Result<Request> requestIn(const UUID& id, const Statement& row, ConstraintsRead& read) {
    Request request;
    Spec& spec = request.spec;
    spec.id = id;
    request.sequence = STINT_TRY(storedNumber(row, 1, 0, farthest));
    spec.worker = row.text(2);
    spec.input = STINT_TRY(dataOf(row.text(3)));
    if (row.text(4) != "[]") spec.tags = STINT_TRY(tagsIn(row.text(4)));
    auto known = read.find(row.text(5));
    if (known == read.end()) {
        auto constraints = STINT_TRY(constraintsIn(row.text(5)));
        known = read.emplace(row.text(5), std::move(constraints)).first;
    }
    spec.constraints = known->second;
    spec.backoffPolicy = STINT_TRY(choiceIn<BackoffPolicy>(row, 6, 1));
    spec.backoffDelay = Duration(row.integer(7));
    spec.explicitBackoff = row.integer(8) != 0;
    spec.initialDelay = Duration(row.integer(9));
    if (!row.isNull(10)) spec.period = Period{Duration(row.integer(10)), Duration(row.integer(11))};
    if (!row.isNull(12)) spec.expedited = STINT_TRY(choiceIn<OutOfQuotaPolicy>(row, 12, 1));
    spec.userInitiated = row.integer(13) != 0;
    spec.merger = STINT_TRY(choiceIn<InputMerger>(row, 14, 1));
    spec.keepResults = Duration(row.integer(15));
    request.name = row.text(16);
    request.state = STINT_TRY(choiceIn<State>(row, 17, 5));
    request.generation = STINT_TRY(countIn(row, 18));
    request.attempts = STINT_TRY(countIn(row, 19));
    request.enqueuedAt = STINT_TRY(storedTime(row, 20));
    request.notBefore = STINT_TRY(storedTime(row, 21));
    request.windowEnd = STINT_TRY(optionalTime(row, 22));
    const std::int64_t stopReason = STINT_TRY(storedNumber(row, 23, INT32_MIN, INT32_MAX));
    request.stopReason = static_cast<std::int32_t>(stopReason);
    request.demoted = row.integer(24) != 0;
    request.output = STINT_TRY(dataOf(row.text(25)));
    request.progress = STINT_TRY(dataOf(row.text(26)));
    request.why = row.text(27);
    request.finishedAt = STINT_TRY(optionalTime(row, 28));
    request.finishOrder = STINT_TRY(storedNumber(row, 29, 0, farthest));
    if (!row.isNull(30)) {
        const std::int64_t job = STINT_TRY(storedNumber(row, 30, 1, INT32_MAX));
        request.job = static_cast<std::int32_t>(job);
    }
    if (!row.isNull(31)) request.session = STINT_TRY(storedNumber(row, 31, 0, farthest));
    request.joins = row.integer(32) != 0;
    request.nextOverride = STINT_TRY(optionalTime(row, 34));
    request.overrides = STINT_TRY(countIn(row, 35));
    spec.ownMerger = row.text(36);
    STINT_TRY(check(spec));
    const auto waitsSince = STINT_TRY(optionalTime(row, 33));
    request.waitsSince = waitsSince ? *waitsSince : request.notBefore - waitOf(request);
    if (const auto what = contradictionIn(request); !what.empty())
        return fail(Errc::STORAGE, "request {} contradicts itself: it has {}", spec.id.toString(), what);
    return request;
}

} // namespace stint::work
