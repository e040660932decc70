#include "sim/scenario/scenario.hpp"

#include <algorithm>

#include "base/text/words.hpp"
#include "base/time/time.hpp"
#include "sim/scenario/parts.hpp"
#include "work/engine/job_of.hpp"

namespace stint::sim {
namespace {

// Reads the start before anything with a time: times of day count from it.
WallTime readStart(Yaml& yaml, const Node& document) {
    const Node start = document.IsMap() ? document["start"] : Node{};
    if (!document.IsMap() || !start) return defaultStart;
    return yaml.parsed<WallTime>(start, "start", parseTimeOfDay);
}

void readDocument(Yaml& yaml, const Node& document, Scenario& scenario) {
    const WallTime start = scenario.start = readStart(yaml, document);
    const auto already = [](const Node&) {};
    std::vector<Entry> ofLine;
    yaml.map(document, "a scenario",
             {{"title", [&](const Node& node) { scenario.title = yaml.text(node, "title"); }},
              {"policy", [&](const Node& node) { scenario.policy = readPolicyName(yaml, node); }},
              {"start", already},
              {"until",
               [&](const Node& node) {
                   scenario.until = readMoment(yaml, node, start);
                   scenario.untilLocation = locationOf(node);
               }},
              {"constants", [&](const Node& node) { scenario.constants = readConstants(yaml, node); }},
              {"network_budget", [&](const Node& node) { scenario.budgets = readBudgets(yaml, node); }},
              {"device",
               [&](const Node& node) {
                   scenario.device = readDevice(yaml, node);
                   scenario.deviceLocation = locationOf(node);
               }},
              {"apps",
               [&](const Node& node) {
                   yaml.names(node, "apps", [&](const Node& name, const Node& app) {
                       scenario.apps[readAppId(yaml, name)] = readApp(yaml, app);
                   });
               }},
              {"line", [&](const Node& node) { ofLine = readLineSetup(yaml, node, start); }},
              {"timeline", [&](const Node& node) { scenario.timeline = readTimeline(yaml, node, start); }},
              {"trace", [&](const Node& node) { scenario.trace = readTrace(yaml, node, start); }},
              {"totals", [&](const Node& node) { scenario.totals = readTotals(yaml, node, start); }},
              {"from", [&](const Node& node) { scenario.from = yaml.text(node, "from"); }},
              {"ticks", [&](const Node& node) {
                   scenario.recordedTicks = yaml.word<bool>(node, "ticks", {{"recorded", true}});
               }}});
    for (Entry& entry : ofLine) {
        const auto later =
            std::ranges::find_if(scenario.timeline, [&](const Entry& one) { return one.at >= entry.at; });
        scenario.timeline.insert(later, std::move(entry));
    }
}

} // namespace

Result<Scenario> readScenario(const std::string& text, const std::string& file) {
    Yaml yaml(file);
    Scenario scenario;
    scenario.file = file;
    yaml.read(text, [&](const Node& document) { readDocument(yaml, document, scenario); });
    // Where parts could not be read, this check would report them as missing.
    if (yaml.clean()) check(yaml, scenario);
    if (!yaml.clean()) return yaml.error();
    return scenario;
}

// The checks for mistakes that no single line shows: an event out of order, one that can never happen, a job or an app
// that is used before it exists. Without them a misspelt name could make an expectation hold for the wrong reason.

namespace {

template <class D> const JobKey* jobOf(const D& action) {
    if constexpr (requires { action.job; }) return &action.job;
    return nullptr;
}
template <class D> const AppId* appOf(const D& action) {
    if constexpr (requires { action.app; }) return &action.app;
    return nullptr;
}

// True if it may name a job before the entry that schedules it: an expectation, which fails if it wants the job to
// exist.
bool mayComeFirst(const Action& action) { return std::holds_alternative<action::ExpectJob>(action); }

// True if it may happen while the device is off.
bool happensElsewhere(const Action& action) {
    const auto* const message = std::get_if<action::Push>(&action);
    return (message && message->viaLine) || std::holds_alternative<action::ChangeDevice>(action) ||
           std::holds_alternative<action::ChangeServer>(action) || std::holds_alternative<action::ChangeLine>(action);
}

std::vector<JobKey> scheduledBy(const Action& action) {
    std::vector<JobKey> jobs;
    if (const auto* one = std::get_if<action::Schedule>(&action)) jobs.push_back(one->job);
    if (const auto* list = std::get_if<action::ScheduleAll>(&action))
        for (const action::Schedule& each : list->jobs)
            jobs.push_back(each.job);
    return jobs;
}

class Check {
public:
    Check(Yaml& yaml, const Scenario& scenario) : yaml_(yaml), scenario_(scenario) {
        for (const auto& [app, setup] : scenario.apps) {
            installed_.insert(app);
            if (setup.registrations > 0) registered_.insert(app);
        }
        everInstalled_ = installed_;
        for (const Entry& entry : scenario.timeline) {
            if (const auto* install = std::get_if<action::Install>(&entry.action))
                for (const auto& [app, setup] : install->apps) {
                    everInstalled_.insert(app);
                    if (setup.registrations > 0) registered_.insert(app);
                }
            for (const JobKey& job : scheduledBy(entry.action))
                firstCalls_.try_emplace(job, entry.location);
        }
    }

