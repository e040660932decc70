#include "fleet/questions/report.hpp"

#include <algorithm>
#include <limits>

#include "base/text/printable.hpp"
#include "fleet/document/paper.hpp"

namespace stint::fleet {
namespace {

/// A report's members, each as its row has it.
struct ReportRow {
    std::string campaign, device;
    std::uint32_t enrolment = 0;
    WallTime made{};
    std::uint32_t round = 0, sequence = 0, slot = 0, step = 0;
    Bytes code = 0; ///< a whole number below 0, too
    std::string phase, outcome, words;
};

/// Bytes as JSON writes them; a control character other than a line's end is none of a report's.
std::size_t writtenSize(char c) { return c == '"' || c == '\\' || c == '\n' ? 2 : 1; }
std::size_t writtenSize(std::string_view words) {
    std::size_t size = 0;
    for (const char c : words)
        size += writtenSize(c);
    return size;
}

// A device does not tell what the server alone knows.
std::string_view phaseRule(std::string_view word) {
    const auto phase = phaseIn(word);
    return phase && *phase >= Phase::Waiting ? "" : "one of waiting, running, committing, verifying and ended";
}
std::string_view outcomeRule(std::string_view word) {
    const auto outcome = outcomeIn(word);
    return outcome && *outcome != Outcome::Unreachable ? "" : "an end that a device can tell";
}
std::string_view wordsRule(std::string_view words) {
    return writtenSize(words) <= longestWords && printableLines(words) == words ? "" : "readable lines of 4096 bytes";
}

constexpr std::int64_t mostCount = std::numeric_limits<std::uint32_t>::max();
constexpr Limits aCode{std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};

// clang-format off
constexpr auto reportFields = std::to_array<Field<ReportRow>>({
    {.key = "campaign", .member = &ReportRow::campaign, .limits = {17, 17}, .must = true,
     .meaning = "the campaign", .rule = campaignRule},
    {.key = "device", .member = &ReportRow::device, .limits = {26, 26}, .must = true,
     .meaning = "the device", .rule = idRule},
    {.key = "enrolment", .member = &ReportRow::enrolment, .limits = {1, 1'000'000'000}, .must = true,
     .meaning = "how often the device had joined"},
    {.key = "made", .member = &ReportRow::made, .limits = anyTime, .meaning = "when, by the device's clock"},
    {.key = "round", .member = &ReportRow::round, .limits = {0, 255}, .meaning = "counts an operator's retries"},
    {.key = "sequence", .member = &ReportRow::sequence, .limits = {1, mostCount}, .must = true,
     .meaning = "counts the device's reports of the campaign"},
    {.key = "slot", .member = &ReportRow::slot, .limits = {0, mostCount}, .meaning = "the slot that it has, or had last"},
    {.key = "phase", .member = &ReportRow::phase, .limits = {1, 16}, .must = true,
     .meaning = "its place in the campaign", .rule = phaseRule},
    {.key = "outcome", .member = &ReportRow::outcome, .limits = {1, 16}, .meaning = "its end", .rule = outcomeRule},
    {.key = "step", .member = &ReportRow::step, .limits = {0, 1'000}, .meaning = "the step, from 1 on"},
    {.key = "code", .member = &ReportRow::code, .limits = aCode, .meaning = "the code of the step that failed"},
    {.key = "words", .member = &ReportRow::words, .limits = {1, longestWords}, .meaning = "why, and what it printed",
     .rule = wordsRule},
});
// clang-format on

std::string written(const ReportRow& row) { return jsonOf({tableOf(reportFields, row)}); }

} // namespace

std::string fittingWords(std::string_view words) {
    std::string lines(headOf(words, 2 * longestWords)); // no more than that has room
    std::ranges::replace_if(
        lines, [](char c) { return c == '\t' || c == '\r'; }, ' ');
    lines = printableLines(lines);
    std::size_t size = 0, written = 0;
    while (size < lines.size() && written + writtenSize(lines[size]) <= longestWords)
        written += writtenSize(lines[size++]);
    cut(lines, size);
    return lines;
}

std::string documentOf(const DeviceReport& report) {
    const Telling& told = report.telling;
    const auto since1970 = std::clamp<std::int64_t>(report.made.time_since_epoch().count(), 0, anyTime.most);
    return written({.campaign = report.campaign,
                    .device = report.device,
                    .enrolment = report.enrolment,
                    .made = WallTime(Duration(since1970)),
                    .round = told.round,
                    .sequence = told.sequence,
                    .slot = told.slot,
                    .step = told.step,
                    .code = told.code,
                    .phase = std::string(wordOf(told.phase)),
                    .outcome = std::string(wordOf(told.outcome)),
                    .words = fittingWords(told.words)});
}

Result<DeviceReport> deviceReportIn(std::string_view document) {
    constexpr std::string_view name = "the report";
    auto row = STINT_TRY(paperIn(document, name, reportFields, written));
    const Phase phase = *phaseIn(row.phase);
    const Outcome outcome = outcomeIn(row.outcome).value_or(Outcome::None);
    if ((phase == Phase::Ended) != (outcome != Outcome::None))
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: an outcome is there where it has ended, and only there", name);
    return DeviceReport{.campaign = std::move(row.campaign),
                        .device = std::move(row.device),
                        .enrolment = row.enrolment,
                        .made = row.made,
                        .telling = {.round = static_cast<std::uint8_t>(row.round),
                                    .sequence = row.sequence,
                                    .slot = row.slot,
                                    .phase = phase,
                                    .outcome = outcome,
                                    .step = row.step,
                                    .code = static_cast<std::int32_t>(row.code),
                                    .words = std::move(row.words)}};
}

std::string commentOf(const DeviceReport& report) {
    return fmt::format("stint report {} {} {}.{}.{}", report.campaign, report.device, report.enrolment,
                       report.telling.round, report.telling.sequence);
}

} // namespace stint::fleet
