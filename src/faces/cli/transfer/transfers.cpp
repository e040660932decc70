#include "faces/cli/transfer/orders.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <optional>
#include <span>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "contract/model/app.hpp"
#include "contract/model/job.hpp"
#include "faces/cli/line/job_options.hpp"
#include "faces/cli/transfer/download.hpp"
#include "faces/control/lookup.hpp"
#include "faces/control/servers.hpp"
#include "faces/follow/follow.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

constexpr std::size_t mostNamed = 8; ///< more jobs are reported together
constexpr std::int32_t usual = 8;    ///< downloads at once (jobs.md §14.1, pools)

/// If the connection broke before the answer, the call's fate is unknown (include/stint/result.hpp): says where to
/// look.
Error fateOf(Error error) {
    if (error.code == Errc::UNAVAILABLE) error.message += "; whether it was accepted, `stint jobs` tells";
    return error;
}

/// An accepted job and its task.
struct Accepted {
    const TransferTask& task;
    JobView job; ///< its state when it was accepted
};

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    return fmt::format("{}", fmt::join(words, between));
}

/// One command, from its tasks to its exit code.
class Transferring {
public:
    Transferring(const Arguments& given, const Screen& screen) : given_(given), screen_(screen) {}
    int run(const std::vector<TransferTask>& tasks);

private:
    int refused(const TransferTask& task, const Error& error) const;
    void goOnAsRegular(const std::string& because);
    using Tasks = std::span<const TransferTask>;
    Result<void> readTerms(Daemon& daemon, const std::vector<TransferTask>& tasks);
    Result<void> readPool(Daemon& daemon, const std::vector<TransferTask>& tasks);
    Result<std::vector<JobOfList>> jobsOf(Tasks tasks) const;
    Result<std::vector<JobId>> schedule(Daemon& daemon, std::span<const JobOfList> jobs, Tasks tasks);
    JobView known(const TransferTask& task, JobId id) const;
    Result<JobView> stateOf(Daemon& daemon, const TransferTask& task, JobId id) const;
    int scheduleAll(Daemon& daemon, const std::vector<TransferTask>& tasks);
    int accept(Daemon& daemon, std::span<const JobOfList> jobs, Tasks tasks);
    void tellScheduled(const Accepted& one) const;
    void tellScheduled() const;
    int followAll(Daemon& daemon, Signals& signals);
    int detached(const std::vector<JobView>& jobs, int signal) const;
    int ended(std::size_t which, const Result<JobView>& end, Seen seen);
    void tellAll(const std::vector<int>& codes, Duration ran) const;

    const Arguments& given_;
    const Screen& screen_;
    std::vector<Accepted> accepted_;
    StartTerms terms_;
    std::string atOnce_; ///< ", 8 at once"; empty: all of them
    Manner manner_ = Manner::UserInitiated;
    bool tellsTogether_ = false;
    Bytes moved_ = 0; ///< by all runs of those that have ended
};

int Transferring::refused(const TransferTask& task, const Error& error) const {
    return screen_.fail(fmt::format("cannot {}", task.action), withRegularInstead(error, JobClass::UserInitiated));
}

Result<std::vector<JobOfList>> Transferring::jobsOf(Tasks tasks) const {
    std::vector<JobOfList> jobs;
    for (const TransferTask& task : tasks) {
        auto job = STINT_TRY(task.job(manner_));
        jobs.push_back({.info = std::move(job), .terms = terms_});
    }
    return jobs;
}

/// Reads the terms of the start, which are the same for all of the jobs.
Result<void> Transferring::readTerms(Daemon& daemon, const std::vector<TransferTask>& tasks) {
    terms_ = STINT_TRY(startTermsIn(given_, wallNow()));
    terms_.after = STINT_TRY(keysOf(daemon, given_.values("after")));
    terms_.afterFailure = STINT_TRY(keysOf(daemon, given_.values("after-failure")));
    return readPool(daemon, tasks);
}

