#include "faces/cli/run/commanding.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "base/unix/paths.hpp"
#include "contract/model/app.hpp"
#include "faces/cli/line/job_options.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/run/run_job.hpp"
#include "faces/control/lookup.hpp"
#include "faces/control/servers.hpp"
#include "faces/follow/follow.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json.hpp"
#include "faces/views/phrases.hpp"
#include "programs/spool/spool.hpp"

namespace stint::cli {
namespace {

constexpr std::size_t piece = 65536;

} // namespace

/// Sleeps until there is something to read.
Result<void> CallersInput::await() {
    if (since_ == Duration{0}) since_ = steadyNow();
    std::array<pollfd, 2> watched{{{STDIN_FILENO, POLLIN, 0}, {signals_.fd(), POLLIN, 0}}};
    while (watched[0].revents == 0) {
        const Duration left = since_ + silence - steadyNow();
        const int timeout = told_ ? -1 : static_cast<int>(std::max(0ms, left).count());
        if (::poll(watched.data(), watched.size(), timeout) < 0 && errno != EINTR)
            return fail(Errc::SYSTEM, "cannot wait for stdin: {}", std::strerror(errno));
        while (const auto signal = signals_.take())
            if (*signal != SIGWINCH) signal_ = signal;
        if (signal_) return fail(Errc::SYSTEM, "interrupted while stdin was read; nothing was scheduled");
        if (told_ || steadyNow() - since_ < silence) continue;
        screen_.warn("reads stdin to its end, for the command to read it; < /dev/null gives it nothing to read");
        told_ = true;
    }
    return {};
}

Result<std::string> CallersInput::next() {
    std::string text;
    if (::isatty(STDIN_FILENO) != 0) return text;
    for (;;) {
        STINT_TRY(await());
        text.resize(piece);
        const ssize_t read = ::read(STDIN_FILENO, text.data(), text.size());
        if (read < 0 && (errno == EAGAIN || errno == EINTR)) continue; // another process reads it, too
        if (read < 0) return fail(Errc::SYSTEM, "cannot read stdin: {}", std::strerror(errno));
        text.resize(static_cast<std::size_t>(read));
        size_ += read;
        if (size_ <= most) return text;
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "stdin has more than {}, the most that is kept; let the command open the file itself, as in "
                    "sh -c 'exec sort < FILE'",
                    formatSize(most));
    }
}

int CallersInput::exitCode(const Error& error) const {
    if (signal_) return exitCodeOfSignal(*signal_);
    return size_ > most ? ends::badData : exitCodeOf(error.code);
}

namespace {

/// The part of an order that a command inherits from this process: directory, umask, environment.
Result<Order> callersOrder() {
    Order order;
    const std::filesystem::path directory = STINT_TRY(workingDirectory());
    order.directory = directory.string();
    order.umask = ::umask(0);
    ::umask(order.umask);
    for (char** variable = environ; *variable; ++variable)
        order.environment.emplace_back(*variable);
    return order;
}

} // namespace

int Commanding::refused(const Error& error) const {
    const Error refusal = withRegularInstead(error, kind_);
    return screen_.fail(trouble(), Error{refusal.code, withOptionsOf(*verbNamed(verb_), refusal.message)});
}

std::string Commanding::trouble() const { return fmt::format("cannot {} {}", verb_, printable(subject())); }

/// Checks all that needs no daemon; 0 if all is right.
int Commanding::check() {
    auto order = callersOrder();
    if (!order.ok()) return refused(order.error());
    auto wanted = commandWantedBy(given_, *std::move(order));
    if (!wanted.ok()) return refused(wanted.error());
    wanted_ = std::move(*wanted);
    auto terms = startTermsIn(given_, wallNow());
    if (!terms.ok()) return refused(terms.error());
    terms_ = std::move(*terms);
    app_ = AppId{std::string(shellPackage)};
    if (isGuard()) {
        if (const auto read = readGuard(given_, terms_, wanted_); !read.ok()) return refused(read.error());
        app_ = guardAppOf(wanted_);
    }
    kind_ = wanted_.userInitiated ? JobClass::UserInitiated
            : wanted_.expedited   ? JobClass::Expedited
                                  : JobClass::Regular;
    auto program = findProgram(wanted_.order.arguments.front(), wanted_.order.path(), wanted_.order.directory);
    if (program.ok()) return ends::ok;
    return screen_.fail(program.error().code == Errc::SECURITY ? ends::notExecutable : ends::noProgram,
                        printable(program.error().message));
}

