// `stint run`: schedules a command, and follows it as long as a person wants: its output on stdout, the job's states on
// stderr.
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/fail.hpp"
#include "base/program.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "cli/daemon/lookup.hpp"
#include "cli/follow/follow.hpp"
#include "cli/line/commands.hpp"
#include "cli/line/constraint_options.hpp"
#include "cli/line/start_options.hpp"
#include "cli/print/json.hpp"
#include "cli/print/phrases.hpp"
#include "cli/run/callers_input.hpp"
#include "cli/run/logs_tail.hpp"
#include "cli/run/run_job.hpp"
#include "cli/run/run_limits.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/text.hpp"
#include "model/app.hpp"

namespace stint::cli {
namespace {

/// What a command inherits from this process: directory, umask, environment.
Result<Order> callersOrder() {
    Order order;
    order.directory = STINT_TRY(workingDirectory()).string();
    order.umask = ::umask(0);
    ::umask(order.umask);
    for (char** variable = environ; *variable; ++variable)
        order.environment.emplace_back(*variable);
    return order;
}

/// One `stint run`, from its arguments to its exit code.
class Commanding {
public:
    Commanding(const Arguments& given, const Screen& screen) : given_(given), screen_(screen) {}
    int run();

private:
    int check();
    int refused(const Error& error) const;
    Result<void> validate();
    Result<JobId> schedule(Daemon& daemon, const Spool& spool);
    Result<JobView> stateOf(Daemon& daemon, JobId id) const;
    void tellScheduled(const JobView& job);
    int follow(Daemon& daemon, JobView job, Signals& signals);
    int scheduled(const Spool& spool, Signals& signals);
    int detached(const JobView& job, int signal) const;
    int ended(const JobView& job) const;

