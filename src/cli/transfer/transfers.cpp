#include "cli/transfer/transfers.hpp"

#include <csignal>
#include <optional>
#include <variant>

#include <fmt/core.h>

#include "base/fail.hpp"
#include "base/try.hpp"
#include "cli/daemon/lookup.hpp"
#include "cli/follow/follow.hpp"
#include "cli/print/json.hpp"
#include "cli/print/phrases.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/text.hpp"
#include "model/app.hpp"

namespace stint::cli {
namespace {

/// If the connection broke before the answer, the call's fate is unknown (include/stint/result.hpp): say where to look.
Error fateOf(Error error) {
    if (error.code == Errc::Unavailable) error.message += "; whether it was accepted, `stint jobs` tells";
    return error;
}

/// An accepted job and its task.
struct Accepted {
    const TransferTask& task;
    JobView job;
};

/// One command, from its tasks to its exit code.
class Transferring {
public:
    Transferring(const Arguments& given, const Screen& screen) : given_(given), screen_(screen) {}
    int run(const std::vector<TransferTask>& tasks);

private:
    int refused(const TransferTask& task, const Error& error) const;
    int notAdmitted(const TransferTask& task) const;
    Result<std::optional<JobId>> schedule(Daemon& daemon, const TransferTask& task);
    Result<std::optional<JobId>> schedule(Daemon& daemon, const TransferTask& task, Manner manner) const;
    Result<JobView> stateOf(Daemon& daemon, const TransferTask& task, JobId id) const;
    int accept(Daemon& daemon, const TransferTask& task);
    void tellScheduled(const Accepted& one) const;
    void note(const JobView& state);
    void catchUp(Daemon& daemon);
    Result<void> find(Daemon& daemon, Accepted& one);
    int followAll(Daemon& daemon, Signals& signals);
    int follow(Daemon& daemon, Signals& signals, std::size_t which);
    int detached(std::size_t which, int signal) const;
    int ended(const TransferTask& task, const JobView& job, const ProgressReporter& reporter) const;

