// A person's actions on the page: each is one call of the operator's verbs (the CLI's), and its answer in HTTP.
#include <fmt/format.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "contract/model/app.hpp"
#include "faces/control/calls.hpp"
#include "faces/taskmanager/arguments.hpp"
#include "faces/taskmanager/outcome.hpp"
#include "faces/taskmanager/paths.hpp"
#include "faces/views/explanation.hpp"
#include "faces/views/json_row.hpp"

namespace stint::taskmanager {
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

void actOn(DaemonLine& line, const Request& request, const Done& done, cli::Call<void> (*call)(const JobKey&)) {
    const auto job = jobIn(request);
    if (!job.ok()) return done(answerOf(job.error()));
    line.ask<void>(call(*job), [&line, job = *job, done](const Result<void>& acted) {
        if (!acted.ok()) return refuseJob(line, job, acted.error(), done);
        done(isDone());
    });
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

void cancelJob(DaemonLine& line, const Request& request, Done done) { actOn(line, request, done, cli::calls::cancel); }

void retryJob(DaemonLine& line, const Request& request, Done done) { actOn(line, request, done, cli::calls::retry); }

void runJobNow(DaemonLine& line, const Request& request, Done done) {
    const auto job = jobIn(request);
    if (!job.ok()) return done(answerOf(job.error()));
    line.ask<cli::Explanation>(
        cli::calls::explain(*job), [&line, job = *job, done](const Result<cli::Explanation>& before) {
            if (!before.ok()) return refuseJob(line, job, before.error(), done);
            if (before->job.state == JobView::State::Finished) return done(hasEnded(job));
            if (before->job.state == JobView::State::Running) return done(runNowAnswer(*before, {}));
            line.ask<cli::ShellAnswer>(cli::calls::shell(cli::calls::wordsToRunNow(job)),
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

} // namespace stint::taskmanager
