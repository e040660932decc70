#include "work/rows.hpp"

#include "work/bytes.hpp"
#include "work/constraints_json.hpp"

namespace stint::work {

const char* const insertRequest =
    "INSERT OR REPLACE INTO requests (id, sequence, worker, input, tags, constraints, backoff_policy, backoff_delay, "
    "backoff_said, initial_delay, period, flex, expedited, user_initiated, merger, keep_results, name, state, "
    "generation, attempts, enqueued_at, not_before, window_end, stop_reason, demoted, output, progress, why, "
    "finished_at, finish_order, job, session) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
    "?15, "
    "?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)";
const char* const selectRequests =
    "SELECT id, sequence, worker, input, tags, constraints, backoff_policy, backoff_delay, backoff_said, "
    "initial_delay, "
    "period, flex, expedited, user_initiated, merger, keep_results, name, state, generation, attempts, enqueued_at, "
    "not_before, window_end, stop_reason, demoted, output, progress, why, finished_at, finish_order, job, session "
    "FROM requests";

namespace {

std::int64_t millisOf(WallTime time) { return time.time_since_epoch().count(); }
WallTime wallOf(std::int64_t millis) { return WallTime(Duration(millis)); }

template <class Enum> Result<Enum> choiceIn(const Statement& row, int column, std::int64_t last) {
    const std::int64_t number = row.integer(column);
    if (number < 0 || number > last)
        return fail(Errc::STORAGE, "{} in column {} is no choice", number, std::string(row.name(column)));
    return static_cast<Enum>(number);
}

template <class Held, class Read> auto mapped(const std::optional<Held>& held, Read read) {
    return held ? std::optional(read(*held)) : std::nullopt;
}

} // namespace

Result<void> rowInto(Statement& insert, const Request& request) {
    const Spec& spec = request.spec;
    const std::string input = bytesOf(spec.input.getKeyValueMap());
    const std::string output = bytesOf(request.output.getKeyValueMap());
    const std::string progress = bytesOf(request.progress.getKeyValueMap());
    return insert.run(spec.id.toString(), request.sequence, spec.worker, Blob{input}, jsonOf(spec.tags),
                      jsonOf(spec.constraints), static_cast<std::int64_t>(spec.backoffPolicy),
                      spec.backoffDelay.count(), spec.explicitBackoff, spec.initialDelay.count(),
                      mapped(spec.period, [](const Period& p) { return p.interval.count(); }),
                      mapped(spec.period, [](const Period& p) { return p.flex.count(); }),
                      mapped(spec.expedited, [](OutOfQuotaPolicy p) { return static_cast<std::int64_t>(p); }),
                      spec.userInitiated, static_cast<std::int64_t>(spec.merger), spec.keepResults.count(),
                      request.name, static_cast<std::int64_t>(request.state), request.generation, request.attempts,
                      millisOf(request.enqueuedAt), millisOf(request.notBefore), mapped(request.windowEnd, millisOf),
                      request.stopReason, request.demoted, Blob{output}, Blob{progress}, request.why,
                      mapped(request.finishedAt, millisOf), request.finishOrder, request.job, request.session);
}

Result<Request> requestIn(const Statement& row, ConstraintsRead& read) {
    Request request;
    Spec& spec = request.spec;
    const auto id = UUID::fromString(row.text(0));
    if (!id) return fail(Errc::STORAGE, "a request whose id is none");
    spec.id = *id;
    request.sequence = row.integer(1);
    spec.worker = row.text(2);
    spec.input = STINT_TRY(dataOf(row.text(3)));
    if (row.text(4) != "[]") spec.tags = STINT_TRY(tagsIn(row.text(4)));
    auto known = read.find(row.text(5));
    if (known == read.end()) known = read.emplace(row.text(5), STINT_TRY(constraintsIn(row.text(5)))).first;
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
    request.generation = static_cast<std::int32_t>(row.integer(18));
    request.attempts = static_cast<std::int32_t>(row.integer(19));
    request.enqueuedAt = wallOf(row.integer(20));
    request.notBefore = wallOf(row.integer(21));
    request.windowEnd = mapped(row.optionalInteger(22), wallOf);
    request.stopReason = static_cast<std::int32_t>(row.integer(23));
    request.demoted = row.integer(24) != 0;
    request.output = STINT_TRY(dataOf(row.text(25)));
    request.progress = STINT_TRY(dataOf(row.text(26)));
    request.why = row.text(27);
    request.finishedAt = mapped(row.optionalInteger(28), wallOf);
    request.finishOrder = row.integer(29);
    if (!row.isNull(30)) request.job = static_cast<std::int32_t>(row.integer(30));
    request.session = row.optionalInteger(31);
    STINT_TRY(check(spec));
    const bool windowed = request.windowEnd.has_value() == spec.period.has_value();
    if (!windowed || request.isFinished() != request.finishedAt.has_value())
        return fail(Errc::STORAGE, "request {} contradicts itself", spec.id.toString());
    return request;
}

} // namespace stint::work
