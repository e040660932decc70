#include "faces/cli/run/run_job.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "base/time/time.hpp"
#include "contract/model/app.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/limit_text.hpp"

namespace stint::cli {
namespace {

namespace fs = std::filesystem;

/// The service of org.stint.shell that runs commands, and the extras it reads (programs/shell/service.hpp).
constexpr const char* commandService = "Command";
/// The most of a command that a list of jobs shows.
constexpr std::size_t longestLabel = 200;

Result<std::optional<Duration>> durationIn(const Arguments& given, const std::string& option) {
    std::optional<Duration> none;
    auto text = given.value(option);
    if (!text) return none;
    auto duration = parseDuration(*text);
    if (!duration.ok()) return within("--" + option, duration.error());
    return std::optional(*duration);
}

Result<std::optional<std::int64_t>> retriesIn(const Arguments& given) {
    std::optional<std::int64_t> retries;
    auto text = given.value("retries");
    if (!text) return retries;
    std::int32_t number = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc{} || end != text->data() + text->size() || number < 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "--retries is a number from 0 on, not \"{}\"", printable(*text));
    return std::optional<std::int64_t>(number);
}

/// Checks "0,3".
Result<std::string> successExitsIn(const Arguments& given) {
    const std::string codes = given.value("success-exit").value_or("");
    if (!given.has("success-exit")) return codes;
    for (const std::string_view code : splitAt(codes, ",")) {
        const auto number = numberIn<std::int32_t>(code);
        if (!number || *number < 0 || *number > 255)
            return fail(Errc::ILLEGAL_ARGUMENT,
                        "--success-exit takes exit codes from 0 to 255, as 3 or 3,4, not \"{}\"", printable(codes));
    }
    return codes;
}

/// Sets the directory and the environment where options say so.
Result<void> placeOf(const Arguments& given, Order& order) {
    if (const auto directory = given.value("working-directory")) {
        const fs::path place = (fs::path(order.directory) / *directory).lexically_normal();
        if (!fs::is_directory(place))
            return fail(Errc::ILLEGAL_ARGUMENT, "--working-directory {} is not a directory", printable(place.native()));
        order.directory = place.native();
    }
    for (const std::string& text : given.values("setenv")) {
        const std::size_t sign = text.find('=');
        const std::string begin = text.substr(0, sign) + "=";
        const auto isIt = [&begin](const std::string& variable) { return variable.starts_with(begin); };
        if (sign == 0 || text.empty())
            return fail(Errc::ILLEGAL_ARGUMENT, "--setenv \"{}\" has no name; write NAME=VALUE", printable(text));
        if (sign == std::string::npos && std::ranges::none_of(order.environment, isIt))
            return fail(Errc::ILLEGAL_ARGUMENT, "--setenv {}: there is no such variable here; write {}=VALUE",
                        printable(text), printable(text));
        if (sign == std::string::npos) continue;
        std::erase_if(order.environment, isIt);
        order.environment.push_back(text);
    }
    return {};
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

} // namespace

Result<CommandWanted> commandWantedBy(const Arguments& given, Order caller) {
    CommandWanted wanted{.order = std::move(caller)};
    wanted.order.arguments = given.words;
    STINT_TRY(placeOf(given, wanted.order));
    wanted.label = shortened(printable(given.value("name").value_or(joined(given.words))), longestLabel);
    if (given.has("name") && !isLabel(wanted.label))
        return fail(
            Errc::ILLEGAL_ARGUMENT,
            "--name \"{}\" cannot be typed as a job's name: give it a word that is not a number and has no / or #",
            wanted.label);
    const bool isUnique = given.has("replace") || given.has("keep");
    if (given.has("replace") && given.has("keep"))
        return fail(Errc::ILLEGAL_ARGUMENT, "--replace and --keep contradict each other");
    if (isUnique && !given.has("name"))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "--replace and --keep need --name: a job of that name is replaced, or kept");
    if (isUnique && (given.has("on-success") || given.has("on-failure")))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "--replace and --keep are for one job, without --on-success and --on-failure");
    wanted.userInitiated = given.has("user-initiated");
    wanted.expedited = given.has("expedited");
    wanted.network = STINT_TRY(networkIn(given, JobInfo::NETWORK_TYPE_NONE));
    if (wanted.userInitiated && wanted.network == JobInfo::NETWORK_TYPE_NONE) { // jobs.md §1.2, V12
        wanted.network = JobInfo::NETWORK_TYPE_ANY;
        wanted.networkImplied = true;
    }
    wanted.constraints = constraintsIn(given);
    wanted.backoff = STINT_TRY(durationIn(given, "backoff"));
    wanted.every = STINT_TRY(durationIn(given, "every"));
    wanted.saveTime = STINT_TRY(durationIn(given, "save-time"));
    wanted.retries = STINT_TRY(retriesIn(given));
    wanted.successExits = STINT_TRY(successExitsIn(given));
    for (const std::string& word : given.values("property"))
        if (auto added = addLimit(wanted.limits, word); !added.ok()) return within("-p", added.error());
    wanted.onCalendar = given.has("on-calendar");
    if (wanted.every && wanted.onCalendar)
        return fail(Errc::ILLEGAL_ARGUMENT, "--every and --on-calendar contradict each other");
    wanted.persisted = given.has("persisted") || given.has("at") ||
                       wanted.isEndless(); // what is set for a time, or repeats, outlives a reboot
    wanted.onSuccess = given.value("on-success").value_or("");
    wanted.onFailure = given.value("on-failure").value_or("");
    if (!wanted.onFailure.empty() && !wanted.retries)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "--on-failure needs --retries N: without it, what fails is tried again without end");
    if (wanted.isEndless() && !(wanted.onSuccess + wanted.onFailure).empty())
        return fail(Errc::ILLEGAL_ARGUMENT, "what runs again and again has no end for --on-success or --on-failure");
    return wanted;
}