/// Checks the rest with the daemon: before stdin is read, which may take longer than a daemon lives, and before
/// anything is written.
Result<void> Commanding::validate() {
    auto daemon = STINT_TRY(Daemon::connect(screen_));
    limits_ = STINT_TRY(askForLimits(daemon, kind_));
    if (wanted_.saveTime && *wanted_.saveTime >= limits_.longest)
        return fail(Errc::ILLEGAL_ARGUMENT, "--save-time {} is as long as a run may last ({}); write less",
                    formatDuration(*wanted_.saveTime), formatDuration(limits_.longest));
    STINT_TRY(checkHeld(daemon, wanted_.limits));
    if (isGuard()) STINT_TRY(checkGuarded(daemon, terms_.guardElse));
    terms_.after = STINT_TRY(keysOf(daemon, given_.values("after")));
    terms_.afterFailure = STINT_TRY(keysOf(daemon, given_.values("after-failure")));
    STINT_TRY(jobFor(wanted_, "", limits_.grace()));
    return {};
}

/// The jobs of --on-success and --on-failure: each waits for its kind of end of the command, and ends at the other.
Result<std::vector<Commanding::Follower>> Commanding::followers() const {
    std::vector<Follower> list;
    for (const bool success : {true, false}) {
        const std::string& command = success ? wanted_.onSuccess : wanted_.onFailure;
        if (command.empty()) continue;
        const CommandWanted wanted = followerOf(wanted_, command);
        Spool spool = STINT_TRY(Spool::create(Spool::rootOf(app_.name), wanted.order));
        JobOfList job;
        job.info = STINT_TRY(jobFor(wanted, spool.directory().string(), limits_.grace()));
        (success ? job.after : job.afterFailure) = {0};
        list.push_back({std::move(job), std::move(spool),
                        fmt::format("runs when it has {}: {}", success ? "succeeded" : "failed", wanted.label)});
    }
    return list;
}

/// Schedules the command with its followers in one call: all of them are accepted, or none (jobs.md §2.7). `number`: of
/// the job that it takes the place of; 0: none.
Result<JobId> Commanding::schedule(Daemon& daemon, const Spool& spool, JobId number) {
    const JobInfo asked = STINT_TRY(jobFor(wanted_, spool.directory().string(), limits_.grace()));
    const JobInfo job = asked.withId(number);
    const auto followers = STINT_TRY(this->followers());
    std::vector<JobOfList> jobs{{.info = job, .terms = terms_}};
    std::vector<const Spool*> spools{&spool};
    for (const Follower& follower : followers) {
        jobs.push_back(follower.job);
        spools.push_back(&follower.spool);
    }
    const auto ids = daemon.scheduleAll(jobs, app_);
    const bool mayBeAccepted = !ids.ok() && ids.error().code == Errc::UNAVAILABLE;
    if (mayBeAccepted) return within("whether it was accepted, `stint jobs` tells", ids.error());
    for (std::size_t i = 0; i < spools.size(); ++i) {
        std::error_code ignored;
        if (!ids.ok()) std::filesystem::remove_all(spools[i]->directory(), ignored);
        if (ids.ok()) STINT_TRY(noteJob(*spools[i], (*ids)[i]));
    }
    if (!ids.ok()) return ids.error();
    for (std::size_t i = 0; i < followers.size(); ++i)
        followers_.push_back(fmt::format("{}/{} {}", app_.name, (*ids)[i + 1].value, followers[i].sentence));
    adjusted_ = adjustments(wanted_, job);
    spool_ = spool.directory();
    return ids->front();
}

/// The state of an accepted job. If the daemon has died since, following the job notices that, and waits.
Result<JobView> Commanding::stateOf(Daemon& daemon, JobId id) const {
    JobView accepted;
    accepted.key = {app_, "", id};
    accepted.label = wanted_.label;
    auto job = daemon.watch(accepted.key);
    if (!job.ok() && job.error().code == Errc::UNAVAILABLE) return accepted;
    return job;
}

void Commanding::tellScheduled(const JobView& job) {
    if (screen_.json()) return screen_.print(jsonOf(job, Event{.name = "scheduled", .input = input_}));
    screen_.tell(fmt::format("{}: {}", textOf(job.key),
                             isGuard() ? guardText(given_, terms_) : limitText(limits_, kind_, wallNow())));
    for (const std::string& sentence : adjusted_)
        screen_.tell(sentence);
    if (input_ > 0)
        screen_.tell(fmt::format("it reads the {} of stdin, from the beginning in each run", formatSize(input_)));
    if (wanted_.onCalendar)
        screen_.tell(fmt::format("it runs at each time of \"{}\", next {}, until it is cancelled (stint cancel {})",
                                 printable(terms_.calendar), ahead(job.terms.at.value_or(wallNow()), wallNow()),
                                 shortTextOf(job.key)));
    if (wanted_.every)
        screen_.tell(fmt::format("it runs every {} until it is cancelled (stint cancel {})",
                                 formatDuration(job.info ? job.info->getPeriod()->interval : *wanted_.every),
                                 shortTextOf(job.key)));
    // A person who sees it begin, and follows it, is told of the reboot when they detach.
    const bool begins = job.state != JobView::State::Pending && !given_.has("no-wait");
    owesReboot_ = begins && !wanted_.persisted;
    if (!begins && !wanted_.persisted) screen_.tell("a reboot ends it; with --persisted it goes on after one");
    for (const std::string& sentence : followers_)
        screen_.tell(sentence);
}

