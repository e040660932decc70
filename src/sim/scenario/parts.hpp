// Values as scenario.md writes them, beside those of base/time/time.hpp: a time of day, an app, a job; each error says
// what would be right. And the readers of a scenario file's parts, each in the file of its chapter of scenario.md. Only
// the reader's files include this.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "contract/model/job.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/yaml.hpp"
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

constexpr std::int64_t many = std::numeric_limits<std::int32_t>::max(); ///< the largest count that may be written

// Values.

WallTime readTimeOfDay(Yaml& yaml, const Node& node, std::string_view what);
Duration readDuration(Yaml& yaml, const Node& node, std::string_view what);
/// The rest of a quota, which may be less than nothing: "-2min".
Duration readBalance(Yaml& yaml, const Node& node, std::string_view what);
/// Complains of a time that no simulation plays for.
void checkLength(Yaml& yaml, const Node& node, Duration length);
Bytes readSize(Yaml& yaml, const Node& node, std::string_view what);
AppId readAppId(Yaml& yaml, const Node& node);
JobKey readJobKey(Yaml& yaml, const Node& node);
/// A duration since 0s, or a time of day after `start`.
Duration readMoment(Yaml& yaml, const Node& node, WallTime start);
/// A moment, or two of them in a list.
Span readSpan(Yaml& yaml, const Node& node, WallTime start);
std::string readWord(Yaml& yaml, const Node& node, std::string_view what, std::span<const std::string_view> words);
std::set<std::string, std::less<>> readWords(Yaml& yaml, const Node& node, std::string_view what,
                                             std::span<const std::string_view> words = {});
std::string readPolicyName(Yaml& yaml, const Node& node);

// The device.

DeviceWords readDevice(Yaml& yaml, const Node& node);

// Apps.

AppSetup readApp(Yaml& yaml, const Node& node);
ProcessState readState(Yaml& yaml, const Node& node);
std::string readBucket(Yaml& yaml, const Node& node);
std::string readBatteryUsage(Yaml& yaml, const Node& node);
std::set<std::string, std::less<>> readConditions(Yaml& yaml, const Node& node);
std::set<std::string, std::less<>> readPermissions(Yaml& yaml, const Node& node);

// Jobs, and their runs.

action::Schedule readSchedule(Yaml& yaml, const Node& node);
action::ScheduleAll readScheduleAll(Yaml& yaml, const Node& node);
Behaviour readRuns(Yaml& yaml, const Node& node);
JobEndNotificationPolicy readEndPolicy(Yaml& yaml, const Node& node);
action::TellBytes readBytes(Yaml& yaml, const Node& node);
std::vector<Condition> readJobConditions(Yaml& yaml, const Node& node);

// The work layer.

/// An app's call of its work layer: it enqueues, or cancels.
Action readWorkLayer(Yaml& yaml, const Node& node);
Action readExpectWork(Yaml& yaml, const Node& node);

// The timeline.

std::vector<Entry> readTimeline(Yaml& yaml, const Node& node, WallTime start);
/// Reads the value of a verb, one of verbNames().
Action readAction(Yaml& yaml, std::string_view verb, const Node& node);
std::span<const std::string_view> verbNames();
Action readExpect(Yaml& yaml, const Node& node);

// The line (push.md §6): its state at 0s and the server's absence, as entries of the timeline.

std::vector<Key> lineKeys(Yaml& yaml, action::ChangeLine& line);
std::vector<Entry> readLineSetup(Yaml& yaml, const Node& node, WallTime start);

// The trace, and totals.

std::vector<ExpectedEffect> readTrace(Yaml& yaml, const Node& node, WallTime start);
std::vector<ExpectedTotal> readTotals(Yaml& yaml, const Node& node, WallTime start);

// Constants, and budgets of networks.

std::vector<Setting> readConstants(Yaml& yaml, const Node& node);
std::vector<NetworkBudget> readBudgets(Yaml& yaml, const Node& node);

// The whole file.

/// Complains of mistakes that no single line shows: an event out of order, a job or an app that is used before it
/// exists.
void check(Yaml& yaml, const Scenario& scenario);

} // namespace stint::sim