    void run() {
        for (const Entry& entry : scenario_.timeline)
            timeline(entry);
        for (const ExpectedEffect& effect : scenario_.trace)
            trace(effect);
        for (const ExpectedTotal& total : scenario_.totals) {
            if (total.job) known(total.location, *total.job);
            if (total.app) known(total.location, *total.app, everInstalled_);
        }
    }

private:
    void timeline(const Entry& entry) {
        order(entry);
        if (std::holds_alternative<action::Recorded>(entry.action) && !scenario_.from)
            yaml_.complain(entry.location,
                           "an event stands only in a recording, which says by `from:` what it begins with");
        if (const auto* install = std::get_if<action::Install>(&entry.action))
            for (const auto& [app, setup] : install->apps)
                installed_.insert(app);
        const auto* app = std::visit([](const auto& action) { return appOf(action); }, entry.action);
        if (app) known(entry.location, *app, installed_);
        const auto* message = std::get_if<action::Push>(&entry.action);
        if (message && message->viaLine && !registered_.contains(message->app))
            yaml_.complain(entry.location, "{} gets no messages from elsewhere; give it push: {{registrations: 1}}",
                           message->app.name);
        const auto* job = std::visit([](const auto& action) { return jobOf(action); }, entry.action);
        if (job) used(entry, *job);
        if (std::holds_alternative<action::ScheduleAll>(entry.action))
            for (const JobKey& each : scheduledBy(entry.action))
                used(entry, each);
        const auto* expect = std::get_if<action::ExpectApp>(&entry.action);
        if (expect && expect->taskManager) listed(entry.location, expect->app, *expect->taskManager);
    }

    void order(const Entry& entry) {
        if (entry.at < last_)
            yaml_.complain(entry.location, "{} is out of order: the entry before is at {}; write them in time order",
                           formatDuration(entry.at), formatDuration(last_));
        else if (entry.at < offUntil_ && !happensElsewhere(entry.action))
            yaml_.complain(
                entry.location,
                "at {} the device is off, until {}; only device:, server: and messages via the line may stand "
                "here",
                formatDuration(entry.at), formatDuration(offUntil_));
        if (scenario_.until && entry.at > *scenario_.until)
            yaml_.complain(entry.location, "{} is after the end of the run, until: {}", formatDuration(entry.at),
                           formatDuration(*scenario_.until));
        last_ = std::max(last_, entry.at);
        if (const auto* reboot = std::get_if<action::Reboot>(&entry.action)) offUntil_ = entry.at + reboot->offFor;
    }

    void used(const Entry& entry, const JobKey& job) {
        known(entry.location, job.app, installed_);
        if (!scheduledBy(entry.action).empty()) {
            scheduled_.insert(job);
            return;
        }
        // jobs.md §2.6: cancelling an unknown id is allowed.
        if (scheduled_.contains(job) || std::holds_alternative<action::Cancel>(entry.action)) return;
        const auto later = firstCalls_.find(job);
        if (later == firstCalls_.end()) return known(entry.location, job);
        if (!mayComeFirst(entry.action))
            yaml_.complain(entry.location, "{} is used before it is scheduled, in line {}", textOf(job),
                           later->second.line);
    }

    void listed(SourceLocation location, const AppId& app, const action::TaskManagerRow& row) {
        for (const std::string& id : row.jobs.value_or(std::vector<std::string>{}))
            if (const auto job = parseJob(app.name + "/" + id)) known(location, *job);
    }

    void trace(const ExpectedEffect& effect) {
        if (effect.job) known(effect.location, *effect.job);
        if (effect.app) known(effect.location, *effect.app, everInstalled_);
        if (effect.never || !effect.at) return;
        if (effect.at->to < lastEffect_)
            yaml_.complain(effect.location,
                           "{} is out of order: an effect before it comes at {}; write them in time order",
                           formatDuration(effect.at->to), formatDuration(lastEffect_));
        if (scenario_.until && effect.at->from > *scenario_.until)
            yaml_.complain(effect.location, "{} is after the end of the run, until: {}",
                           formatDuration(effect.at->from), formatDuration(*scenario_.until));
        lastEffect_ = std::max(lastEffect_, effect.at->from);
    }

    // Complains of a job or an app that is nowhere in the file. A recording's are in its snapshot and its events.
    void known(SourceLocation location, const JobKey& job) {
        if (job.space == SharedText(work::jobNamespace))
            return known(location, job.app, everInstalled_); // the work layer numbers them
        if (firstCalls_.contains(job) || scenario_.from) return;
        std::vector<std::string> names;
        for (const auto& [key, where] : firstCalls_)
            names.push_back(textOf(key));
        complainOfUnknown(location, fmt::format("no job {} is scheduled in this file", textOf(job)), textOf(job),
                          names);
    }
    void known(SourceLocation location, const AppId& app, const std::set<AppId>& apps) {
        if (apps.contains(app) || scenario_.from) return;
        std::vector<std::string> names;
        for (const AppId& id : apps)
            names.push_back(id.name);
        complainOfUnknown(location, fmt::format("no app {} is installed here", app.name), app.name, names);
    }
    void complainOfUnknown(SourceLocation location, const std::string& what, std::string_view name,
                           const std::vector<std::string>& names) {
        const std::vector<std::string_view> known{names.begin(), names.end()};
        const auto meant = nearest(name, known);
        yaml_.complain(location, "{}{}", what, meant ? fmt::format(" (did you mean {}?)", *meant) : "");
    }

    Yaml& yaml_;
    const Scenario& scenario_;
    std::set<AppId> installed_;
    std::set<AppId> everInstalled_;
    std::set<AppId> registered_; ///< that have a registration, once they are there
    std::map<JobKey, SourceLocation> firstCalls_;
    std::set<JobKey> scheduled_;
    Duration last_{0};
    Duration offUntil_{0};
    Duration lastEffect_{0};
};

} // namespace

void check(Yaml& yaml, const Scenario& scenario) { Check(yaml, scenario).run(); }

} // namespace stint::sim