    const Arguments& given_;
    const Screen& screen_;
    CommandWanted wanted_;
    StartTerms terms_;
    RunLimits limits_;
    JobClass kind_ = JobClass::Regular;
    std::vector<std::string> adjusted_;
    std::filesystem::path spool_;
    Bytes input_ = 0;         ///< read from stdin, for the command
    bool owesReboot_ = false; ///< that a reboot ends it is still to be said
};

int Commanding::refused(const Error& error) const {
    const Error told = withRegularInstead(error, kind_);
    return screen_.fail(fmt::format("cannot run {}", printable(given_.words[0])),
                        Error{told.code, withOptionsOf(*verbNamed("run"), told.message)});
}

/// Checks everything that can be checked before scheduling; 0 if all is right.
int Commanding::check() {
    auto order = callersOrder();
    if (!order.ok()) return refused(order.error());
    auto wanted = commandWantedBy(given_, *std::move(order));
    if (!wanted.ok()) return refused(wanted.error());
    wanted_ = std::move(*wanted);
    const auto at = startTimeIn(given_, wallNow());
    if (!at.ok()) return refused(at.error());
    terms_.at = *at;
    kind_ = wanted_.userInitiated ? JobClass::UserInitiated
            : wanted_.expedited   ? JobClass::Expedited
                                  : JobClass::Regular;
    auto program = findProgram(wanted_.order.arguments.front(), wanted_.order.path(), wanted_.order.directory);
    if (program.ok()) return ends::ok;
    return screen_.fail(program.error().code == Errc::SECURITY ? ends::notExecutable : ends::noProgram,
                        printable(program.error().message));
}

/// Before stdin is read, which may take longer than a daemon lives, and before anything is written.
Result<void> Commanding::validate() {
    auto daemon = STINT_TRY(Daemon::connect(screen_));
    limits_ = STINT_TRY(askForLimits(daemon, kind_));
    terms_.after = STINT_TRY(keysOf(daemon, given_.values("after")));
    STINT_TRY(jobFor(wanted_, "", limits_.grace()));
    return {};
}

Result<JobId> Commanding::schedule(Daemon& daemon, const Spool& spool) {
    auto job = STINT_TRY(jobFor(wanted_, spool.directory().string(), limits_.grace()));
    auto id = daemon.scheduleNew(job, AppId{std::string(shellPackage)}, terms_);
    const bool mayBeAccepted = !id.ok() && id.error().code == Errc::UNAVAILABLE;
    if (mayBeAccepted) return within("whether it was accepted, `stint jobs` tells", id.error());
    if (!id.ok()) {
        std::error_code ignored;
        std::filesystem::remove_all(spool.directory(), ignored);
        return id;
    }
    STINT_TRY(noteJob(spool, *id));
    adjusted_ = adjustments(wanted_, job);
    spool_ = spool.directory();
    return id;
}

/// The job was accepted. If the daemon has died since, following it notices, and waits.
Result<JobView> Commanding::stateOf(Daemon& daemon, JobId id) const {
    JobView accepted;
    accepted.key = {AppId{std::string(shellPackage)}, "", id};
    accepted.label = wanted_.label;
    auto job = daemon.watch(accepted.key);
    if (!job.ok() && job.error().code == Errc::UNAVAILABLE) return accepted;
    return job;
}

void Commanding::tellScheduled(const JobView& job) {
    if (screen_.json()) return screen_.print(jsonOf(job, Event{.name = "scheduled", .input = input_}));
    screen_.tell(fmt::format("{}: {}", textOf(job.key), limitText(limits_, kind_, wallNow())));
    for (const std::string& sentence : adjusted_)
        screen_.tell(sentence);
    if (input_ > 0)
        screen_.tell(fmt::format("it reads the {} of stdin, from the beginning in each run", formatSize(input_)));
    if (wanted_.every)
        screen_.tell(fmt::format("it runs every {} until it is cancelled (stint cancel {})",
                                 formatDuration(job.info ? job.info->getPeriod()->interval : *wanted_.every),
                                 shortTextOf(job.key)));
    // Whoever sees it begin, and follows it, is told when they leave.
    const bool begins = job.state != JobView::State::Pending && !given_.has("no-wait");
    owesReboot_ = begins && !wanted_.persisted;
    if (!begins && !wanted_.persisted) screen_.tell("a reboot ends it; with --persisted it goes on after one");
}

int Commanding::detached(const JobView& job, int signal) const {
    if (screen_.json()) screen_.print(jsonOf(job, Event{.name = "detached"}));
    std::string name = textOf(job.key);
    screen_.warn(fmt::format("detached; the command goes on as {} (stint logs -f {} to follow, stint cancel {} to "
                             "stop it){}",
                             name, job.key.id.value, name, owesReboot_ ? "; a reboot ends it" : ""));
    // After Ctrl-C the job still waits, and will go on (linux.md §A.10).
    return signal == SIGINT ? ends::waits : exitCodeOfSignal(signal);
}

int Commanding::ended(const JobView& job) const {
    const int code = exitCodeOf(*job.completed);
    if (code == ends::ok) return code;
    return screen_.fail(code, fmt::format("{}: {}", textOf(job.key), endText(*job.completed)));
}

int Commanding::follow(Daemon& daemon, JobView job, Signals& signals) {
    auto tail = LogTail::open(spool_, screen_, true);
    if (!tail.ok()) return refused(tail.error());
    // Under --json stdout has the job's states; `stint logs` has the output.
    const Beside output{tail->fd(), [&] { return screen_.json() ? Result<void>() : tail->take(); }};
    const Screen way = screen_.forLines();
    ProgressReporter reporter(way);
    auto followed = cli::follow(daemon, job, reporter, signals, way, output);
    if (!followed.ok()) return screen_.fail(fmt::format("lost sight of {}", textOf(job.key)), followed.error());
    return followed->signal ? detached(followed->job, *followed->signal) : ended(followed->job);
}

int Commanding::run() {
    if (const int code = check(); code != ends::ok) return code;
    // From here on Ctrl-C is read as data: once the job is accepted, its number must be printed.
    auto signals = Signals::open();
    if (!signals.ok()) return refused(signals.error());
    if (const auto valid = validate(); !valid.ok()) return refused(valid.error());
    CallersInput input(*signals, screen_);
    const auto spool = Spool::create(Spool::root(), wanted_.order, [&input] { return input.next(); });
    if (!spool.ok())
        return screen_.fail(input.exitCode(spool.error()),
                            fmt::format("cannot run {}: {}", printable(given_.words[0]), spool.error().message));
    input_ = input.size();
    return scheduled(*spool, *signals);
}

int Commanding::scheduled(const Spool& spool, Signals& signals) {
    auto daemon = Daemon::connect(screen_);
    if (!daemon.ok()) return refused(daemon.error());
    auto id = schedule(*daemon, spool);
    if (!id.ok()) return refused(id.error());
    auto job = stateOf(*daemon, *id);
    if (!job.ok()) return refused(job.error());
    tellScheduled(*job);
    const bool endless = wanted_.every.has_value();
    return given_.has("no-wait") || endless ? ends::ok : follow(*daemon, std::move(*job), signals);
}

std::vector<Option> with(std::vector<Option> options, const std::vector<Option>& more,
                         const std::vector<Option>& last) {
    options.insert(options.end(), more.begin(), more.end());
    options.insert(options.end(), last.begin(), last.end());
    return options;
}

int run(const Arguments& given, const Screen& screen) { return Commanding(given, screen).run(); }

} // namespace

Verb runVerb() {
    return {
        .name = "run",
        .words = "[OPTIONS] -- COMMAND [ARGS…]",
        .fewest = 1,
        .most = Verb::many,
        .passes = Verb::Passes::BehindDashes,
        .summary = "run a command as a job: when the device sees fit, until it ends well",
        .about =
            "The command runs as it would here: in this directory, with this umask and environment, but without a "
            "terminal. What is piped in or redirected to it (64 MiB at most) is read to its end before the command is "
            "scheduled, kept with the job, and read by each of its runs from the beginning; a terminal is not read, "
            "and < /dev/null gives it nothing, as in a loop that reads its own stdin. Its output is printed here, and "
            "kept for `stint logs` (the last 4 MiB "
            "at least, 8 at most). Ctrl-C detaches: the command goes on.\n"
            "Exit 0 is done. With any other code it is tried again, after 30 s and then twice as long each time. "
            "Where "
            "its conditions are lost, or its time is up, it is stopped: SIGTERM to all of its processes, SIGKILL to "
            "what is left some seconds later; it runs again, from its beginning, as soon as it may. Nothing that it "
            "started outlives it, nor a stop: what forks away is killed when the command ends.\n"
            "Ends as the command does: with its exit code, or 128 and the signal; with 126 or 127 at once where there "
            "is no such program; 75 where it goes on without this command, 77 where it was refused.",
        .options =
            with({{.names = "--user-initiated",
                   .value = "",
                   .help = "at once and for hours, because a person looks on; needs a network",
                   .setter = "setUserInitiated"},
                  {.names = "--expedited", .value = "", .help = "at once, for minutes", .setter = "setExpedited"}},
                 conditionOptions(&JobField::regular, "only with such a network (default: none is needed)"),
                 {{.names = "--persisted", .value = "", .help = "it outlives a reboot, too", .setter = "setPersisted"},
                  {.names = "--backoff",
                   .value = "DURATION",
                   .help = "the pause before the first retry (default: 30s; 10s at least)",
                   .setter = "setBackoffCriteria"},
                  {"--retries", "N", "tried again N times, then it has failed (default: without end)"},
                  {.names = "--every",
                   .value = "DURATION",
                   .help = "again and again, once in each period (1d; 15min at least), also after a reboot",
                   .setter = "setPeriodic"},
                  {"--name", "TEXT", "what lists of jobs call it (default: the command's words)"},
                  {"--no-wait", "", "schedule it and return"}}),
        .examples = {{"stint run -- make -C ~/project test", "as it were here, but whatever becomes of the terminal"},
                     {"stint run --charging --unmetered -- ./backup.sh", "when it costs nothing"},
                     {"stint run --every 1d --device-idle -- updatedb", "while nobody looks"}},
        .run = run,
        .elsewhere = {"exec", "submit", "enqueue", "at", "cron"}};
}

} // namespace stint::cli
