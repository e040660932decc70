#include <algorithm>
#include <array>

#include <fmt/core.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/time/time.hpp"
#include "sim/foretelling/foretold.hpp"

namespace stint::foretelling {
namespace {

using JsonLine = nlohmann::ordered_json;

constexpr std::size_t mostRows = 16; ///< of a curve, for a person

constexpr auto stateWords = std::to_array<std::pair<fleet::Rollout::State, std::string_view>>({
    {fleet::Rollout::State::Going, "going"},
    {fleet::Rollout::State::Soaking, "soaking"},
    {fleet::Rollout::State::Held, "held"},
    {fleet::Rollout::State::Paused, "paused"},
    {fleet::Rollout::State::Stopped, "stopped"},
    {fleet::Rollout::State::Cancelling, "cancelling"},
    {fleet::Rollout::State::Ended, "ended"},
});

std::string_view stateWord(fleet::Rollout::State state) {
    return std::ranges::find(stateWords, state, [](const auto& row) { return row.first; })->second;
}

std::string printed(const JsonLine& json) {
    return printableJson(json.dump(-1, ' ', false, JsonLine::error_handler_t::replace));
}

JsonLine inMs(const std::optional<Duration>& time) { return time ? JsonLine(time->count()) : JsonLine(); }
std::string inWords(const std::optional<Duration>& time) { return time ? roughDuration(*time) : "-"; }

std::uint32_t endsOf(const Sample& sample, fleet::Outcome outcome) {
    return sample.ends.at(static_cast<std::size_t>(outcome));
}

std::uint32_t failuresOf(const Sample& sample) {
    using enum fleet::Outcome;
    return endsOf(sample, Failed) + endsOf(sample, Rejected) + endsOf(sample, TimedOut);
}

JsonLine jsonEnds(const Sample& sample) {
    JsonLine ends = JsonLine::object();
    for (const fleet::OutcomeRow& row : fleet::outcomeRows)
        ends.emplace(std::string(row.word), endsOf(sample, row.outcome));
    return ends;
}

JsonLine jsonOf(const WaveTold& wave, std::size_t number) {
    return {{"wave", number},
            {"opened_ms", inMs(wave.opened)},
            {"over_ms", inMs(wave.over)},
            {"begun", wave.begun},
            {"ended", wave.ended},
            {"ok", wave.ok}};
}

JsonLine jsonOf(const Sample& sample) {
    return {{"at_ms", sample.at.count()}, {"wave", sample.wave},       {"targeted", sample.targeted},
            {"offered", sample.offered},  {"waiting", sample.waiting}, {"running", sample.running},
            {"ends", jsonEnds(sample)}};
}

using Rows = std::vector<std::vector<std::string>>;

/// Columns to the right, but for the last one.
void addTable(const Rows& rows, std::vector<std::string>& lines) {
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const auto& row : rows)
        for (std::size_t nth = 0; nth < row.size(); ++nth)
            widths[nth] = std::max(widths[nth], row[nth].size());
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t nth = 0; nth < row.size(); ++nth)
            line += fmt::format("{}{:>{}}", nth == 0 ? "" : "  ", row[nth], widths[nth]);
        lines.push_back(std::move(line));
    }
}

Rows waveRows(const Foretold& told) {
    Rows rows{{"WAVE", "OPENED", "OVER", "BEGUN", "ENDED", "OK"}};
    for (std::size_t nth = 0; nth < told.waves.size(); ++nth) {
        const WaveTold& wave = told.waves[nth];
        rows.push_back({fmt::format("{}", nth + 1), inWords(wave.opened), inWords(wave.over),
                        fmt::format("{}", wave.begun), fmt::format("{}", wave.ended), fmt::format("{}", wave.ok)});
    }
    return rows;
}

Rows curveRows(const Foretold& told) {
    Rows rows{{"AT", "WAVE", "NOT SENT", "OFFERED", "WAITING", "RUNNING", "OK", "FAILED", "OTHER ENDS"}};
    const std::size_t step = (told.curve.size() + mostRows - 1) / mostRows;
    for (std::size_t nth = 0; nth < told.curve.size(); ++nth) {
        if (nth % step != 0 && nth + 1 != told.curve.size()) continue;
        const Sample& each = told.curve[nth];
        std::uint32_t ended = 0;
        for (const std::uint32_t count : each.ends)
            ended += count;
        const std::uint32_t ok = endsOf(each, fleet::Outcome::Succeeded);
        const std::uint32_t failed = failuresOf(each);
        std::vector<std::string> row{roughDuration(each.at)};
        for (const std::uint32_t number : {std::uint32_t{each.wave}, each.targeted, each.offered, each.waiting,
                                           each.running, ok, failed, ended - ok - failed})
            row.push_back(fmt::format("{}", number));
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace

std::vector<std::string> linesOf(const Foretold& told) {
    std::vector<std::string> lines{fmt::format(
        "{}: {}, {} after {}; days of {}", printable(told.campaign), counted(told.devices, "device"),
        stateWord(told.state), roughDuration(told.last().at), counted(told.lives, "played life", "played lives"))};
    addTable(waveRows(told), lines);
    addTable(curveRows(told), lines);
    lines.push_back(fmt::format("50 % had succeeded after {}, 95 % after {}.", inWords(told.half), inWords(told.most)));
    if (told.never > 0) lines.push_back(fmt::format("{} had no moment at which it could start.", told.never));
    for (const auto& [what, count] : told.rest)
        lines.push_back(fmt::format("{} waited for: {}", count, what));
    lines.push_back(fmt::format("{} ran at once at most, of {} that may.", told.mostAtOnce, told.atATime));
    if (told.differing > 0) lines.push_back(fmt::format("{} ended otherwise than was told.", told.differing));
    return lines;
}

std::vector<std::string> jsonOf(const Foretold& told) {
    std::vector<std::string> lines;
    for (const Sample& sample : told.curve)
        lines.push_back(printed(jsonOf(sample)));
    for (std::size_t nth = 0; nth < told.waves.size(); ++nth)
        lines.push_back(printed(jsonOf(told.waves[nth], nth + 1)));
    lines.push_back(printed({{"campaign", told.campaign},
                             {"devices", told.devices},
                             {"lives", told.lives},
                             {"state", stateWord(told.state)},
                             {"half_ms", inMs(told.half)},
                             {"most_ms", inMs(told.most)},
                             {"latest_ms", inMs(told.latest)},
                             {"never", told.never},
                             {"at_a_time", told.atATime},
                             {"most_at_once", told.mostAtOnce},
                             {"questions", told.questions},
                             {"reports", told.reports},
                             {"ends", jsonEnds(told.last())},
                             {"rest", told.rest},
                             {"holds", told.holds()}}));
    return lines;
}

} // namespace stint::foretelling
