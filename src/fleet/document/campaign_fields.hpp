// The rows of a campaign (fleet.md §4): its keys with their ranges, their values where a file leaves them out, and
// their meaning, for the reader, the writer and the help.
#pragma once
#include <array>
#include <string_view>

#include "base/time/time.hpp"
#include "fleet/document/campaign.hpp"
#include "fleet/document/fields.hpp"

namespace stint::fleet {

// A text rule says what should stand there instead, where the text is wrong.
std::string_view nameRule(std::string_view text);
std::string_view kindRule(std::string_view text);
std::string_view idRule(std::string_view text);
std::string_view campaignRule(std::string_view text);
std::string_view urlRule(std::string_view text);
std::string_view hashRule(std::string_view text);
std::string_view fileNameRule(std::string_view text);
std::string_view wordRule(std::string_view text);

struct StepRow {
    StepKind kind;
    std::string_view key;
    bool isCommand;
    std::string_view meaning;
};
inline constexpr auto stepKinds = std::to_array<StepRow>({
    {StepKind::Get, "get", false, "a file, into the campaign's folder on the device"},
    {StepKind::Run, "run", true, "a command"},
    {StepKind::Verify, "verify", true, "a command that says whether all went well"},
    {StepKind::Policy, "policy", false, "a policy, put under policy.d, taken whole or not at all"},
    {StepKind::App, "app", false, "an app's manifest"},
    {StepKind::Settings, "settings", false, "a bucket, the battery setting, budgets"},
});
template <class... Kinds> constexpr unsigned only(Kinds... kinds) {
    return ((1U << static_cast<unsigned>(kinds)) | ...);
}
constexpr bool has(unsigned kinds, StepKind kind) { return (kinds >> static_cast<unsigned>(kind)) & 1U; }

constexpr std::int64_t in(Duration time) { return time.count(); }
inline constexpr Duration day = 24h;
inline constexpr Duration longestLife = 90 * day;
inline constexpr Limits oneText{1, 4'096};

inline constexpr std::int64_t usualFailures = only(Outcome::Failed, Outcome::Rejected, Outcome::TimedOut);

// clang-format off
inline constexpr auto campaignFields = std::to_array<Field<Campaign>>({
    {.key = "name", .member = &Campaign::name, .limits = {1, 128}, .must = true,
     .meaning = "a name for people, such as name = \"firmware 4.2\"", .rule = nameRule},
    {.key = "ids", .member = &Campaign::ids, .limits = {1, 2'000},
     .meaning = "the devices, by their ids, in place of targets", .rule = idRule},
    {.key = "open", .member = &Campaign::open, .meaning = "devices that join later are meant, too"},
    {.key = "expires", .member = &Campaign::expires, .limits = {in(1min), in(longestLife)}, .must = true,
     .meaning = "how long devices may begin it, such as expires = \"30d\", at most 90 days"},
    {.key = "seal-output", .member = &Campaign::sealOutput,
     .meaning = "what commands print is told to the operators alone"},
});

inline constexpr auto waitFields = std::to_array<Field<Campaign>>({
    {.key = "wait-max", .member = &Campaign::waitMax, .limits = {in(1min), in(longestLife)},
     .meaning = "how long a device waits for these conditions; `late` says what comes then"},
});

inline constexpr auto sourceFields = std::to_array<Field<Source>>({
    {.key = "url", .member = &Source::url, .limits = {1, 2'048}, .meaning = "where the file is", .rule = urlRule},
    {.key = "sha256", .member = &Source::sha256, .limits = {64, 64}, .meaning = "the file's SHA-256", .rule = hashRule},
    {.key = "size", .member = &Source::size, .limits = {1, largestNumber}, .meaning = "the file's size in bytes"},
    {.key = "to", .member = &Source::to, .limits = {1, 255}, .meaning = "its name on the device", .rule = fileNameRule,
     .kinds = only(StepKind::Get)},
    {.key = "text", .member = &Source::text, .limits = oneText, .meaning = "the file itself, in place of a URL",
     .rule = wordRule, .kinds = ~only(StepKind::Get)},
});

inline constexpr auto stepFields = std::to_array<Field<Step>>({
    {.key = "timeout", .member = &Step::timeout, .limits = {in(1s), in(7 * day)}, .fallback = in(10min),
     .meaning = "how long the command may take", .kinds = only(StepKind::Run)},
    {.key = "within", .member = &Step::timeout, .limits = {in(1s), in(7 * day)}, .fallback = in(1h),
     .meaning = "how long after the step before it the command may succeed", .kinds = only(StepKind::Verify)},
    {.key = "after", .member = Field<Step>::Mark{&Step::afterRestart, "restart"},
     .meaning = "the device has restarted before", .kinds = only(StepKind::Verify)},
    {.key = "commit", .member = &Step::commit, .meaning = "from here on, a cancel comes too late",
     .kinds = ~only(StepKind::Get, StepKind::Verify)},
    {.key = "idempotent", .member = &Step::idempotent,
     .meaning = "the command is run again if the device died while it ran", .kinds = only(StepKind::Run)},
});

inline constexpr auto planFields = std::to_array<Field<Plan>>({
    {.key = "at-a-time", .member = &Plan::atATime, .limits = {1, 1'000'000}, .fallback = 200,
     .meaning = "how many devices may have begun and not ended"},
    {.key = "wave", .member = &Plan::waves, .limits = {1, 20}, .fallback = wholeShare,
     .meaning = "how many devices may have begun before the next wave opens, each more than the one before it"},
    {.key = "ok", .member = Field<Plan>::Percent{&Plan::waveOk}, .limits = {1, wholeShare}, .fallback = 9'500,
     .meaning = "this share of a wave's ends opens the next wave"},
    {.key = "soak", .member = &Plan::soak, .limits = {0, in(30 * day)},
     .meaning = "how long a wave rests before the next one opens"},
    {.key = "spread", .member = &Plan::spread, .limits = {0, in(30 * day)},
     .meaning = "each device waits its own part of this"},
    {.key = "begin-within", .member = &Plan::beginWithin, .limits = {in(1min), in(longestLife)},
     .fallback = in(14 * day), .meaning = "how long a device may take to begin"},
    {.key = "end-within", .member = &Plan::endWithin, .limits = {in(1min), in(longestLife)}, .fallback = in(24h),
     .meaning = "how long a device may take from its begin to its end"},
    {.key = "retries", .member = &Plan::retries, .limits = {0, 100}, .meaning = "how often a device tries again"},
    {.key = "retry-after", .member = &Plan::retryAfter, .limits = {0, in(30 * day)}, .fallback = in(1h),
     .meaning = "how long it rests before it tries again"},
});

inline constexpr auto stopFields = std::to_array<Field<Plan>>({
    {.key = "failures", .member = Field<Plan>::Percent{&Plan::stopAt}, .limits = {1, wholeShare + 1}, .fallback = 1'000,
     .meaning = "this share of failures stops the campaign"},
    {.key = "of", .member = Field<Plan>::Fixed{"ended"}, .meaning = "among the devices that have ended"},
    {.key = "min", .member = &Plan::stopMin, .limits = {1, 1'000'000}, .fallback = 10,
     .meaning = "so many have ended before the share counts"},
    {.key = "types", .member = &Plan::failures, .limits = {1, 4}, .fallback = usualFailures,
     .meaning = "the ends that are failures"},
});
// clang-format on

/// Keys that are no field, because they have tables or more than one form.
inline constexpr std::string_view targetsKey = "targets", jobKey = "job", lateKey = "late", stepKey = "step",
                                  rolloutKey = "rollout", stopKey = "stop", madeKey = "made", formatKey = "format";

/// The form of all documents, and a moment of theirs: to the end of the year 9999, for a day has eight digits.
inline constexpr std::int64_t documentFormat = 1;
inline constexpr Limits anyTime{0, 253'402'300'799'999};

/// Reads a campaign, which `root` is; `made` and the format are the caller's.
Result<Campaign> campaignFrom(const Origin& from, const Value& root, WallTime made);
/// The part `[job]`.
Result<void> readJob(const Origin& from, const Value& job, Campaign& into);
Value jobValue(const Campaign& campaign);
/// One `[[step]]`; `number` counts from 1.
Result<Step> stepFrom(const Origin& from, const Value& step, std::size_t number);
Value stepValue(const Step& step);
/// The rules that no single value can break.
Result<void> checkSteps(const Origin& from, const Value::List& values, const Campaign& campaign);
Result<void> checkPlan(const Origin& from, const Value& rollout, const Campaign& campaign);

} // namespace stint::fleet