CommandWanted followerOf(const CommandWanted& first, const std::string& command) {
    CommandWanted wanted{.order = first.order, .label = shortened(printable(command), longestLabel)};
    wanted.order.arguments = {"/bin/sh", "-c", command};
    wanted.persisted = first.persisted;
    wanted.retries = 0; // it runs once for an end
    return wanted;
}

Result<JobInfo> jobFor(const CommandWanted& wanted, const std::string& spool, Duration grace) {
    PersistableBundle extras;
    extras.putString("spool", spool).putString("label", wanted.label).putLong("grace", grace.count());
    if (wanted.retries) extras.putLong("retries", *wanted.retries);
    if (!wanted.successExits.empty()) extras.putString("successExits", wanted.successExits);
    if (wanted.saveTime) extras.putLong("saveTime", wanted.saveTime->count());
    if (!wanted.guard.empty()) extras.putString("guard", wanted.guard);
    if (wanted.limits.any()) extras.putString("limits", textOf(wanted.limits));
    JobInfo::Builder job(JobId{0}, commandService);
    job.setRequiredNetworkType(wanted.network)
        .setUserInitiated(wanted.userInitiated)
        .setExpedited(wanted.expedited)
        .setPersisted(wanted.persisted)
        .setExtras(std::move(extras));
    setConstraints(job, wanted.constraints);
    // Work in pieces backs off linearly, since it needs many runs to end: a little longer each time, not twice as long.
    const bool idle = std::ranges::find(wanted.constraints, "setRequiresDeviceIdle", &JobField::method) !=
                      wanted.constraints.end(); // jobs.md §1.2: no criteria beside it
    const bool inPieces = wanted.saveTime && !idle;
    if (wanted.backoff || inPieces)
        job.setBackoffCriteria(wanted.backoff.value_or(JobInfo::DEFAULT_INITIAL_BACKOFF),
                               inPieces ? JobInfo::BACKOFF_POLICY_LINEAR : JobInfo::BACKOFF_POLICY_EXPONENTIAL);
    // jobs.md §6.5: a flex as long as the period, whatever that is raised to.
    if (wanted.every) job.setPeriodic(*wanted.every, std::max(*wanted.every, Constants{}.maxPeriod));
    return job.build();
}

std::vector<std::string> adjustments(const CommandWanted& wanted, const JobInfo& job) {
    std::vector<std::string> notes;
    if (wanted.networkImplied) notes.emplace_back("--user-initiated implies --network any: it waits for a network");
    const auto raised = [&notes](const char* option, const std::optional<Duration>& asked, Duration made) {
        if (asked && *asked < made)
            notes.push_back(fmt::format("--{} {} is raised to {}, the least there is", option, formatDuration(*asked),
                                        formatDuration(made)));
    };
    raised("backoff", wanted.backoff, job.getInitialBackoff());
    if (job.isPeriodic()) raised("every", wanted.every, job.getPeriod()->interval);
    return notes;
}

namespace {

struct Class {
    const char* name;
    const char* limit; ///< the constant, by its key
};

Class classOf(JobClass kind) {
    switch (kind) {
    case JobClass::UserInitiated:
        return {"a user-initiated", "job.max_runtime_ui"};
    case JobClass::Expedited:
        return {"an expedited", "run.max_ej"};
    case JobClass::Regular:
        break;
    }
    return {"a regular", "run.max_free"};
}

Result<Duration> durationOf(const std::vector<wire::PolicyRow>& rows, std::string_view key) {
    for (const wire::PolicyRow& row : rows)
        if (row.key == key) return parseDuration(row.value);
    return fail(Errc::SYSTEM, "this stintd has no constant {}", key);
}

} // namespace

Result<RunLimits> askForLimits(Daemon& daemon, JobClass kind) {
    RunLimits limits;
    auto rows = STINT_TRY(daemon.ask(calls::policy()));
    limits.longest = STINT_TRY(durationOf(rows, classOf(kind).limit));
    limits.answer = STINT_TRY(durationOf(rows, "job.op_timeout"));
    if (kind == JobClass::UserInitiated) return limits;
    auto quotas = STINT_TRY(daemon.ask(calls::quota(std::string(shellPackage))));
    limits.quota = kind == JobClass::Expedited ? quotas.expedited : quotas.regular;
    return limits;
}

Result<void> checkHeld(Daemon& daemon, const CgroupLimits& limits) {
    if (!limits.any()) return {};
    const auto findings = STINT_TRY(daemon.ask(calls::diagnose()));
    for (const Controller needed : neededFor(limits)) {
        const auto finding = std::ranges::find(findings, limitTopic(needed), &wire::Finding::topic);
        if (finding == findings.end())
            return fail(Errc::SYSTEM, "-p {}: this stintd knows of no such limits; restart it", textOf(limits));
        if (finding->grade != wire::Finding::Grade::Enforced)
            return fail(Errc::SYSTEM, "-p {} cannot be held here: {} (stint doctor)", textOf(limits), finding->found);
    }
    return {};
}

std::string limitText(const RunLimits& limits, JobClass kind, WallTime now) {
    std::string text = fmt::format("may run for {} at a time, as {} job, from its beginning again until it is done",
                                   roughDuration(limits.longest), classOf(kind).name);
    const QuotaView& quota = limits.quota;
    if (quota.allowed && quota.left && !quota.free)
        text += fmt::format("; all commands together for {}, {}", allowanceText(quota),
                            *quota.left > Duration{0} ? leftText(quota) + " left" : standingText(quota, now));
    return text;
}

} // namespace stint::cli