int Commanding::detached(const JobView& job, int signal) const {
    if (screen_.json()) screen_.print(jsonOf(job, Event{.name = "detached"}));
    const std::string number = shortTextOf(job.key);
    screen_.warn(fmt::format("detached; the command goes on as {} (stint logs -f {} to follow, stint cancel {} to "
                             "stop it){}",
                             textOf(job.key), number, number, owesReboot_ ? "; a reboot ends it" : ""));
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
    if (!followed.ok())
        return screen_.fail(fmt::format("cannot follow {} any longer", textOf(job.key)), followed.error());
    return followed->signal ? detached(followed->job, *followed->signal) : ended(followed->job);
}

int Commanding::run() {
    if (const int code = check(); code != ends::ok) return code;
    // From here on Ctrl-C is read as data: once the job is accepted, its number must be printed.
    auto signals = Signals::open();
    if (!signals.ok()) return refused(signals.error());
    if (const auto valid = validate(); !valid.ok()) {
        const bool unknownJob = valid.error().code == Errc::ILLEGAL_STATE; // a job of --after
        return unknownJob ? failOfLookUp(screen_, trouble(), valid.error()) : refused(valid.error());
    }
    CallersInput input(*signals, screen_);
    const auto spool = Spool::create(Spool::rootOf(app_.name), wanted_.order, [&input] { return input.next(); });
    if (!spool.ok())
        return screen_.fail(input.exitCode(spool.error()), fmt::format("{}: {}", trouble(), spool.error().message));
    input_ = input.size();
    return scheduled(*spool, *signals);
}

/// The jobs that have its name and have not ended, the oldest first.
Result<std::vector<JobView>> Commanding::namesakes(Daemon& daemon) const {
    auto jobs = STINT_TRY(daemon.jobs(app_.name, false));
    std::erase_if(jobs, [&](const JobView& job) { return job.label != wanted_.label || !job.key.space.empty(); });
    std::ranges::sort(jobs, {}, [](const JobView& job) { return job.key.id; });
    return jobs;
}

/// A job of that name is there, and stays as it is (--keep).
int Commanding::kept(const Spool& spool, const JobView& job) const {
    std::error_code ignored;
    std::filesystem::remove_all(spool.directory(), ignored);
    if (screen_.json()) screen_.print(jsonOf(job, Event{.name = "kept"}));
    screen_.tell(fmt::format("{}: {} is there already, and is kept", textOf(job.key), printable(wanted_.label)));
    return ends::ok;
}

int Commanding::scheduled(const Spool& spool, Signals& signals) {
    auto daemon = Daemon::connect(screen_);
    if (!daemon.ok()) return refused(daemon.error());
    Result<Fd> alone = Fd(); // no other that looks for a name schedules meanwhile
    std::vector<JobView> others;
    if (given_.has("replace") || given_.has("keep")) {
        alone = commandLock("names");
        if (!alone.ok()) return refused(alone.error());
        auto found = namesakes(*daemon);
        if (!found.ok()) return refused(found.error());
        others = std::move(*found);
    }
    if (!others.empty() && given_.has("keep")) return kept(spool, others.front());
    auto id = schedule(*daemon, spool, others.empty() ? JobId{0} : others.front().key.id);
    if (!id.ok()) return refused(id.error());
    for (std::size_t i = 1; i < others.size(); ++i) // more than one was made before anybody asked for one
        if (const auto gone = daemon->ask(calls::cancel(others[i].key)); !gone.ok())
            screen_.warn(fmt::format("{} is still there: {}", textOf(others[i].key), gone.error().message));
    alone = Fd();
    auto job = stateOf(*daemon, *id);
    if (!job.ok()) return refused(job.error());
    tellScheduled(*job);
    return given_.has("no-wait") || wanted_.isEndless() ? ends::ok : follow(*daemon, std::move(*job), signals);
}

} // namespace stint::cli
