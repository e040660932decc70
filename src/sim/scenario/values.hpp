// Values as scenario.md writes them, beside those of base/time/time.hpp: a time of day, an app, a job. Each error says
// what would be right.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "contract/model/job.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::sim {

/// Reads "2026-01-05T08:00:00Z": RFC 3339 in UTC, with at most three decimals of a second.
Result<WallTime> parseTimeOfDay(std::string_view text);
/// Reads "com.example.mail".
Result<AppId> parseApp(std::string_view text);
/// Reads "com.example.mail/7" or "com.example.mail/sync#7".
Result<JobKey> parseJob(std::string_view text);
/// Reads the handle of cancelAll(): "com.example.mail", or "com.example.mail/sync#" for a namespace; the root's is
/// empty.
Result<std::pair<AppId, std::string>> parseHandle(std::string_view text);

/// The words of a command line: separated by blanks outside quotes.
std::vector<std::string> wordsOf(std::string_view line);

} // namespace stint::sim
