// The report of a played scenario, for a person and for a program (scenario.md, running; the trace as JSON). The same
// bytes for the same run, on every machine. And the sums of a run, by job and by app, and how two runs differ (Running:
// --diff).
#pragma once
#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/judge/play.hpp"

namespace stint::sim {

/// The trace as aligned rows under a heading, times to the right (CONTRIBUTING.md §10). No newline at a line's end.
std::vector<std::string> traceTable(std::span<const Happening> history);

/// One verdict a line, failed ones with what happened instead and the trace around it; the file's own comes last.
/// `everyOne`: also those that held.
std::vector<std::string> verdictLines(const Scenario& scenario, const Played& played, bool everyOne);

std::string verdictJson(const Scenario& scenario, const Played& played);

/// The sums, in the order in which they are shown. A time is in milliseconds.
enum class Sum : std::uint8_t { Starts, Stops, RunTime, Waited, Moved, WakeUps, Messages };
inline constexpr std::array<std::string_view, 7> sumNames{"starts", "stops",    "run_time", "waited",
                                                          "bytes",  "wake_ups", "messages"};
/// The text of a sum: "7", "1h30min", "200 MiB".
std::string sumText(Sum sum, std::int64_t value);

using Sums = std::array<std::int64_t, sumNames.size()>;

/// The sums by "com.example.mail/7", "com.example.mail". A job waits from when it is asked for, stopped, or due again,
/// to its start, or to the end.
std::map<std::string, Sums> tallyOf(const Played& played, Duration end);

struct Difference {
    std::string of;
    Sums before{}, after{};
};
/// The jobs and apps whose sums differ, by name.
std::vector<Difference> differences(const std::map<std::string, Sums>& before,
                                    const std::map<std::string, Sums>& after);

} // namespace stint::sim
