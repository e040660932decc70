#include "faces/cli/run/run_limits.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/time/time.hpp"
#include "contract/model/app.hpp"
#include "faces/views/limit_text.hpp"

namespace stint::cli {
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
    auto rows = STINT_TRY(daemon.policy());
    limits.longest = STINT_TRY(durationOf(rows, classOf(kind).limit));
    limits.answer = STINT_TRY(durationOf(rows, "job.op_timeout"));
    if (kind == JobClass::UserInitiated) return limits;
    auto quotas = STINT_TRY(daemon.quota(std::string(shellPackage)));
    limits.quota = kind == JobClass::Expedited ? quotas.expedited : quotas.regular;
    return limits;
}

Result<void> checkHeld(Daemon& daemon, const CgroupLimits& limits) {
    if (!limits.any()) return {};
    const auto findings = STINT_TRY(daemon.diagnose());
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
