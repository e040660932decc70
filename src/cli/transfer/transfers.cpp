#include "cli/transfer/transfers.hpp"

#include <csignal>
#include <optional>
#include <variant>

#include <fmt/core.h>

#include "base/fail.hpp"
#include "cli/daemon/job_name.hpp"
#include "cli/follow/follow.hpp"
#include "cli/print/json.hpp"
#include "cli/print/phrases.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/text.hpp"
#include "model/app.hpp"

namespace stint::cli {
namespace {

/// A line that broke before the answer tells nothing of the call (include/stint/result.hpp): say where to look.
Error fateOf(Error error) {
    if (error.code == Errc::Unavailable) error.message += "; whether it was accepted, `stint jobs` tells";
    return error;
}

/// A job that was accepted, and what it is for.
struct Accepted {
    const Errand& errand;
    JobView job;
};

/// One command, from its errands to its exit code.
class Transferring {
public:
    Transferring(const Arguments& given, const Screen& screen) : given_(given), screen_(screen) {}
    int run(const std::vector<Errand>& errands);

private:
    int refused(const Errand& errand, const Error& error) const;
    int notAdmitted(const Errand& errand) const;
    Result<std::optional<JobId>> schedule(Daemon& daemon, const Errand& errand);
    Result<std::optional<JobId>> schedule(Daemon& daemon, const Errand& errand, Manner manner) const;
    Result<JobView> stateOf(Daemon& daemon, const Errand& errand, JobId id) const;
    int accept(Daemon& daemon, const Errand& errand);
    void tellScheduled(const Accepted& one) const;
    void note(const JobView& state);
    void catchUp(Daemon& daemon);
    Result<void> find(Daemon& daemon, Accepted& one);
    int followAll(Daemon& daemon, Signals& signals);
    int follow(Daemon& daemon, Signals& signals, std::size_t which);
    int detached(std::size_t which, int signal) const;
    int ended(const Errand& errand, const JobView& job, const Telling& telling) const;

