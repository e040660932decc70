// The page's questions about single jobs, beside what its stream brings.
#include <memory>

#include <fmt/format.h>

#include "base/result/fail.hpp"
#include "contract/rules/carries.hpp"
#include "faces/control/calls.hpp"
#include "faces/taskmanager/arguments.hpp"
#include "faces/taskmanager/outcome.hpp"
#include "faces/taskmanager/paths.hpp"
#include "faces/taskmanager/topic_json.hpp"
#include "faces/views/job_log.hpp"
#include "faces/views/json.hpp"

namespace stint::taskmanager {
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

} // namespace stint::taskmanager