/// Has the jobs of a longer list run so many at once (jobs.md §14.1, pools).
Result<void> Transferring::readPool(Daemon& daemon, const std::vector<TransferTask>& tasks) {
    const auto asked = STINT_TRY(atOnceIn(given_));
    if (tasks.size() < 2 || (!asked && std::cmp_less_equal(tasks.size(), fewAtOnce))) return {};
    AtOnce atOnce{.most = asked.value_or(0), .because = {}};
    if (!asked) {
        const auto networks = STINT_TRY(daemon.ask(calls::networks()));
        atOnce = usualAtOnce(networks, tasks.front().target.parent_path());
    }
    if (std::cmp_less_equal(tasks.size(), atOnce.most)) return {};
    const std::filesystem::path list = given_.value("input-file").value_or("stint get");
    terms_.pool = fmt::format("{}, {}", shortened(printable(list.filename().native()), 60), clockText(wallNow()));
    terms_.poolDepth = atOnce.most;
    atOnce_ = fmt::format(", {} at once", atOnce.most);
    if (!atOnce.because.empty()) atOnce_ += fmt::format(" ({}; -j N: N of them)", atOnce.because);
    return {};
}

/// Schedules user-initiated jobs if a person watches, else regular ones; the daemon decides whether one does (jobs.md
/// §2.3). Refused: they had to be user-initiated, and may not.
Result<std::vector<JobId>> Transferring::schedule(Daemon& daemon, std::span<const JobOfList> jobs, Tasks tasks) {
    const AppId app{std::string(transferPackage)};
    if (!jobs.front().info.isUserInitiated()) return daemon.scheduleAll(jobs, app);
    if (manner_ == Manner::UserInitiated) {
        auto ids = daemon.scheduleAll(jobs, app);
        if (ids.ok() || given_.has("user-initiated") || ids.error().code != Errc::REFUSED) return ids;
        goOnAsRegular(ids.error().message);
    }
    const auto regular = STINT_TRY(jobsOf(tasks));
    return daemon.scheduleAll(regular, app);
}

void Transferring::goOnAsRegular(const std::string& because) {
    screen_.tell(because + ": scheduled as a regular job, with the same conditions");
    manner_ = Manner::Regular;
}

JobView Transferring::known(const TransferTask& task, JobId id) const {
    JobView job;
    job.key = {AppId{std::string(transferPackage)}, "", id};
    job.label = task.label;
    return job;
}

/// The state of an accepted job, where it is asked for. If the daemon has died since, following the job notices that,
/// and waits.
Result<JobView> Transferring::stateOf(Daemon& daemon, const TransferTask& task, JobId id) const {
    JobView accepted = known(task, id);
    if (given_.has("no-wait") && !screen_.json()) return accepted;
    auto job = daemon.watch(accepted.key);
    if (!job.ok() && job.error().code == Errc::UNAVAILABLE) return accepted;
    return job;
}

/// Schedules all of them in one call; where that is refused, one by one, until one is refused: there may be room for
/// the first ones only.
int Transferring::accept(Daemon& daemon, std::span<const JobOfList> jobs, Tasks tasks) {
    const auto ids = schedule(daemon, jobs, tasks);
    if (!ids.ok() && (tasks.size() == 1 || ids.error().code == Errc::UNAVAILABLE))
        return refused(tasks.front(), fateOf(ids.error()));
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (!ids.ok()) {
            const int code = accept(daemon, jobs.subspan(i, 1), tasks.subspan(i, 1));
            if (code != ends::ok) return code;
            continue;
        }
        auto job = stateOf(daemon, tasks[i], (*ids)[i]);
        if (!job.ok()) return refused(tasks[i], job.error());
        accepted_.push_back({tasks[i], std::move(*job)});
        if (screen_.json() || !tellsTogether_) tellScheduled(accepted_.back());
    }
    return ends::ok;
}

void Transferring::tellScheduled(const Accepted& one) const {
    if (screen_.json())
        screen_.print(jsonOf(one.job, Event{"scheduled", one.task.place}));
    else
        screen_.tell(fmt::format("{}: {}", textOf(one.job.key), one.task.going));
}

/// Reports all of them, in one line.
void Transferring::tellScheduled() const {
    if (screen_.json() || !tellsTogether_ || accepted_.empty()) return;
    const auto directory = accepted_.front().task.target.parent_path();
    const bool isOne =
        std::ranges::all_of(accepted_, [&](const Accepted& one) { return one.task.target.parent_path() == directory; });
    screen_.tell(fmt::format("{} to {}: downloading {} files{}{}", textOf(accepted_.front().job.key),
                             textOf(accepted_.back().job.key), accepted_.size(),
                             isOne ? fmt::format(" to {}", printable(directory.native())) : "", atOnce_));
}

