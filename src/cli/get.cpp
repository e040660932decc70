// `stint get`: schedules a download, and follows it as long as a person wants to look on.
#include <filesystem>

#include <fmt/core.h>

#include "base/fail.hpp"
#include "cli/clock.hpp"
#include "cli/commands.hpp"
#include "cli/download.hpp"
#include "cli/exit_code.hpp"
#include "cli/follow.hpp"
#include "cli/get.hpp"
#include "cli/job_name.hpp"
#include "cli/json.hpp"
#include "cli/phrases.hpp"
#include "cli/text.hpp"
#include "model/app.hpp"

namespace stint::cli {
namespace {

Result<std::filesystem::path> workingDirectory() {
    std::error_code error;
    auto here = std::filesystem::current_path(error);
    if (error) return fail(Errc::System, "the working directory is gone: {}", error.message());
    return here;
}

/// A line that broke before the answer tells nothing of the call (include/stint/result.hpp): say where to look.
Error fateOf(Error error) {
    if (error.code == Errc::Unavailable) error.message += "; whether it was accepted, `stint jobs` tells";
    return error;
}

/// One `stint get`, from its words to its exit code.
class Getting {
public:
    Getting(const Arguments& given, const Screen& screen) : given_(given), screen_(screen), telling_(screen) {}
    int run();

private:
    int check();
    int refused(const Error& error) const;
    int notAdmitted() const;
    Result<std::optional<JobId>> schedule(Daemon& daemon);
    Result<std::optional<JobId>> schedule(Daemon& daemon, Manner manner);
    Result<JobView> stateOf(Daemon& daemon, JobId id) const;
    void tellScheduled(const JobView& job) const;
    int follow(Daemon& daemon, JobView job, Signals& signals);
    int detached(const JobView& job, int signal) const;
    int ended(const JobView& job) const;

    const Arguments& given_;
    const Screen& screen_;
    Telling telling_;
    Wanted wanted_;
};

int Getting::refused(const Error& error) const {
    return screen_.fail(fmt::format("cannot download {}", printable(given_.words[0])), error);
}

int Getting::notAdmitted() const {
    return screen_.fail(ends::refused,
                        fmt::format("cannot download {} as a user-initiated job: this command is not in the foreground "
                                    "of a terminal, so no person is seen to look on; without --user-initiated it is "
                                    "scheduled as a regular job",
                                    printable(wanted_.url)));
}

Result<std::optional<JobId>> Getting::schedule(Daemon& daemon, Manner manner) {
    auto job = STINT_TRY(jobFor(wanted_, manner));
    return daemon.scheduleNew(job, AppId{std::string(transferPackage)});
}

/// User-initiated where a person looks on, else regular; which of them a process is, the daemon has the last word
/// (jobs.md §2.3). nullopt: it was to be user-initiated, and may not.
Result<std::optional<JobId>> Getting::schedule(Daemon& daemon) {
    bool insists = given_.has("user-initiated");
    if (insists || inTerminalForeground()) {
        auto id = STINT_TRY(schedule(daemon, Manner::UserInitiated));
        if (id || insists) return id;
    }
    screen_.tell("not in the foreground of a terminal: scheduled as a regular job, with the same conditions");
    return schedule(daemon, Manner::Regular);
}

void Getting::tellScheduled(const JobView& job) const {
    std::string target = wanted_.target.native();
    if (screen_.json())
        screen_.print(jsonOf(job, Event{"scheduled", target}));
    else
        screen_.tell(fmt::format("{}: downloading to {}", textOf(job.key), printable(target)));
}

int Getting::detached(const JobView& job, int signal) const {
    telling_.clear();
    if (screen_.json()) screen_.print(jsonOf(job, Event{"detached", wanted_.target.native()}));
    std::string name = shortTextOf(job.key);
    screen_.trouble(fmt::format("detached; the transfer goes on as {} (stint watch {} to follow, stint cancel {} to "
                                "stop it)",
                                textOf(job.key), name, name));
    // Ctrl-C is a person's "I have seen enough": it waits, and will go on (linux.md §A.10).
    return signal == SIGINT ? ends::waits : exitCodeOfSignal(signal);
}

int Getting::ended(const JobView& job) const {
    int code = exitCodeOf(*job.completed);
    if (code != ends::ok)
        return screen_.fail(code,
                            fmt::format("cannot download {}: {}", printable(wanted_.url), endText(*job.completed)));
    if (!screen_.json() && !screen_.quiet()) screen_.print(measuredEndText(*job.completed, telling_.seen()));
    return code;
}

int Getting::follow(Daemon& daemon, JobView job, Signals& signals) {
    auto followed = cli::follow(daemon, job, telling_, signals, screen_);
    telling_.clear();
    if (!followed.ok()) return screen_.fail(fmt::format("lost sight of {}", textOf(job.key)), followed.error());
    return followed->signal ? detached(followed->job, *followed->signal) : ended(followed->job);
}

/// The job was accepted. Where the daemon died since, following it finds that out, and waits.
Result<JobView> Getting::stateOf(Daemon& daemon, JobId id) const {
    JobView accepted;
    accepted.key = {AppId{std::string(transferPackage)}, "", id};
    accepted.label = printable(wanted_.target.filename().native());
    auto job = daemon.watch(accepted.key);
    if (!job.ok() && job.error().code == Errc::Unavailable) return accepted;
    return job;
}

/// Everything that can be known to be wrong before a job is made of it; 0 where nothing is.
int Getting::check() {
    auto here = workingDirectory();
    if (!here.ok()) return refused(here.error());
    auto wanted = wantedBy(given_, *here);
    if (!wanted.ok()) return refused(wanted.error());
    wanted_ = std::move(*wanted);
    auto target = checkTarget(wanted_.target, wanted_.overwrite);
    if (target.ok()) return ends::ok;
    return screen_.fail(ends::cannotCreate,
                        fmt::format("cannot download {}: {}", printable(wanted_.url), target.error().message));
}

int Getting::run() {
    if (int code = check(); code != ends::ok) return code;
    // From here on Ctrl-C is read, not suffered: once the job is accepted, its number must be told.
    auto signals = Signals::open();
    if (!signals.ok()) return refused(signals.error());
    auto daemon = Daemon::connect();
    if (!daemon.ok()) return refused(daemon.error());
    auto id = schedule(*daemon);
    if (!id.ok()) return refused(fateOf(id.error()));
    if (!*id) return notAdmitted();
    auto job = stateOf(*daemon, **id);
    if (!job.ok()) return refused(job.error());
    tellScheduled(*job);
    return given_.has("no-wait") ? ends::ok : follow(*daemon, std::move(*job), *signals);
}

} // namespace

int get(const Arguments& given, const Screen& screen) { return Getting(given, screen).run(); }

} // namespace stint::cli
