// scenario.md, expectations of state: compares them with the core's answers to the questions that edges ask.
#include <algorithm>

#include <fmt/format.h>

#include "base/time/time.hpp"
#include "contract/core/scheduler.hpp"
#include "sim/world/finding.hpp"

namespace stint::sim {
namespace {

/// The expected facts, each beside the actual one.
class Comparison {
public:
    void add(bool holds, std::string expected, std::string is) {
        expected_ += (expected_.empty() ? "" : ", ") + std::move(expected);
        if (!holds) instead_ += (instead_.empty() ? "" : ", ") + std::move(is);
    }
    Finding finding(const std::string& whom, const Moment& moment) const {
        Finding finding{.location = moment.location,
                        .expected = fmt::format("{}: {}", whom, expected_),
                        .at = moment.now.elapsed - moment.zero};
        if (!instead_.empty()) finding.happened = instead_;
        return finding;
    }

private:
    std::string expected_;
    std::string instead_;
};

std::string_view nameOf(action::Is is) {
    switch (is) {
    case action::Is::Running:
        return "running";
    case action::Is::Pending:
        return "pending";
    case action::Is::Absent:
        return "absent";
    }
    return "unknown";
}

action::Is stateOf(const std::optional<JobView>& view) {
    if (!view || view->state == JobView::State::Finished) return action::Is::Absent;
    return view->state == JobView::State::Running ? action::Is::Running : action::Is::Pending;
}

template <class Reasons> std::string listOf(const Reasons& reasons) {
    std::string names;
    for (const PendingReason reason : reasons)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", stint::nameOf(reason));
    return fmt::format("why [{}]", names);
}

std::string nextText(const std::optional<Duration>& next) {
    return next ? fmt::format("next {}", formatDuration(*next)) : "next unknown";
}

template <class Fact>
void compare(Comparison& comparison, std::string_view name, const std::optional<Fact>& expected, const Fact& is) {
    if (expected)
        comparison.add(*expected == is, fmt::format("{} {}", name, *expected), fmt::format("{} {}", name, is));
}

std::string idOf(const JobKey& job) {
    return job.space.empty() ? fmt::format("{}", job.id.value) : fmt::format("{}#{}", job.space, job.id.value);
}

void compareRow(Comparison& comparison, const action::TaskManagerRow& expected, const AppId& app,
                const Moment& moment) {
    const auto rows = moment.core.tasks(moment.now);
    const auto row = std::ranges::find_if(rows, [&](const TaskRow& one) { return one.app == app && one.started; });
    const bool there = row != rows.end();
    compare(comparison, "row", expected.row, there);
    compare(comparison, "stop", expected.stop, there && row->stopButton);
    if (!expected.jobs) return;
    std::vector<std::string> jobs;
    for (const JobView& job : there ? row->jobs : std::vector<JobView>{})
        jobs.push_back(idOf(job.key));
    auto wanted = *expected.jobs;
    std::ranges::sort(jobs);
    std::ranges::sort(wanted);
    comparison.add(jobs == wanted, fmt::format("jobs [{}]", fmt::join(wanted, ", ")),
                   fmt::format("jobs [{}]", fmt::join(jobs, ", ")));
}

std::string leftText(std::optional<Duration> left) { return left ? formatDuration(*left) : "no limit"; }

void compareLimits(Comparison& comparison, const action::ExpectApp& expect, const AppView& app) {
    if (expect.bucket) {
        const std::string is{stint::nameOf(app.bucket)};
        comparison.add(*expect.bucket == is, "bucket " + *expect.bucket, "bucket " + is);
    }
    if (expect.networkAllowed) {
        const auto word = [](bool allowed) { return allowed ? "network allowed" : "network blocked"; };
        comparison.add(*expect.networkAllowed == app.networkAllowed, word(*expect.networkAllowed),
                       fmt::format("{} {}", word(app.networkAllowed), app.networkBecause));
    }
    const auto left = [&](std::string_view name, std::optional<Duration> expected, std::optional<Duration> is) {
        if (!expected) return;
        comparison.add(expected == is, fmt::format("{} {}", name, leftText(expected)),
                       fmt::format("{} {}", name, leftText(is)));
    };
    left("quota_left", expect.quotaLeft, app.quota.left);
    left("expedited_left", expect.expeditedLeft, app.expedited.left);
}

// scenario.md, time in a simulation: the deep machine's name for the state if it has one, else the light one's.
std::string_view dozeWord(const Doze& doze) {
    if (doze.deep == DeepState::Idle) return "idle";
    if (doze.deep == DeepState::IdleMaintenance) return "idle_maintenance";
    if (doze.light == LightState::Idle || doze.light == LightState::WaitingForNetwork) return "light_idle";
    if (doze.light == LightState::IdleMaintenance) return "light_maintenance";
    return "active";
}

} // namespace

Finding judge(const action::ExpectDevice& expect, const Moment& moment) {
    const std::string is{dozeWord(moment.core.deviceState().doze)};
    Comparison comparison;
    comparison.add(expect.doze == is, "doze " + expect.doze, "doze " + is);
    return comparison.finding("device", moment);
}

Finding judge(const action::ExpectJob& expect, const Moment& moment) {
    const auto view = moment.core.job(expect.job, moment.now);
    const action::Is is = stateOf(view);
    const bool absent = is == action::Is::Absent;
    const bool pending = is == action::Is::Pending;
    Comparison comparison;
    // This also reports a job without reasons, or one that does not exist.
    const bool asksOfWaiting = expect.why || expect.next || expect.nextUnknown;
    if (expect.is)
        comparison.add(*expect.is == is, std::string(nameOf(*expect.is)), std::string(nameOf(is)));
    else if (asksOfWaiting ? !pending : absent)
        comparison.add(false, asksOfWaiting ? "pending" : "tracked", std::string(nameOf(is)));
    if (expect.why) {
        const std::set<PendingReason> reasons =
            pending ? std::set(view->reasons.begin(), view->reasons.end()) : std::set<PendingReason>{};
        comparison.add(pending && reasons == *expect.why, listOf(*expect.why), listOf(reasons));
    }
    if (expect.next || expect.nextUnknown) {
        std::optional<Duration> next;
        if (pending && view->earliest) next = moment.now.elapsed - moment.zero + (*view->earliest - moment.now.wall);
        comparison.add(pending && next == expect.next, nextText(expect.next), nextText(next));
    }
    if (expect.failures) {
        const std::int64_t failures = absent ? 0 : view->failures;
        comparison.add(!absent && failures == *expect.failures, fmt::format("failures {}", *expect.failures),
                       fmt::format("failures {}", failures));
    }
    if (expect.keepsAwake) {
        const auto words = [](bool keeps) { return keeps ? "keeps_awake" : "not keeps_awake"; };
        const bool keeps = !absent && view->keepsAwake;
        comparison.add(keeps == *expect.keepsAwake, words(*expect.keepsAwake), words(keeps));
    }
    return comparison.finding(textOf(expect.job), moment);
}

Finding judge(const action::ExpectApp& expect, const Moment& moment) {
    const auto apps = moment.core.apps(moment.now);
    const auto view =
        std::ranges::find_if(apps, [&](const AppView& app) { return app.manifest.package == expect.app; });
    Comparison comparison;
    if (expect.state) {
        const std::string is{view == apps.end() ? "not installed" : nameOf(view->state)};
        const std::string wanted{stint::nameOf(*expect.state)};
        comparison.add(is == wanted, "state " + wanted, "state " + is);
    }
    if (view != apps.end()) compareLimits(comparison, expect, *view);
    if (expect.taskManager) compareRow(comparison, *expect.taskManager, expect.app, moment);
    return comparison.finding(expect.app.name, moment);
}

} // namespace stint::sim
