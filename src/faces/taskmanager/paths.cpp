#include "faces/taskmanager/paths.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "contract/model/app.hpp"
#include "contract/model/reasons.hpp"
#include "contract/rules/validation.hpp"
#include "faces/control/calls.hpp"
#include "faces/taskmanager/output.hpp"
#include "faces/taskmanager/request.hpp"
#include "faces/taskmanager/topic_json.hpp"
#include "faces/views/explanation.hpp"
#include "faces/views/job.hpp"
#include "faces/views/json.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/output.hpp"

namespace stint::taskmanager {

// The page's questions about single jobs, beside what its stream brings.

namespace {

constexpr std::size_t mostJobs = 50;

/// The answers of a question about several jobs, in the order in which they were asked for.
struct Gathered {
    std::vector<std::string> jobs;
    std::size_t outstanding;
    Done done;

    void put(std::size_t place, std::string json) {
        jobs[place] = std::move(json);
        if (--outstanding == 0) done(jsonAnswer(fmt::format(R"({{"jobs":{}}})", arrayOf(jobs))));
    }
};
/// Receives one job's part of the answer.
using Tell = std::function<void(std::string json)>;

std::string unknownJob(const std::string& key, const Error& error) {
    return cli::dumped(cli::Json{{"key", key}, {"error", error.message}});
}

/// A job that has ended has no blockers; its log says what it waited for.
void explainEnded(DaemonLine& line, const JobView& job, const Tell& tell) {
    line.ask<std::vector<PastRun>>(cli::calls::log(job.key), [job, tell](const Result<std::vector<PastRun>>& runs) {
        const bool isTold = runs.ok() && !runs->empty();
        tell(cli::jsonOf(job, {}, isTold ? runs->back().waits : std::vector<HistoryEntry>{}));
    });
}

void explain(DaemonLine& line, const JobKey& key, const Tell& tell) {
    line.ask<cli::Explanation>(cli::calls::explain(key), [&line, key, tell](const Result<cli::Explanation>& it) {
        if (!it.ok()) return tell(unknownJob(textOf(key), it.error()));
        if (it->job.state == JobView::State::Finished) return explainEnded(line, it->job, tell);
        line.ask<std::vector<HistoryEntry>>(
            cli::calls::history(key), [it = *it, tell](const Result<std::vector<HistoryEntry>>& history) {
                tell(cli::jsonOf(it.job, it.blockers, history.ok() ? *history : std::vector<HistoryEntry>{}));
            });
    });
}

Answer logAnswer(const cli::JobLog& log) {
    std::vector<std::string> lines;
    for (const cli::LogLine& line : cli::linesOf(log))
        lines.push_back(cli::jsonOf(log.key, line));
    return jsonAnswer(fmt::format(R"({{"runs":{}}})", arrayOf(lines)));
}

/// The job's log, with its present state: `now` is none where the job ended so long ago that only its log is left.
void logOf(DaemonLine& line, const JobKey& key, const std::optional<JobView>& now, const Done& done) {
    line.ask<std::vector<PastRun>>(
        cli::calls::log(key), [&line, key, now, done](const Result<std::vector<PastRun>>& runs) {
            if (!runs.ok()) return done(answerOf(runs.error()));
            if (!now && runs->empty()) return done(refusal(404, fmt::format("there is no job {}", textOf(key))));
            cli::JobLog log{.key = key, .label = now ? now->label : std::string()};
            log.scheduled = now ? now->scheduled : runs->back().scheduled;
            log.runs = cli::runsOf(*runs, log.scheduled);
            if (!now || now->state == JobView::State::Finished) return done(logAnswer(log));
            log.now = now;
            line.ask<std::vector<HistoryEntry>>(cli::calls::history(key),
                                                [log, done](const Result<std::vector<HistoryEntry>>& waits) mutable {
                                                    if (waits.ok()) log.waits = *waits;
                                                    done(logAnswer(log));
                                                });
        });
}

} // namespace

void answerWhy(DaemonLine& line, const Request& request, Done done) {
    const auto names = valuesIn(request.query, "job");
    if (!names.ok()) return done(answerOf(names.error()));
    if (names->empty() || names->size() > mostJobs)
        return done(refusal(400, fmt::format("ask for 1 to {} jobs: /api/why?job=PACKAGE%2F7", mostJobs)));
    if (!line.isConnected()) return done(refusal(503, "no stintd runs"));
    const auto all = std::make_shared<Gathered>(std::vector<std::string>(names->size()), names->size(), done);
    for (std::size_t i = 0; i < names->size(); ++i) {
        const std::string& name = (*names)[i];
        const auto key = jobNamed(name);
        if (key.ok())
            explain(line, *key, [all, i](std::string json) { all->put(i, std::move(json)); });
        else
            all->put(i, unknownJob(name, key.error()));
    }
}

void answerLog(DaemonLine& line, const Request& request, Done done) {
    const auto names = valuesIn(request.query, "job");
    if (!names.ok()) return done(answerOf(names.error()));
    if (names->size() != 1) return done(refusal(400, "ask for one job: /api/log?job=PACKAGE%2F7"));
    const auto key = jobNamed(names->front());
    if (!key.ok()) return done(answerOf(key.error()));
    line.ask<JobView>(cli::calls::watch(*key), [&line, key = *key, done](const Result<JobView>& job) {
        if (job.ok()) return logOf(line, key, *job, done);
        if (job.error().code != Errc::ILLEGAL_ARGUMENT) return done(answerOf(job.error()));
        logOf(line, key, std::nullopt, done);
    });
}

void answerConstraints(DaemonLine&, const Request&, Done done) {
    std::vector<std::string> rows;
    for (const JobField* row : carriesTable())
        rows.push_back(cli::jsonOf(*row));
    done(jsonAnswer(fmt::format(R"({{"rows":{}}})", arrayOf(rows))));
}

// A day as the page draws it (jobs.md §9.5), and the forecast for a job if something were otherwise (§9.6).

namespace {

using cli::Json;

std::string jsonOfDay(const DayAsked& asked, const DayPage& all) {
    Json object = cli::header();
    object["from"] = cli::milliseconds(asked.from);
    object["to"] = cli::milliseconds(asked.to);
    object["runs"] = Json::array();
    for (const DayRun& run : all.runs) {
        Json& one = object["runs"].emplace_back(Json{{"key", textOf(run.key)}});
        cli::putRow(one, run);
        for (std::size_t i = 0; i < run.waits.size(); ++i) {
            Json& wants = one["waits"][i]["wants"] = Json::array();
            for (const PendingReason reason : run.waits[i].reasons)
                wants.push_back(wantOf(reason));
        }
    }
    object["device"] = cli::jsonRows(all.device);
    return cli::dumped(object);
}

/// Asks for the day page by page.
void askDay(DaemonLine& line, const DayAsked& asked, const std::shared_ptr<DayPage>& all, const Done& done) {
    line.ask<DayPage>(cli::calls::day(asked), [&line, asked, all, done](Result<DayPage> page) {
        if (!page.ok()) return done(answerOf(page.error()));
        all->append(*std::move(page));
        if (all->after.empty()) return done(jsonAnswer(jsonOfDay(asked, *all)));
        askDay(line, {asked.from, asked.to, all->after}, all, done);
    });
}

} // namespace

void answerDay(DaemonLine& line, const Request& request, Done done) {
    const auto span = spanIn(request.query);
    if (!span.ok()) return done(answerOf(span.error()));
    askDay(line, {span->first, span->second, {}}, std::make_shared<DayPage>(), done);
}

void foretell(DaemonLine& line, const Request& request, Done done) {
    const auto asked = whatIfIn(request.body);
    if (!asked.ok()) return done(answerOf(asked.error()));
    const auto job = jobNamed(asked->job);
    if (!job.ok()) return done(answerOf(job.error()));
    line.ask<Forecast>(cli::calls::whatIf(*job, asked->changes), [done](const Result<Forecast>& forecast) {
        if (!forecast.ok()) return done(answerOf(forecast.error()));
        Json object = Json::object();
        cli::putRow(object["forecast"], *forecast);
        done(jsonAnswer(cli::dumped(object)));
    });
}

// A person's actions on the page: each is one call of the operator's verbs (the CLI's), and its answer in HTTP.

namespace {

Answer isDone() { return jsonAnswer(R"({"ok":true})"); }

Result<JobKey> jobIn(const Request& request) {
    const auto strings = STINT_TRY(stringsIn(request.body, {"job"}));
    return jobNamed(strings.front());
}

Answer hasEnded(const JobKey& job) { return refusal(409, fmt::format("{} has ended already", textOf(job))); }

/// 404 for an unknown job, 409 for one that has ended: the daemon may call either one a wrong argument.
void refuseJob(DaemonLine& line, const JobKey& job, const Error& error, const Done& done) {
    if (error.code != Errc::ILLEGAL_ARGUMENT) return done(answerOf(error));
    line.ask<JobView>(cli::calls::watch(job), [job, error, done](const Result<JobView>& view) {
        const bool isOver = view.ok() && view->state == JobView::State::Finished;
        done(isOver ? hasEnded(job) : answerOf(error, 404));
    });
}

using CallForJob = std::function<cli::Call<void>(const JobKey&)>;

/// Called for each job for which it went well.
using AfterJob = void (*)(const JobKey&);

/// The jobs of which it was refused, each with the error; answered when all calls have come back.
struct Refusals {
    cli::Json failed = cli::Json::array();
    std::size_t outstanding;
    Done done;
    AfterJob after;

