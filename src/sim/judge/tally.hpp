// The sums of a run, by job and by app, and how two runs differ (scenario.md, Running: --diff).
#pragma once
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/judge/play.hpp"

namespace stint::sim {

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
