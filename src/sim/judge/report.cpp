#include "sim/judge/report.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/core.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/result/containers.hpp"
#include "base/text/printable.hpp"
#include "base/time/time.hpp"

namespace stint::sim {
namespace {

constexpr std::ptrdiff_t linesBefore = 4; ///< lines of the trace around a failure
constexpr std::ptrdiff_t linesAfter = 2;

std::string whom(const Happening& happening) {
    if (happening.job) return textOf(*happening.job);
    return happening.app ? happening.app->name : "device";
}

std::string yesOrNo(const FieldValue& value) {
    if (const bool* truth = std::get_if<bool>(&value)) return *truth ? "yes" : "no";
    return textOf(value);
}

// True for what is obvious to a person, and left out: a regular job that is not overdue, a call that succeeded.
bool goesWithoutSaying(const Field& field) {
    static const std::array<Field, 4> usual{Field{"overdue", false}, Field{"kind", std::string("regular")},
                                            Field{"result", std::string("success")}, Field{"user_initiated", false}};
    return std::ranges::find(usual, field) != usual.end();
}

std::string fieldsText(const Happening& happening) {
    std::string text;
    for (const Field& field : happening.fields)
        if (!goesWithoutSaying(field))
            text += fmt::format("{}{}={}", text.empty() ? "" : " ", field.key, yesOrNo(field.value));
    return text;
}

struct Row {
    std::string at, what, whom, fields;
};

std::string lineOf(const Row& row, const std::array<std::size_t, 3>& widths) {
    std::string line = fmt::format("{:>{}}  {:<{}}  {:<{}}  {}", row.at, widths[0], row.what, widths[1], row.whom,
                                   widths[2], row.fields);
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::string locationText(const Scenario& scenario, SourceLocation location) {
    return fmt::format("{}:{}", scenario.file, location.line);
}

// The lines of the trace up to the moment `at`, and the next ones.
std::span<const Happening> around(const History& history, Duration at) {
    const auto after = std::ranges::upper_bound(history, at, {}, &Happening::at);
    const auto from = after - std::min(linesBefore, after - history.begin());
    const auto to = after + std::min(linesAfter, history.end() - after);
    return {from, to};
}

std::string expectations(std::size_t count) { return fmt::format("{} expectation{}", count, count == 1 ? "" : "s"); }

void addFinding(std::vector<std::string>& lines, const Scenario& scenario, const Played& played,
                const Finding& finding) {
    if (finding.held()) {
        lines.push_back(fmt::format("held   {}: {}", locationText(scenario, finding.location), finding.expected));
        return;
    }
    lines.push_back(fmt::format("fail   {}: expected {}", locationText(scenario, finding.location), finding.expected));
    lines.push_back(fmt::format("       happened: {}", *finding.happened));
    if (!finding.at || played.history.empty()) return;
    for (const std::string& line : traceTable(around(played.history, *finding.at)))
        lines.push_back("       | " + line);
}

} // namespace

std::vector<std::string> traceTable(std::span<const Happening> history) {
    std::vector<Row> rows{{"AT", "WHAT", "WHOM", ""}};
    for (const Happening& one : history)
        rows.push_back({formatDuration(one.at), std::string(one.what), whom(one), fieldsText(one)});
    std::array<std::size_t, 3> widths{};
    for (const Row& row : rows)
        widths = {std::max(widths[0], row.at.size()), std::max(widths[1], row.what.size()),
                  std::max(widths[2], row.whom.size())};
    std::vector<std::string> lines;
    for (const Row& row : rows)
        lines.push_back(lineOf(row, widths));
    return lines;
}

std::vector<std::string> verdictLines(const Scenario& scenario, const Played& played, bool everyOne) {
    std::vector<std::string> lines;
    for (const Finding& finding : played.findings)
        if (everyOne || !finding.held()) addFinding(lines, scenario, played, finding);
    const auto failed = std::ranges::count_if(played.findings, [](const Finding& one) { return !one.held(); });
    if (played.passed())
        lines.push_back(fmt::format("pass   {}: {}", scenario.file, expectations(played.findings.size())));
    else
        lines.push_back(fmt::format("fail   {}: {} of {} did not hold", scenario.file, failed,
                                    expectations(played.findings.size())));
    return lines;
}

// scenario.md, the trace as JSON: one object a line, keys in a fixed order.

namespace {

using Json = nlohmann::ordered_json;

std::string lineOf(const Json& json) {
    return printableJson(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json jsonOf(const Finding& finding, const Scenario& scenario) {
    Json json{{"file", scenario.file}, {"line", finding.location.line}, {"expected", finding.expected}};
    json["happened"] = finding.happened.value_or("");
    if (finding.at) json["at_ms"] = finding.at->count();
    return json;
}

} // namespace

std::string verdictJson(const Scenario& scenario, const Played& played) {
    Json failed = Json::array();
    for (const Finding& finding : played.findings)
        if (!finding.held()) failed.push_back(jsonOf(finding, scenario));
    return lineOf({{"verdict", played.passed() ? "pass" : "fail"},
                   {"file", scenario.file},
                   {"expectations", played.findings.size()},
                   {"failed", failed}});
}

namespace {

std::int64_t& at(Sums& sums, Sum sum) { return sums[static_cast<std::size_t>(sum)]; }

/// One job's life, from line to line of the trace.
struct Life {
    std::optional<Duration> waitsSince;
    std::optional<Duration> runsSince;

    void waits(Duration from) { waitsSince = from; }
    void ends(Sums& sums, Duration now) {
        if (waitsSince) at(sums, Sum::Waited) += std::max(Duration{0}, now - *waitsSince).count();
        if (runsSince) at(sums, Sum::RunTime) += (now - *runsSince).count();
        waitsSince.reset();
        runsSince.reset();
    }
};

Duration earliestOf(const Happening& happening) {
    const auto field = std::ranges::find(happening.fields, "earliest", &Field::key);
    if (field == happening.fields.end()) return happening.at;
    return std::max(happening.at, std::get<Duration>(field->value));
}

void follow(const Happening& one, Life& life, Sums& sums) {
    if (one.what == "scheduled" || one.what == "replaced") {
        if (!life.runsSince) life.waits(one.at);
    } else if (one.what == "started") {
        life.ends(sums, one.at);
        life.runsSince = one.at;
        ++at(sums, Sum::Starts);
    } else if (one.what == "stopped") {
        life.ends(sums, one.at);
        ++at(sums, Sum::Stops);
        life.waits(one.at);
    } else if (one.what == "rescheduled") {
        life.ends(sums, one.at);
        life.waits(earliestOf(one));
    } else if (one.what == "finished" || one.what == "cancelled" || one.what == "dropped") {
        life.ends(sums, one.at);
    }
}

} // namespace

std::string sumText(Sum sum, std::int64_t value) {
    if (sum == Sum::RunTime || sum == Sum::Waited) return formatDuration(Duration{value});
    return sum == Sum::Moved ? formatSize(value) : fmt::format("{}", value);
}

std::map<std::string, Sums> tallyOf(const Played& played, Duration end) {
    std::map<std::string, Sums> tally;
    std::map<JobKey, Life> lives;
    for (const Happening& one : played.history) {
        if (one.job) follow(one, lives[*one.job], tally[stint::textOf(*one.job)]);
        if (isMessage(one, "late_by")) ++at(tally[one.app->name.str()], Sum::Messages);
    }
    for (auto& [job, life] : lives)
        life.ends(tally[stint::textOf(job)], end);
    for (const auto& [job, bytes] : played.moved)
        at(tally[stint::textOf(job)], Sum::Moved) += bytes;
    for (const auto& [app, count] : played.wakeUps)
        at(tally[app.name.str()], Sum::WakeUps) += count;
    return tally;
}

std::vector<Difference> differences(const std::map<std::string, Sums>& before,
                                    const std::map<std::string, Sums>& after) {
    std::map<std::string, Difference> all;
    for (const auto& [of, sums] : before)
        all[of].before = sums;
    for (const auto& [of, sums] : after)
        all[of].after = sums;
    std::vector<Difference> differing;
    for (auto& [of, difference] : all) {
        difference.of = of;
        if (difference.before != difference.after) differing.push_back(std::move(difference));
    }
    return differing;
}

} // namespace stint::sim