    const Arguments& given_;
    const Screen& screen_;
    std::vector<Accepted> accepted_;
    bool saidRegular_ = false;
    bool left_ = false; ///< by a signal: follow no more
};

int Transferring::refused(const TransferTask& task, const Error& error) const {
    return screen_.fail(fmt::format("cannot {}", task.action), error);
}

int Transferring::notAdmitted(const TransferTask& task) const {
    return screen_.fail(ends::refused,
                        fmt::format("cannot {} as a user-initiated job: this command is not in the foreground of a "
                                    "terminal, so nobody is seen to watch; without --user-initiated it is "
                                    "scheduled as a regular job",
                                    task.action));
}

Result<std::optional<JobId>> Transferring::schedule(Daemon& daemon, const TransferTask& task, Manner manner) const {
    auto job = STINT_TRY(task.job(manner));
    return daemon.scheduleNew(job, AppId{std::string(transferPackage)});
}

/// User-initiated if a person watches, else regular; the daemon decides whether one does (jobs.md §2.3). nullopt: it
/// had to be user-initiated, and may not.
Result<std::optional<JobId>> Transferring::schedule(Daemon& daemon, const TransferTask& task) {
    const bool insists = given_.has("user-initiated");
    if (insists || inTerminalForeground()) {
        auto id = STINT_TRY(schedule(daemon, task, Manner::UserInitiated));
        if (id || insists) return id;
    }
    if (!saidRegular_)
        screen_.tell("not in the foreground of a terminal: scheduled as a regular job, with the same conditions");
    saidRegular_ = true;
    return schedule(daemon, task, Manner::Regular);
}

/// The job was accepted. If the daemon has died since, following it notices, and waits.
Result<JobView> Transferring::stateOf(Daemon& daemon, const TransferTask& task, JobId id) const {
    JobView known;
    known.key = {AppId{std::string(transferPackage)}, "", id};
    known.label = task.label;
    auto job = daemon.watch(known.key);
    if (!job.ok() && job.error().code == Errc::Unavailable) return known;
    return job;
}

int Transferring::accept(Daemon& daemon, const TransferTask& task) {
    auto id = schedule(daemon, task);
    if (!id.ok()) return refused(task, fateOf(id.error()));
    if (!*id) return notAdmitted(task);
    auto job = stateOf(daemon, task, **id);
    if (!job.ok()) return refused(task, job.error());
    accepted_.push_back({task, std::move(*job)});
    tellScheduled(accepted_.back());
    return ends::ok;
}

void Transferring::tellScheduled(const Accepted& one) const {
    if (screen_.json())
        screen_.print(jsonOf(one.job, Event{"scheduled", one.task.place}));
    else
        screen_.tell(fmt::format("{}: {}", textOf(one.job.key), one.task.going));
}

/// From `which` on, jobs are no longer followed.
int Transferring::detached(std::size_t which, int signal) const {
    std::string all;
    std::string numbers;
    for (std::size_t i = which; i < accepted_.size(); ++i) {
        const JobView& job = accepted_[i].job;
        if (screen_.json()) screen_.print(jsonOf(job, Event{"detached", accepted_[i].task.place}));
        all += fmt::format("{}{}", i == which ? "" : ", ", textOf(job.key));
        numbers += fmt::format("{}{}", i == which ? "" : ", ", shortTextOf(job.key));
    }
    const bool one = which + 1 == accepted_.size();
    screen_.warn(one ? fmt::format("detached; the transfer goes on as {} (stint watch {} to follow, stint cancel {} "
                                   "to stop it)",
                                   all, numbers, numbers)
                     : fmt::format("detached; the transfers go on as {} (stint watch {} to follow one, stint cancel "
                                   "to stop it)",
                                   all, shortTextOf(accepted_[which].job.key)));
    // After Ctrl-C the job still waits, and will go on (linux.md §A.10).
    return signal == SIGINT ? ends::waits : exitCodeOfSignal(signal);
}

int Transferring::ended(const TransferTask& task, const JobView& job, const ProgressReporter& reporter) const {
    const int code = exitCodeOf(*job.completed);
    if (code != ends::ok) return screen_.fail(code, fmt::format("cannot {}: {}", task.action, endText(*job.completed)));
    if (!screen_.json() && !screen_.quiet()) screen_.print(measuredEndText(*job.completed, reporter.seen()));
    return code;
}

/// Stores `state` with its job. A number is free once its job has ended, so the next job may have it.
void Transferring::note(const JobView& state) {
    const bool ended = state.state == JobView::State::Finished;
    for (auto& [task, job] : accepted_) {
        const bool open = job.key == state.key && job.state != JobView::State::Finished;
        if (!open || (!ended && job.scheduled != WallTime{} && job.scheduled != state.scheduled)) continue;
        job = state;
        return;
    }
}

void Transferring::catchUp(Daemon& daemon) {
    auto news = daemon.takeNews();
    if (!news.ok()) return; // the next call fails likewise, and reports it
    for (const auto& one : *news)
        if (const auto* state = std::get_if<JobView>(&one)) note(*state);
}

/// Its present state: it went on while the one before was followed. The end of a job may be known only from its news,
/// because the daemon remembers only an app's last ends.
Result<void> Transferring::find(Daemon& daemon, Accepted& one) {
    catchUp(daemon);
    if (one.job.state == JobView::State::Finished) return {};
    auto now = present(daemon, one.job);
    if (now.ok()) {
        one.job = std::move(*now);
        return {};
    }
    catchUp(daemon); // it ended while it was asked for
    const bool known = one.job.state == JobView::State::Finished || now.error().code == Errc::Unavailable;
    return known ? Result<void>() : now.error();
}

int Transferring::follow(Daemon& daemon, Signals& signals, std::size_t which) {
    Accepted& one = accepted_[which];
    auto lost = [&](const Error& error) {
        return screen_.fail(fmt::format("lost sight of {}", textOf(one.job.key)), error);
    };
    if (auto found = which == 0 ? Result<void>() : find(daemon, one); !found.ok()) return lost(found.error());
    ProgressReporter reporter(screen_);
    const Beside rest{.others = [this](const JobView& state) { note(state); }};
    auto followed = cli::follow(daemon, one.job, reporter, signals, screen_, &rest);
    reporter.clear();
    if (!followed.ok()) return lost(followed.error());
    one.job = followed->job;
    left_ = followed->signal.has_value();
    return left_ ? detached(which, *followed->signal) : ended(one.task, one.job, reporter);
}

int Transferring::followAll(Daemon& daemon, Signals& signals) {
    int code = ends::ok;
    for (std::size_t i = 0; i < accepted_.size() && !left_; ++i) {
        const int one = follow(daemon, signals, i);
        if (code == ends::ok) code = one;
    }
    return code;
}

int Transferring::run(const std::vector<TransferTask>& tasks) {
    // From here on Ctrl-C is read as data: once a job is accepted, its number must be printed.
    auto signals = Signals::open();
    if (!signals.ok()) return refused(tasks.front(), signals.error());
    auto daemon = Daemon::connect(screen_);
    if (!daemon.ok()) return refused(tasks.front(), daemon.error());
    int code = ends::ok;
    for (const TransferTask& task : tasks) {
        code = accept(*daemon, task);
        if (code != ends::ok) break; // the next would be refused, too
    }
    if (given_.has("no-wait")) return code;
    const int followed = followAll(*daemon, *signals);
    return code == ends::ok ? followed : code;
}

} // namespace

int transferAll(const Arguments& given, const Screen& screen, const std::vector<TransferTask>& tasks) {
    return Transferring(given, screen).run(tasks);
}

} // namespace stint::cli
