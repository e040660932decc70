#include "base/result/errors.hpp"
#include "contract/model/reasons.hpp"
#include "fleet/roster/columns.hpp"
#include "fleet/roster/roster.hpp"

namespace stint::fleet {
namespace {

constexpr std::string_view resultColumns = "SELECT number, device, targets.enrolment, sequence, round, slot, phase, "
                                           "outcome, step, code, words, targets.made, taken, blockers, forecast";

ResultEntry resultIn(const stint::Statement& row) {
    return {.target = static_cast<Device>(row.integer(0)),
            .device = std::string(row.text(1)),
            .enrolment = static_cast<Enrolment>(row.integer(2)),
            .telling = {.round = static_cast<std::uint8_t>(row.integer(4)),
                        .sequence = static_cast<std::uint32_t>(row.integer(3)),
                        .slot = static_cast<std::uint32_t>(row.integer(5)),
                        .phase = static_cast<Phase>(row.integer(6)),
                        .outcome = static_cast<Outcome>(row.integer(7)),
                        .step = static_cast<std::uint32_t>(row.integer(8)),
                        .code = static_cast<std::int32_t>(row.integer(9)),
                        .words = std::string(row.text(10)),
                        .blockers = blockersInColumn(row.text(13)),
                        .forecast = row.integer(14) == 0 ? std::nullopt : std::optional(timeIn(row.integer(14)))},
            .made = timeIn(row.integer(11)),
            .at = timeIn(row.integer(12))};
}

template <class Word> std::optional<std::int64_t> column(std::optional<Word> word) {
    return word ? std::optional(static_cast<std::int64_t>(*word)) : std::nullopt;
}

} // namespace

std::uint32_t bitOf(PendingReason reason) {
    constexpr int first = static_cast<int>(PENDING_JOB_REASON_INVALID_JOB_ID), most = 32;
    const int place = static_cast<int>(reason) - first;
    return place < 0 || place >= most ? 0 : 1U << static_cast<unsigned>(place);
}

std::uint32_t reasonsOf(const std::vector<ToldBlocker>& blockers) {
    std::uint32_t bits = 0;
    for (const ToldBlocker& one : blockers)
        for (const PendingRow& row : pendingRows())
            if (row.name == one.reason) bits |= bitOf(row.reason);
    return bits;
}

Result<std::vector<ResultEntry>> Roster::results(const std::string& campaign, const ResultFilter& filter, Device from,
                                                 std::size_t most, WallTime now) {
    const Known its = STINT_TRY(known(campaign));
    auto rows = STINT_TRY(database_.prepare(
        fmt::format("{}, labels, version, seen FROM targets LEFT JOIN devices ON id = device WHERE campaign = ?1 AND "
                    "number >= ?2 AND (?3 IS NULL OR phase = ?3) AND (?4 IS NULL OR outcome = ?4) ORDER BY number",
                    resultColumns)));
    constexpr int facts = 15;
    rows.start(its.number, std::int64_t{from}, column(filter.phase), column(filter.outcome));
    std::vector<ResultEntry> page;
    while (STINT_TRY(rows.next())) {
        if (page.size() == most) break;
        if (filter.devices && ask(*filter.devices, factsIn(rows, facts, rows.text(1), now)) != Answer::Yes) continue;
        page.push_back(resultIn(rows));
    }
    return page;
}

Result<std::vector<ResultCount>> Roster::counts(const std::string& campaign) {
    const Known its = STINT_TRY(known(campaign));
    auto rows = STINT_TRY(database_.prepare("SELECT phase, outcome, count(*) FROM targets WHERE campaign = ?1 "
                                            "GROUP BY phase, outcome ORDER BY phase, outcome"));
    rows.start(its.number);
    std::vector<ResultCount> counts;
    while (STINT_TRY(rows.next()))
        counts.push_back({static_cast<Phase>(rows.integer(0)), static_cast<Outcome>(rows.integer(1)),
                          static_cast<std::uint32_t>(rows.integer(2))});
    return counts;
}

Result<void> Roster::eachWaiting(const std::string& campaign, const std::function<void(Device, std::uint32_t)>& take) {
    const Known its = STINT_TRY(known(campaign));
    auto rows = STINT_TRY(database_.prepare("SELECT number, waits FROM targets WHERE campaign = ?1 AND waits != 0"));
    rows.start(its.number);
    while (STINT_TRY(rows.next()))
        take(static_cast<Device>(rows.integer(0)), static_cast<std::uint32_t>(rows.integer(1)));
    return {};
}

Result<void> Roster::eachTime(const std::string& campaign, const std::function<void(Device, WallTime)>& take) {
    const Known its = STINT_TRY(known(campaign));
    auto rows = STINT_TRY(
        database_.prepare("SELECT number, CASE outcome WHEN 0 THEN forecast ELSE taken END AS at FROM targets WHERE "
                          "campaign = ?1 AND (outcome != 0 OR waits != 0) AND at != 0"));
    rows.start(its.number);
    while (STINT_TRY(rows.next()))
        take(static_cast<Device>(rows.integer(0)), WallTime(Duration(rows.integer(1))));
    return {};
}

Result<std::optional<ResultEntry>> Roster::result(const std::string& campaign, const std::string& device) {
    const Known its = STINT_TRY(known(campaign));
    auto row = STINT_TRY(database_.prepare(fmt::format(
        "{} FROM targets WHERE device = ?1 AND campaign = ?2 ORDER BY enrolment DESC LIMIT 1", resultColumns)));
    row.start(device, its.number);
    if (!STINT_TRY(row.next())) return std::optional<ResultEntry>();
    return std::optional(resultIn(row));
}

} // namespace stint::fleet
