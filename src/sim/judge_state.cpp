// scenario.md, expectations of state: the questions every edge may ask the core, compared with what is written.
#include <algorithm>

#include <fmt/format.h>

#include "base/time.hpp"
#include "core/scheduler.hpp"
#include "sim/finding.hpp"

namespace stint::sim {
namespace {

/// Facts that were expected, each with what is.
class Comparison {
public:
    void add(bool holds, std::string expected, std::string is) {
        expected_ += (expected_.empty() ? "" : ", ") + std::move(expected);
        if (!holds) instead_ += (instead_.empty() ? "" : ", ") + std::move(is);
    }
    Finding finding(const std::string& whom, const Moment& moment) const {
        Finding finding{.place = moment.place,
                        .expected = fmt::format("{}: {}", whom, expected_),
                        .at = moment.now.elapsed - moment.zero};
        if (!instead_.empty()) finding.happened = instead_;
        return finding;
    }

private:
    std::string expected_;
    std::string instead_;
};

std::string_view nameOf(deed::Is is) {
    switch (is) {
    case deed::Is::Running:
        return "running";
    case deed::Is::Pending:
        return "pending";
    case deed::Is::Absent:
        return "absent";
    }
    return "unknown";
}

deed::Is stateOf(const std::optional<JobView>& view) {
    if (!view || view->state == JobView::State::Finished) return deed::Is::Absent;
    return view->state == JobView::State::Running ? deed::Is::Running : deed::Is::Pending;
}

template <class Reasons> std::string listOf(const Reasons& reasons) {
    std::string names;
    for (PendingReason reason : reasons)
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

void compareRow(Comparison& comparison, const deed::TaskManagerRow& expected, const AppId& app, const Moment& moment) {
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

} // namespace

Finding judge(const deed::ExpectJob& expect, const Moment& moment) {
    const auto view = moment.core.job(expect.job, moment.now);
    const deed::Is is = stateOf(view);
    const bool absent = is == deed::Is::Absent;
    const bool pending = is == deed::Is::Pending;
    Comparison comparison;
    // What has no reasons, and what is not there at all, says so even where that was not asked.
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
    return comparison.finding(textOf(expect.job), moment);
}

Finding judge(const deed::ExpectApp& expect, const Moment& moment) {
    const auto apps = moment.core.apps(moment.now);
    const auto view =
        std::ranges::find_if(apps, [&](const AppView& app) { return app.manifest.package == expect.app; });
    Comparison comparison;
    if (expect.state) {
        const std::string is{view == apps.end() ? "not installed" : nameOf(view->state)};
        const std::string wanted{stint::nameOf(*expect.state)};
        comparison.add(is == wanted, "state " + wanted, "state " + is);
    }
    if (expect.taskManager) compareRow(comparison, *expect.taskManager, expect.app, moment);
    return comparison.finding(expect.app.name, moment);
}

} // namespace stint::sim
