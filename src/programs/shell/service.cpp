#include "programs/shell/service.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/paths.hpp"
#include "programs/spool/log.hpp"
#include "programs/spool/spool.hpp"
#include "stint/job_scheduler.hpp"

namespace stint::shell {
namespace {

namespace fs = std::filesystem;

void complain(std::string_view sentence) { stint::complain("stint-shell", sentence); }

std::optional<std::int64_t> retriesOf(const PersistableBundle& extras) {
    if (!extras.containsKey("retries")) return std::nullopt;
    return extras.getLong("retries");
}

SuccessExits successesOf(const PersistableBundle& extras) {
    SuccessExits codes;
    for (const std::string_view code : splitAt(extras.getString("successExits"), ","))
        if (const auto number = numberIn<std::int32_t>(code)) codes.insert(*number);
    return codes;
}

/// The refusal of a command that certainly cannot run, now or later: the reason, and a shell's exit code for it.
std::optional<Outcome> refusal(const Order& order, const fs::path& input) {
    std::error_code ignored;
    if (!fs::exists(input, ignored))
        return Outcome{ends::noInput, fmt::format("cannot run it: what it is to read is gone ({})", input.string())};
    if (!fs::is_directory(order.directory, ignored))
        return Outcome{ends::noInput, fmt::format("cannot run it: its directory {} is gone", order.directory)};
    auto program = findProgram(order.arguments.front(), order.path(), order.directory);
    if (program.ok()) return std::nullopt;
    const bool isThere = program.error().code == Errc::SECURITY;
    return Outcome{isThere ? ends::notExecutable : ends::noProgram, program.error().message};
}

/// The jobs that this one has waited for (jobs.md §14.1).
std::vector<EndedBefore> endedBefore(const JobParameters& params) {
    std::vector<EndedBefore> list;
    for (const PersistableBundle& job : params.getEndedJobs()) {
        const std::string package = job.getString("package"), space = job.getString("namespace");
        const JobId id{job.getInt("id")};
        const bool isOwn = package == "org.stint.shell" || package == "org.stint.transfer"; // a person's: one series
        std::string name = isOwn ? "" : package + "/";
        if (!space.empty()) name += space + "#";
        fs::path output = job.getString("path");
        if (output.empty()) output = newestOutput(spoolOfJob(Spool::rootOf(package), id));
        if (output.string().find('\n') != std::string::npos) output.clear(); // it would be two
        list.push_back({name + std::to_string(id.value), printable(job.getString("label")),
                        std::to_string(job.getInt("exitCode")), printable(job.getString("text")), output.string()});
    }
    return list;
}

} // namespace

bool CommandService::onStartJob(JobParameters params) {
    STINT_CHECK(!job_); // the daemon starts a process for each
    Spool spool(params.getExtras().getString("spool"));
    const Tally before = spool.tally();
    job_.emplace(Job{.params = params, .spool = std::move(spool), .tally = before, .began = Run::Clock::now()});
    show(params, "running", true); // jobs.md §5.2: due from the start
    if (auto noted = noteJob(job_->spool, params.getJobId()); !noted.ok()) complain(noted.error().message);
    auto order = job_->spool.order();
    if (!order.ok()) {
        const bool later = order.error().code == Errc::BUSY;
        finish({.again = later,
                .outcome = {later ? ends::system : ends::noInput, order.error().message},
                .tally = before});
        return true;
    }
    if (auto refused = refusal(*order, job_->spool.input(*order))) {
        finish({.outcome = *refused, .tally = before, .remark = refused->text});
        return true;
    }
    auto run = begin();
    if (run.ok())
        job_->run.emplace(std::move(run).value());
    else // the machine has no room for it now
        finish({.again = true, .outcome = {ends::system, run.error().message}, .tally = before});
    return true;
}

Result<Run> CommandService::begin() {
    Job& job = *job_;
    auto order = STINT_TRY(job.spool.order());
    auto log = STINT_TRY(LogWriter::open(job.spool.directory()));
    if (job.tally.running) remark(log, "the last run was cut off; it begins anew");
    const CommandRun facts{.job = job.params.getJobId(),
                           .runsBefore = job.tally.runs,
                           .deadline = wallNow() + job.params.getTimeLimit() - job.saveTime(),
                           .spool = Spool(job.spool.directory()),
                           .after = endedBefore(job.params)};
    order.environment = withRunVariables(std::move(order.environment), facts);
    ++job.tally.runs;
    job.tally.running = true;
    job.tally.done = false;
    STINT_TRY(job.spool.prepare());
    STINT_TRY(job.spool.keep(job.tally));
    const Share share = job.params.isUserInitiatedJob() || job.isGuard() ? Share::Part : Share::Leftover;
    const Command::Place place = STINT_TRY(placeFor(job, share));
    return Run::begin(order, job.spool.input(order), share, std::move(log), helper_, place);
}

/// The limits that a person has asked for must hold, or the command does not run.
Result<Command::Place> CommandService::placeFor(Job& job, Share share) {
    const CgroupLimits asked = STINT_TRY(limitsIn(job.params.getExtras().getString("limits")));
    const char* text = share == Share::Leftover ? std::getenv(backgroundLimits) : nullptr;
    const CgroupLimits background = STINT_TRY(limitsIn(text ? text : ""));
    const auto use = job.isGuard() ? CommandCgroup::Use::Freezing : CommandCgroup::Use::Limits;
    auto cgroup = STINT_TRY(CommandCgroup::make(asked, background, use));
    // jobs.md §14.5: the other fates of a guard need none.
    if (!cgroup && job.params.getExtras().getString("guard") == "freeze")
        return fail(Errc::UNAVAILABLE, "cannot freeze it here: stintd keeps it in no cgroup");
    const bool isWeighed = cgroup && cgroup->isWeighed();
    Command::Place place{
        .procs = {}, .niceness = isWeighed ? 0 : nicenessFor(background.cpuWeight), .waitsForAll = job.isGuard()};
    if (!cgroup) return place;
    place.procs = STINT_TRY(cgroup->entrance());
    if (job.isGuard()) job.events = cgroup->events();
    job.cgroup.emplace(*std::move(cgroup));
    return place;
}

/// The reason is written first: the command finds it when the signal comes.
void CommandService::askToEnd(std::string_view reason, Duration grace) {
    if (auto noted = job_->spool.noteStop(reason); !noted.ok()) complain(noted.error().message);
    if (job_->isGuard() && job_->cgroup && job_->cgroup->isFrozen()) freeze(false); // else it gets no signal
    job_->run->stop(Run::Clock::now(), grace);
}

/// Writes to the command's output, for its reader, and to the daemon's log.
void CommandService::tell(const std::string& text) {
    complain(text);
    if (auto log = LogWriter::open(job_->spool.directory()); log.ok()) remark(*log, text);
}

/// jobs.md §14.5. This process stands outside of the frozen cgroup; when it dies, its stint-exec kills the frozen
/// processes.
void CommandService::freeze(bool on) {
    if (on && job_->cgroup->isFrozen()) lookWhoFreezes();
    job_->frozen = on;
    job_->byAnother = false;
    if (auto done = job_->cgroup->freeze(on); !done.ok()) tell(done.error().message);
    if (!on) return;
    const std::vector<pid_t> outside = job_->run->outside(job_->cgroup->place().path);
    if (!outside.empty())
        tell(fmt::format("{} left its cgroup, and what has left is not frozen: {}",
                         counted(outside.size(), "process of it has", "processes of it have"),
                         fmt::join(outside, ", ")));
}

/// Somebody else's freezing is reported once, and left alone: two who freeze and thaw each other's would never end.
void CommandService::lookWhoFreezes() {
    const bool frozen = job_->cgroup->isFrozen();
    if (frozen == job_->frozen) job_->byAnother = false;
    if (frozen == job_->frozen || job_->byAnother) return;
    job_->byAnother = true;
    const std::string file = (job_->cgroup->place().directory / "cgroup.freeze").string();
    tell(frozen ? fmt::format("somebody else has frozen it; echo 0 > {} lets it go on", file)
                : fmt::format("somebody else has thawed it while its guard holds it; echo 1 > {} holds it", file));
}

bool CommandService::onStopJob(JobParameters params) {
    if (!job_ || params.getRun() != job_->params.getRun()) return false;
    job_->run->turn(Run::Clock::now());
    const bool endedFirst = job_->run->status().has_value();
    askToEnd(nameOf(params.getStopReason()), Duration{params.getExtras().getLong("grace")});
    while (!job_->run->status())
        await(nullptr);
    if (endedFirst || job_->choice != Choice::None) {
        settle(); // jobs.md §4.2: jobFinished() acts as the answer
        return false;
    }
    auto verdict = afterStop(params.getStopReason(), job_->tally, job_->ran(), params.isUserInitiatedJob());
    show(params, verdict.outcome.text, false);
    end(verdict);
    return verdict.again;
}

void CommandService::notificationAction(JobParameters params, std::string_view key) {
    if (!job_ || params.getRun() != job_->params.getRun()) return;
    if (job_->isGuard() && job_->run && (key == "freeze" || key == "thaw")) return freeze(key == "freeze");
    if (key != "stop" && key != "later") return;
    if (job_->choice == Choice::None) job_->choice = key == "stop" ? Choice::Stop : Choice::Later;
    askToEnd(nameOf(STOP_REASON_USER), Duration{params.getExtras().getLong("grace")});
}

/// The run is over by itself, or by a person's choice.
void CommandService::settle() {
    const PersistableBundle& extras = job_->params.getExtras();
    Verdict verdict = job_->saves ? afterSaving(job_->tally, job_->ran())
                                  : afterEnd(*job_->run->status(), job_->tally, retriesOf(extras),
                                             job_->cgroup ? job_->cgroup->met() : LimitMet{}, successesOf(extras));
    if (job_->choice != Choice::None) {
        verdict = afterStop(STOP_REASON_USER, job_->tally, job_->ran(), job_->params.isUserInitiatedJob());
        verdict.again = job_->choice == Choice::Later;
        verdict.outcome = {ends::waits, verdict.again ? "put off" : "stopped"};
    }
    if (const std::string& lost = job_->run->error(); !lost.empty())
        verdict.outcome.text += fmt::format("; not all of its output is kept ({})", lost);
    finish(std::move(verdict));
}

void CommandService::finish(Verdict verdict) {
    const JobParameters params = job_->params;
    show(params, verdict.outcome.text, false);
    end(verdict);
    jobFinished(params, verdict.again, std::move(verdict.outcome));
}

/// The run's results are written before its end is reported: the next run may begin then.
void CommandService::end(const Verdict& verdict) {
    const Job job = *std::exchange(job_, std::nullopt);
    untidied_ = job.spool.directory().parent_path();
    if (job.run && !job.run->error().empty()) complain(job.run->error());
    Tally tally = verdict.tally;
    if (!verdict.again) tally.failures = tally.timeouts = 0; // a retry of the job begins anew (jobs.md §14.3)
    tally.done = !verdict.again && verdict.outcome.exitCode == 0;
    if (auto kept = job.spool.keep(tally); !kept.ok()) complain(kept.error().message);
    if (verdict.remark.empty()) return;
    if (auto log = LogWriter::open(job.spool.directory()); log.ok()) remark(*log, verdict.remark);
}

// jobs.md §5.1: only a user-initiated job must show a notification; for others a person has asked for none.
void CommandService::show(const JobParameters& params, const std::string& text, bool running) {
    if (!params.isUserInitiatedJob()) return;
    Notification::Builder notification("commands");
    notification.setSmallIcon("utilities-terminal")
        .setContentTitle(params.getExtras().getString("label"))
        .setContentText(text);
    if (running) notification.setProgress(0, 0, true).addAction("stop", "Stop"); // jobs.md §5.6
    auto shown =
        setNotification(params, params.getJobId().value, notification.build(), JOB_END_NOTIFICATION_POLICY_DETACH);
    if (!shown.ok()) complain(fmt::format("cannot show a notification: {}", shown.error().message));
}

/// Removes the orders of jobs that are over, with all that their environments held. The question follows
/// jobFinished() on the same connection, and the daemon answers nothing before earlier calls are durable
/// (architecture.md, the turn).
void CommandService::tidy(Connection& connection) {
    if (untidied_.empty()) return;
    auto candidates = unheldSpools(std::exchange(untidied_, {}));
    auto jobs = JobScheduler(connection).getPendingJobsInAllNamespaces();
    if (!jobs.ok()) return; // no daemon: a later run tidies up
    std::vector<std::string> tracked;
    for (const auto& [space, some] : *jobs)
        for (const JobInfo& job : some)
            tracked.push_back(job.getExtras().getString("spool"));
    sweep(std::move(candidates), tracked);
}

/// Sleeps until the command, or the connection if there is one, has something to do; then does the command's part.
void CommandService::await(Connection* connection) {
    std::array<pollfd, 4> watched{
        {{-1, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLPRI, 0}}}; // poll() passes over -1
    std::optional<Duration> ours;
    if (connection) watched[0].fd = connection->fd();
    if (job_ && job_->run) {
        watched[1].fd = job_->run->output();
        watched[2].fd = job_->run->end();
        watched[3].fd = job_->events.get();
        ours = earlier(job_->run->timeout(Run::Clock::now()), untilSaving());
    }
    ::poll(watched.data(), watched.size(),
           pollTimeout(earlier(ours, connection ? connection->timeout() : std::nullopt)));
    if (!job_ || !job_->run) return;
    if (watched[3].revents & POLLPRI && populated(job_->events)) lookWhoFreezes(); // reading arms the next event
    job_->run->turn(Run::Clock::now());
    if (untilSaving() != Duration{0} || job_->run->status()) return;
    job_->saves = true;
    askToEnd(nameOf(STOP_REASON_TIMEOUT), job_->saveTime());
}

std::optional<Duration> CommandService::untilSaving() const {
    if (job_->saves || job_->saveTime() <= Duration{0}) return std::nullopt;
    const auto at = job_->began + job_->params.getTimeLimit() - job_->saveTime();
    return std::max(Duration{0}, std::chrono::ceil<Duration>(at - Run::Clock::now()));
}

int CommandService::serve(Connection& connection) {
    for (;;) {
        auto wanted = connection.dispatch();
        if (!wanted.ok()) {
            complain(wanted.error().message);
            return ends::unavailable;
        }
        if (job_ && job_->run && job_->run->status()) settle();
        tidy(connection);
        if (!*wanted) return 0;
        await(&connection);
    }
}

} // namespace stint::shell