    void came(const JobKey& job, const Result<void>& acted) {
        if (acted.ok() && after) after(job);
        if (!acted.ok()) failed.push_back({{"key", textOf(job)}, {"error", acted.error().message}});
        if (--outstanding == 0) done(jsonAnswer(cli::dumped(cli::Json{{"failed", std::move(failed)}})));
    }
};

/// Makes one call for each, in their order.
void actOnEach(DaemonLine& line, const std::vector<JobKey>& jobs, const Done& done, const CallForJob& call,
               AfterJob after) {
    if (!line.isConnected()) return done(refusal(503, "no stintd runs"));
    const auto all = std::make_shared<Refusals>(Refusals{.outstanding = jobs.size(), .done = done, .after = after});
    for (const JobKey& job : jobs)
        line.ask<void>(call(job), [all, job](const Result<void>& acted) { all->came(job, acted); });
}

void actOn(DaemonLine& line, const ActedOn& on, const Done& done, const CallForJob& call, AfterJob after = nullptr) {
    if (on.several) return actOnEach(line, on.jobs, done, call, after);
    const JobKey& job = on.jobs.front();
    line.ask<void>(call(job), [&line, job, done, after](const Result<void>& acted) {
        if (!acted.ok()) return refuseJob(line, job, acted.error(), done);
        if (after) after(job);
        done(isDone());
    });
}

void actOn(DaemonLine& line, const Request& request, const Done& done, const CallForJob& call,
           AfterJob after = nullptr) {
    const auto on = actedOnIn(request.body);
    if (!on.ok()) return done(answerOf(on.error()));
    actOn(line, *on, done, call, after);
}

/// The blockers that the run passed over, or those that it could not pass over.
Answer runNowAnswer(const cli::Explanation& before, const cli::ShellAnswer& shell) {
    cli::Json object = cli::Json::object();
    if (shell.code == 0)
        object["ok"] = true;
    else
        object["error"] = cli::whyNotRunNow(before, shell);
    object["runs"] = shell.code == 0;
    object["blockers"] = cli::jsonRows(before.blockers);
    Answer answer = jsonAnswer(cli::dumped(object));
    if (shell.code != 0) answer.status = 409;
    return answer;
}

} // namespace

void pauseJob(DaemonLine& line, const Request& request, Done done) {
    actOn(line, request, done, [](const JobKey& job) { return cli::calls::hold(job, true); });
}

void resumeJob(DaemonLine& line, const Request& request, Done done) {
    actOn(line, request, done, [](const JobKey& job) { return cli::calls::hold(job, false); });
}

/// A job that starts after another (jobs.md §14.1) has the higher number. It goes first, or the other's end would start
/// it.
void cancelJob(DaemonLine& line, const Request& request, Done done) {
    auto on = actedOnIn(request.body);
    if (!on.ok()) return done(answerOf(on.error()));
    std::ranges::stable_sort(on->jobs, std::greater{}, [](const JobKey& job) { return job.id; });
    actOn(line, *on, done, cli::calls::cancel);
}

void moveJob(DaemonLine& line, const Request& request, Done done) {
    const auto on = actedOnIn(request.body, {"to"});
    if (!on.ok()) return done(answerOf(on.error()));
    const auto to = moveToNamed(on->more.front());
    if (!to) return done(refusal(400, "\"to\" must be top, up, down or bottom"));
    actOn(line, *on, done, [to = *to](const JobKey& job) { return cli::calls::move(job, to); });
}

void retryJob(DaemonLine& line, const Request& request, Done done) { actOn(line, request, done, cli::calls::retry); }

void clearJob(DaemonLine& line, const Request& request, Done done) {
    actOn(line, request, done, cli::calls::clear, cli::forgetCleared);
}

void runJobNow(DaemonLine& line, const Request& request, Done done) {
    const auto job = jobIn(request);
    if (!job.ok()) return done(answerOf(job.error()));
    line.ask<cli::Explanation>(
        cli::calls::explain(*job), [&line, job = *job, done](const Result<cli::Explanation>& before) {
            if (!before.ok()) return refuseJob(line, job, before.error(), done);
            if (before->job.state == JobView::State::Finished) return done(hasEnded(job));
            if (before->job.state == JobView::State::Running) return done(runNowAnswer(*before, {}));
            line.ask<cli::ShellAnswer>(cli::calls::runNow(job),
                                       [before = *before, done](const Result<cli::ShellAnswer>& shell) {
                                           if (!shell.ok()) return done(answerOf(shell.error()));
                                           done(runNowAnswer(before, *shell));
                                       });
        });
}

void stopApp(DaemonLine& line, const Request& request, Done done) {
    const auto words = stringsIn(request.body, {"package"});
    if (!words.ok()) return done(answerOf(words.error()));
    line.ask<std::uint32_t>(cli::calls::stop(words->front()), [done](const Result<std::uint32_t>& killed) {
        if (!killed.ok()) return done(answerOf(killed.error(), 404));
        done(jsonAnswer(fmt::format(R"({{"ok":true,"killed":{}}})", *killed)));
    });
}

void setBattery(DaemonLine& line, const Request& request, Done done) {
    const auto words = stringsIn(request.body, {"package", "use"});
    if (!words.ok()) return done(answerOf(words.error()));
    if (!batteryUseNamed((*words)[1]))
        return done(refusal(400, "\"use\" must be unrestricted, optimized or restricted"));
    line.ask<void>(cli::calls::setBatteryUse((*words)[0], (*words)[1]),
                   [done](const Result<void>& set) { done(set.ok() ? isDone() : answerOf(set.error(), 404)); });
}

void resetDevice(DaemonLine& line, const Request& request, Done done) {
    const auto keys = listIn(request.body, "keys");
    if (!keys.ok()) return done(answerOf(keys.error()));
    line.ask<void>(cli::calls::resetDevice(*keys),
                   [done](const Result<void>& reset) { done(reset.ok() ? isDone() : answerOf(reset.error())); });
}

namespace {

// clang-format off
constexpr std::array paths{
    Path{"/enter",            "POST"},
    Path{"/metrics",          "GET",  answerMetrics},
    Path{"/api/events",       "GET"},
    Path{"/api/why",          "GET",  answerWhy},
    Path{"/api/log",          "GET",  answerLog},
    Path{"/api/day",          "GET",  answerDay},
    Path{"/api/work",         "GET"},
    Path{"/api/output",       "GET"},
    Path{"/api/output/file",  "GET",  answerOutputFile},
    Path{"/api/constraints",  "GET",  answerConstraints},
    Path{"/api/jobs/pause",   "POST", pauseJob},
    Path{"/api/jobs/resume",  "POST", resumeJob},
    Path{"/api/jobs/cancel",  "POST", cancelJob},
    Path{"/api/jobs/retry",   "POST", retryJob},
    Path{"/api/jobs/clear",   "POST", clearJob},
    Path{"/api/jobs/move",    "POST", moveJob},
    Path{"/api/jobs/run-now", "POST", runJobNow},
    Path{"/api/downloads",    "POST", nullptr, 64 << 10},
    Path{"/api/apps/stop",    "POST", stopApp},
    Path{"/api/apps/battery", "POST", setBattery},
    Path{"/api/device/reset", "POST", resetDevice},
    Path{"/api/what-if",      "POST", foretell},
};
// clang-format on

} // namespace

const Path* pathNamed(std::string_view name) {
    const auto found = std::ranges::find(paths, name, &Path::name);
    return found == paths.end() ? nullptr : &*found;
}

const entrance::House house{.cookie = "stint", .command = "stint ui", .api = "/api/", .methodOf = [](auto path) {
                                const Path* const its = pathNamed(path);
                                return its ? its->method : std::string_view();
                            }};

} // namespace stint::taskmanager