/// Reports the jobs that go on without being followed; returns the exit code.
int Transferring::detached(const std::vector<JobView>& jobs, int signal) const {
    std::vector<std::string> names, numbers;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const JobView& job = jobs[i];
        if (job.state == JobView::State::Finished) continue;
        if (screen_.json()) screen_.print(jsonOf(job, Event{"detached", accepted_[i].task.place}));
        names.push_back(textOf(job.key));
        numbers.push_back(shortTextOf(job.key));
    }
    const std::string those = joined(numbers, " ");
    if (names.size() == 1)
        screen_.warn(fmt::format("detached; the transfer goes on as {} (stint watch {} to follow, stint cancel {} to "
                                 "stop it)",
                                 names.front(), those, those));
    else if (names.size() <= mostNamed)
        screen_.warn(fmt::format("detached; the transfers go on as {} (stint watch {} to follow, stint cancel {} to "
                                 "stop them)",
                                 joined(names, ", "), those, those));
    else
        screen_.warn(fmt::format("detached; {} transfers go on (stint jobs lists them, stint watch JOB… follows, "
                                 "stint cancel JOB… stops)",
                                 names.size()));
    // After Ctrl-C the jobs still wait, and will go on (linux.md §A.10).
    return signal == SIGINT ? ends::waits : exitCodeOfSignal(signal);
}

int Transferring::ended(std::size_t which, const Result<JobView>& end, Seen seen) {
    const TransferTask& task = accepted_[which].task;
    if (!end.ok())
        return screen_.fail(fmt::format("cannot follow {} any longer", textOf(accepted_[which].job.key)), end.error());
    const Completed& completed = *end->completed;
    moved_ += completed.moved;
    const int code = exitCodeOf(completed);
    if (code != ends::ok) return screen_.fail(code, fmt::format("cannot {}: {}", task.action, endText(completed)));
    if (!screen_.json() && !screen_.quiet()) screen_.print(measuredEndText(completed, seen));
    return code;
}

/// Sums up, when all of them have ended: the bytes that their runs have moved, as the daemon counted them (jobs.md
/// §4.7), over the time in which any of them ran.
void Transferring::tellAll(const std::vector<int>& codes, Duration ran) const {
    if (codes.size() < 2) return;
    const auto good = std::ranges::count(codes, ends::ok);
    std::string words = fmt::format("{} of {} files", good, codes.size());
    if (auto measured = measuredText(moved_, {.ran = ran, .moved = moved_}); !measured.empty())
        words += fmt::format(" ({})", measured);
    screen_.tell(words);
}

/// Returns 0, or the code of the first, in their order, that did not end well.
int Transferring::followAll(Daemon& daemon, Signals& signals) {
    std::vector<JobView> jobs;
    for (const Accepted& one : accepted_)
        jobs.push_back(one.job);
    std::vector<int> codes(jobs.size(), ends::ok);
    ProgressReporter reporter(screen_, jobs.size());
    const Ended onEnd = [&](std::size_t which, const Result<JobView>& end) {
        codes[which] = ended(which, end, reporter.seen(which));
    };
    auto followed = cli::followAll(daemon, std::move(jobs), reporter, signals, screen_, onEnd);
    reporter.clear();
    if (!followed.ok()) return screen_.fail("cannot follow the transfers any longer", followed.error());
    if (followed->signal) return detached(followed->jobs, *followed->signal);
    tellAll(codes, reporter.seen().ran);
    const auto bad = std::ranges::find_if(codes, [](int code) { return code != ends::ok; });
    return bad == codes.end() ? ends::ok : *bad;
}