    const Arguments& given_;
    const Screen& screen_;
    std::vector<Accepted> accepted_;
    bool saidRegular_ = false;
    bool left_ = false; ///< by a signal: the rest is not followed
};

int Transferring::refused(const Errand& errand, const Error& error) const {
    return screen_.fail(fmt::format("cannot {}", errand.deed), error);
}

int Transferring::notAdmitted(const Errand& errand) const {
    return screen_.fail(ends::refused,
                        fmt::format("cannot {} as a user-initiated job: this command is not in the foreground of a "
                                    "terminal, so no person is seen to look on; without --user-initiated it is "
                                    "scheduled as a regular job",
                                    errand.deed));
}

Result<std::optional<JobId>> Transferring::schedule(Daemon& daemon, const Errand& errand, Manner manner) const {
    auto job = STINT_TRY(errand.job(manner));
    return daemon.scheduleNew(job, AppId{std::string(transferPackage)});
}

/// User-initiated where a person looks on, else regular; which of them a process is, the daemon has the last word
/// (jobs.md §2.3). nullopt: it was to be user-initiated, and may not.
Result<std::optional<JobId>> Transferring::schedule(Daemon& daemon, const Errand& errand) {
    bool insists = given_.has("user-initiated");
    if (insists || inTerminalForeground()) {
        auto id = STINT_TRY(schedule(daemon, errand, Manner::UserInitiated));
        if (id || insists) return id;
    }
    if (!saidRegular_)
        screen_.tell("not in the foreground of a terminal: scheduled as a regular job, with the same conditions");
    saidRegular_ = true;
    return schedule(daemon, errand, Manner::Regular);
}

/// The job was accepted. Where the daemon died since, following it finds that out, and waits.
Result<JobView> Transferring::stateOf(Daemon& daemon, const Errand& errand, JobId id) const {
    JobView known;
    known.key = {AppId{std::string(transferPackage)}, "", id};
    known.label = errand.label;
    auto job = daemon.watch(known.key);
    if (!job.ok() && job.error().code == Errc::Unavailable) return known;
    return job;
}

int Transferring::accept(Daemon& daemon, const Errand& errand) {
    auto id = schedule(daemon, errand);
    if (!id.ok()) return refused(errand, fateOf(id.error()));
    if (!*id) return notAdmitted(errand);
    auto job = stateOf(daemon, errand, **id);
    if (!job.ok()) return refused(errand, job.error());
    accepted_.push_back({errand, std::move(*job)});
    tellScheduled(accepted_.back());
    return ends::ok;
}

void Transferring::tellScheduled(const Accepted& one) const {
    if (screen_.json())
        screen_.print(jsonOf(one.job, Event{"scheduled", one.errand.place}));
    else
        screen_.tell(fmt::format("{}: {}", textOf(one.job.key), one.errand.going));
}

/// From `which` on, none is followed any more.
int Transferring::detached(std::size_t which, int signal) const {
    std::string all;
    std::string numbers;
    for (std::size_t i = which; i < accepted_.size(); ++i) {
        const JobView& job = accepted_[i].job;
        if (screen_.json()) screen_.print(jsonOf(job, Event{"detached", accepted_[i].errand.place}));
        all += fmt::format("{}{}", i == which ? "" : ", ", textOf(job.key));
        numbers += fmt::format("{}{}", i == which ? "" : ", ", shortTextOf(job.key));
    }
    bool one = which + 1 == accepted_.size();
    screen_.trouble(one ? fmt::format("detached; the transfer goes on as {} (stint watch {} to follow, stint cancel {} "
                                      "to stop it)",
                                      all, numbers, numbers)
                        : fmt::format("detached; the transfers go on as {} (stint watch {} to follow one, stint cancel "
                                      "to stop it)",
                                      all, shortTextOf(accepted_[which].job.key)));
    // Ctrl-C is a person's "I have seen enough": it waits, and will go on (linux.md §A.10).
    return signal == SIGINT ? ends::waits : exitCodeOfSignal(signal);
}

int Transferring::ended(const Errand& errand, const JobView& job, const Telling& telling) const {
    int code = exitCodeOf(*job.completed);
    if (code != ends::ok) return screen_.fail(code, fmt::format("cannot {}: {}", errand.deed, endText(*job.completed)));
    if (!screen_.json() && !screen_.quiet()) screen_.print(measuredEndText(*job.completed, telling.seen()));
    return code;
}

/// Of whichever of them `state` is. A number is free again once its job has ended, and the next one may have it.
void Transferring::note(const JobView& state) {
    bool ended = state.state == JobView::State::Finished;
    for (auto& [errand, job] : accepted_) {
        bool open = job.key == state.key && job.state != JobView::State::Finished;
        if (!open || (!ended && job.scheduled != WallTime{} && job.scheduled != state.scheduled)) continue;
        job = state;
        return;
    }
}

void Transferring::catchUp(Daemon& daemon) {
    auto news = daemon.takeNews();
    if (!news.ok()) return; // the next call meets the same, and says it
    for (const auto& one : *news)
        if (const auto* state = std::get_if<JobView>(&one)) note(*state);
}

/// Its state as it is now: the others went on while the one before was followed. What ended long ago is told by the
/// news of it alone, for the daemon remembers only the last ends of an app.
Result<void> Transferring::find(Daemon& daemon, Accepted& one) {
    catchUp(daemon);
    if (one.job.state == JobView::State::Finished) return {};
    auto now = present(daemon, one.job);
    if (now.ok()) {
        one.job = std::move(*now);
        return {};
    }
    catchUp(daemon); // it ended while it was asked for
    bool known = one.job.state == JobView::State::Finished || now.error().code == Errc::Unavailable;
    return known ? Result<void>() : now.error();
}

int Transferring::follow(Daemon& daemon, Signals& signals, std::size_t which) {
    Accepted& one = accepted_[which];
    auto lost = [&](const Error& error) {
        return screen_.fail(fmt::format("lost sight of {}", textOf(one.job.key)), error);
    };
    if (auto found = which == 0 ? Result<void>() : find(daemon, one); !found.ok()) return lost(found.error());
    Telling telling(screen_);
    Beside rest{.others = [this](const JobView& state) { note(state); }};
    auto followed = cli::follow(daemon, one.job, telling, signals, screen_, &rest);
    telling.clear();
    if (!followed.ok()) return lost(followed.error());
    one.job = followed->job;
    left_ = followed->signal.has_value();
    return left_ ? detached(which, *followed->signal) : ended(one.errand, one.job, telling);
}

int Transferring::followAll(Daemon& daemon, Signals& signals) {
    int code = ends::ok;
    for (std::size_t i = 0; i < accepted_.size() && !left_; ++i) {
        int one = follow(daemon, signals, i);
        if (code == ends::ok) code = one;
    }
    return code;
}

int Transferring::run(const std::vector<Errand>& errands) {
    // From here on Ctrl-C is read, not suffered: once a job is accepted, its number must be told.
    auto signals = Signals::open();
    if (!signals.ok()) return refused(errands.front(), signals.error());
    auto daemon = Daemon::connect();
    if (!daemon.ok()) return refused(errands.front(), daemon.error());
    int code = ends::ok;
    for (const Errand& errand : errands) {
        code = accept(*daemon, errand);
        if (code != ends::ok) break; // what refused one refuses the next
    }
    if (given_.has("no-wait")) return code;
    int followed = followAll(*daemon, *signals);
    return code == ends::ok ? followed : code;
}

} // namespace

int transferAll(const Arguments& given, const Screen& screen, const std::vector<Errand>& errands) {
    return Transferring(given, screen).run(errands);
}

Result<std::filesystem::path> workingDirectory() {
    std::error_code error;
    auto here = std::filesystem::current_path(error);
    if (error) return fail(Errc::System, "the working directory is gone: {}", error.message());
    return here;
}

} // namespace stint::cli