/// Schedules under a lock, one command at a time: no other one schedules a job for one of the files between the check
/// for such a job and the call. A caller that bypasses the lock still meets that of the part file.
int Transferring::scheduleAll(Daemon& daemon, const std::vector<TransferTask>& tasks) {
    const auto lock = commandLock("scheduling");
    if (!lock.ok()) return refused(tasks.front(), lock.error());
    const auto live = daemon.jobs(std::string(transferPackage), false);
    if (!live.ok()) return refused(tasks.front(), live.error());
    const LiveTargets taken(*live);
    for (const TransferTask& task : tasks)
        if (const auto vacant = taken.checkVacant(task.target); !vacant.ok())
            return screen_.fail(ends::cannotCreate, fmt::format("cannot {}: {}", task.action, vacant.error().message));
    if (!given_.has("user-initiated") && !inTerminalForeground()) goOnAsRegular("not in the foreground of a terminal");
    const auto jobs = jobsOf(tasks);
    if (!jobs.ok()) return refused(tasks.front(), jobs.error());
    tellsTogether_ = tasks.size() > mostNamed;
    std::span<const JobOfList> unsent = *jobs;
    for (Tasks left = tasks; !left.empty();) {
        const auto some = daemon.fitting(unsent);
        if (!some.ok()) return refused(left.front(), some.error());
        const int code = accept(daemon, unsent.first(*some), left.first(*some));
        left = left.subspan(*some);
        unsent = unsent.subspan(*some);
        if (code == ends::ok) continue;
        tellScheduled();
        const std::size_t more = tasks.size() - accepted_.size() - 1; // these would be refused, too
        if (more > 0) screen_.tell(fmt::format("{} more of the files are not scheduled either", more));
        return code;
    }
    tellScheduled();
    return ends::ok;
}

int Transferring::run(const std::vector<TransferTask>& tasks) {
    if (given_.has("insecure"))
        screen_.warn(
            "warning: with --insecure no server is verified: whoever is on the way can read and change what is "
            "transferred");
    // From here on Ctrl-C is read as data: once a job is accepted, its number must be printed.
    auto signals = Signals::open();
    if (!signals.ok()) return refused(tasks.front(), signals.error());
    auto daemon = Daemon::connect(screen_);
    if (!daemon.ok()) return refused(tasks.front(), daemon.error());
    if (const auto terms = readTerms(*daemon, tasks); !terms.ok())
        return failOfLookUp(screen_, fmt::format("cannot {}", tasks.front().action), terms.error());
    const int code = scheduleAll(*daemon, tasks);
    if (given_.has("no-wait") || accepted_.empty()) return code;
    const int followed = followAll(*daemon, *signals);
    return code == ends::ok ? followed : code;
}

} // namespace

int transferAll(const Arguments& given, const Screen& screen, const std::vector<TransferTask>& tasks) {
    return Transferring(given, screen).run(tasks);
}

Result<std::optional<std::int32_t>> atOnceIn(const Arguments& given) {
    const auto text = given.value("at-once");
    if (!text) return std::optional<std::int32_t>();
    const auto number = numberIn<std::int32_t>(*text);
    if (number && *number >= 1 && *number <= mostPoolDepth) return number;
    return fail(Errc::ILLEGAL_ARGUMENT, "--at-once: \"{}\" is not a number from 1 to {}", printable(*text),
                mostPoolDepth);
}

AtOnce usualAtOnce(const std::vector<wire::NetworkRow>& networks, const std::filesystem::path& directory,
                   const std::filesystem::path& sysfs) {
    const auto inUse = std::ranges::find(networks, true, &wire::NetworkRow::inUse);
    if (inUse != networks.end() && inUse->metered) return {fewAtOnce, "the network is metered"};
    if (inUse != networks.end() && inUse->transport == "cellular") return {fewAtOnce, "the network is cellular"};
    if (isOnTurningDisk(directory, sysfs)) return {fewAtOnce, "the disk turns"};
    return {usual, "as usual"};
}

bool isOnTurningDisk(const std::filesystem::path& directory, const std::filesystem::path& sysfs) {
    struct stat seen {};
    if (::stat(directory.c_str(), &seen) != 0) return false;
    const auto device =
        sysfs / "dev" / "block" / (std::to_string(major(seen.st_dev)) + ":" + std::to_string(minor(seen.st_dev)));
    std::error_code unknown;
    // A virtual disk says that it turns, whatever it lies on.
    if (std::filesystem::canonical(device, unknown).native().find("/virtio") != std::string::npos) return false;
    for (const auto& queue : {device / "queue", device / ".." / "queue"}) { // a partition's disk is above it
        std::ifstream file(queue / "rotational");
        if (int turns = 0; file >> turns) return turns != 0;
    }
    return false;
}

} // namespace stint::cli
