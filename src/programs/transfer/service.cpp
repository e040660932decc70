#include "programs/transfer/service.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "programs/transfer/ending.hpp"
#include "programs/transfer/finish.hpp"
#include "programs/transfer/tus_transfer.hpp"
#include "stint/job_scheduler.hpp"

namespace stint::transfer {
namespace {

// The longest time that removing an upload from the server may take: the job's next run waits for this process to
// end.
constexpr auto mostAfterwards = std::chrono::seconds{10};

// The ends that wait for the daemon's word together, while others move: for it the daemon waits for its disk.
constexpr std::size_t mostUnconfirmed = 64;

/// A leftover that cannot be noted is found by nobody, but the transfer itself is not in danger.
void complainOf(const Error& error) { complain("stint-transfer", error.message); }

/// The job's entry in the ledger: with its own failures, or a fresh one.
LedgerEntry entryIn(const Ledger& ledger, const JobParameters& params, const TransferSpec& spec) {
    LedgerEntry entry = entryOf(spec);
    const auto known = ledger.find(entry.target);
    entry.job = params.getJobId().value;
    if (known && known->job == entry.job) entry.failures = known->failures;
    return entry;
}

/// Calls `change` with the ledger.
template <class Change> void inLedger(const std::filesystem::path& root, Change change) {
    auto ledger = Ledger::open(root);
    if (!ledger.ok()) return complainOf(ledger.error());
    if (auto changed = change(*ledger); !changed.ok()) complainOf(changed.error());
}

/// Settles the entry of a cancelled transfer: files that it left all the same can be found.
void settleInLedger(const std::filesystem::path& root, const JobParameters& params, const TransferSpec& spec) {
    inLedger(root, [&](Ledger& ledger) {
        const LedgerEntry entry = entryIn(ledger, params, spec);
        return leftoversOf(entry).empty() ? ledger.forget({entry.target}) : ledger.keep({entry});
    });
}

/// The daemon's job of that name; nullopt: it has none.
Result<std::optional<JobInfo>> stillPending(Connection& connection, const JobParameters& params) {
    const JobScheduler root(connection);
    const auto& name = params.getJobNamespace();
    auto scheduler = STINT_TRY(name ? root.forNamespace(*name) : Result<JobScheduler>(root));
    return scheduler.getPendingJob(params.getJobId());
}

/// The same among all of them.
std::optional<JobInfo> among(const std::map<std::string, std::vector<JobInfo>>& pending, const JobParameters& params) {
    const auto space = pending.find(params.getJobNamespace().value_or(""));
    if (space == pending.end()) return std::nullopt;
    const auto job = std::ranges::find(space->second, params.getJobId(), &JobInfo::getId);
    return job == space->second.end() ? std::nullopt : std::optional(*job);
}

/// False while `pending`, the job of that name now, is the transfer's own: the name may be another's by then.
bool isOver(const std::optional<JobInfo>& pending, const TransferSpec& spec) {
    return !pending || !sameGoal(specOf(pending->getExtras()), spec);
}

std::string shownAs(const Ending& ending) {
    return ending.fate == Fate::Later ? fmt::format("waits to go on: {}", ending.text) : ending.text;
}

std::optional<Duration> sooner(std::optional<Duration> timeout) {
    return timeout && *timeout < Duration::zero() ? Duration::zero() : timeout;
}

} // namespace

bool TransferService::onStartJob(JobParameters params) {
    const std::uint64_t number = params.getRun();
    Run& run = runs_[number];
    run = {.params = params, .spec = specOf(params.getExtras()), .ticket = 0};
    show(run, "starting"); // jobs.md §5.2: due from the start
    engine_.limit(params.getRateLimit());
    starting_.push_back(number);
    return true;
}

// Together: a list's jobs start in one turn of the loop, and the ledger waits for the disk.
void TransferService::beginStarting() {
    std::erase_if(starting_, [this](std::uint64_t number) { return !runs_.contains(number); });
    if (starting_.empty()) return;
    // Noted before the first byte: however this process ends, its leftovers are found.
    inLedger(ledger_, [this](Ledger& ledger) {
        std::vector<LedgerEntry> entries;
        for (const std::uint64_t number : starting_) {
            const Run& run = runs_.at(number);
            entries.push_back(entryIn(ledger, run.params, run.spec));
        }
        return ledger.keep(entries, std::exchange(done_, {}));
    });
    for (const std::uint64_t number : std::exchange(starting_, {})) {
        Watcher watcher{.progressed = [this, number](const Progress& p) { progressed(number, p); },
                        .ended = [this, number](const Ending& e) { ended(number, e); }};
        Run& run = runs_.at(number);
        run.ticket = run.spec.upload ? engine_.start(*run.spec.upload, std::move(watcher))
                                     : engine_.start(run.spec.download, std::move(watcher));
    }
}

bool TransferService::onStopJob(JobParameters params) {
    if (auto found = runs_.find(params.getRun()); found != runs_.end()) {
        // jobs.md §4.6: the app's own cancel is 1, the operator's 13; a stop by a developer's shell verb is 13, too,
        // after which the job waits. Only the daemon knows which it was.
        const StopReason reason = params.getStopReason();
        if (reason == STOP_REASON_CANCELLED_BY_APP || reason == STOP_REASON_USER)
            cancelled_.push_back({found->second.ticket, {params, found->second.spec}});
        else
            engine_.stop(found->second.ticket);
        runs_.erase(found);
    }
    return true; // jobs.md §4.2: run it again, resuming
}

void TransferService::onNetworkChanged(JobParameters params) {
    engine_.limit(params.getRateLimit());
    const auto found = runs_.find(params.getRun());
    if (found == runs_.end()) return;
    const bool isOther = found->second.params.getNetwork() != params.getNetwork();
    found->second.params = std::move(params);
    if (isOther) engine_.reconnect(found->second.ticket); // jobs.md §4.7: the traffic must change networks
}

// jobs.md §5.1, §12.7: Stop ends this job alone and keeps what it has; Later has it tried again.
void TransferService::notificationAction(JobParameters params, std::string_view key) {
    auto found = runs_.find(params.getRun());
    if (found == runs_.end() || (key != "stop" && key != "later")) return;
    std::string at = describe(found->second.progress.value_or(Progress{}));
    engine_.stop(found->second.ticket);
    const bool later = key == "later";
    const std::string words =
        later ? fmt::format("put off at {}", at) : fmt::format("stopped at {}; what is there is kept", at);
    show(found->second, words);
    finish(params.getRun(), later, {ends::waits, words});
}

void TransferService::progressed(std::uint64_t number, const Progress& progress) {
    Run& run = runs_.at(number);
    const bool learned = progress.total && (!run.progress || progress.total != run.progress->total);
    run.hasNews = true;
    run.progress = progress;
    if (learned && run.spec.upload) updateEstimatedNetworkBytes(run.params, 0, *progress.total);
    if (learned && !run.spec.upload) updateEstimatedNetworkBytes(run.params, *progress.total, 0);
    tellBytes(run);
}

// All that the turn has brought is shown before the first end is told: the daemon writes an end to its disk before it
// answers anything, and all ends together at once.
void TransferService::tellNews() {
    std::vector<std::uint64_t> over;
    for (auto& [number, run] : runs_) {
        if (std::exchange(run.hasNews, false)) show(run, run.ending ? shownAs(*run.ending) : describe(*run.progress));
        if (run.ending) over.push_back(number);
    }
    for (const std::uint64_t number : over) {
        const Ending ending = *runs_.at(number).ending;
        finish(number, ending.fate == Fate::Later, {ending.exitCode, ending.text});
    }
}

// Bytes in place, not bytes of this run: the progress of a resumed transfer continues.
void TransferService::tellBytes(const Run& run) {
    const Bytes inPlace = run.progress->inPlace;
    updateTransferredNetworkBytes(run.params, run.spec.upload ? 0 : inPlace, run.spec.upload ? inPlace : 0);
}

/// The Ending with the job's earlier failures counted: the last that it may have is final. A final Ending says what is
/// left behind.
Ending TransferService::counted(const Run& run, Ending ending) const {
    if (ending.fate == Fate::Done) return ending; // confirm() forgets it
    inLedger(ledger_, [&](Ledger& ledger) -> Result<void> {
        LedgerEntry entry = entryIn(ledger, run.params, run.spec);
        ++entry.failures;
        if (ending.fate == Fate::Later && run.spec.retries && entry.failures > *run.spec.retries) {
            ending = never(ends::inputOutput, ending.text);
            if (entry.failures > 1) ending.text += fmt::format(", after {} tries", entry.failures);
        }
        if (ending.fate == Fate::Later) return ledger.keep({entry});
        const std::string left = leftBehindText(entry);
        if (left.empty()) return ledger.forget({entry.target});
        ending.text += "; " + left;
        entry.failures = 0; // the next job for the file begins anew
        return ledger.keep({entry});
    });
    return ending;
}

void TransferService::ended(std::uint64_t number, const Ending& cause) {
    Run& run = runs_.at(number);
    run.ending = counted(run, cause);
    run.hasNews = true;
    const bool isDone = run.ending->fate == Fate::Done;
    if (isDone) ended_.push_back({run.params, run.spec});
    if (isDone && run.progress && run.progress->total) run.progress->inPlace = *run.progress->total;
    if (run.progress && run.progress->total) tellBytes(run);
}

void TransferService::finish(std::uint64_t number, bool wantsReschedule, Outcome outcome) {
    auto run = runs_.extract(number);
    jobFinished(run.mapped().params, wantsReschedule, std::move(outcome));
}

// The notification has a progress only once it is known how much was in place before this run: a reader who measures
// a rate begins there.
void TransferService::show(const Run& run, const std::string& text) {
    Notification::Builder content("transfers");
    content.setSmallIcon(run.spec.upload ? "document-send" : "folder-download")
        .setContentTitle(run.spec.label)
        .setContentText(text)
        .addAction("stop", "Stop"); // Later is Stint's own (jobs.md §5.6)
    if (const auto& progress = run.progress)
        content.setProgress(progress->total.value_or(0), progress->inPlace, !progress->total);
    const Notification notification = content.build();
    auto shown =
        setNotification(run.params, run.params.getJobId().value, notification, JOB_END_NOTIFICATION_POLICY_DETACH);
    if (!shown) complain("stint-transfer", fmt::format("cannot show a notification: {}", shown.error().message));
}

// Once a job is known to be over, its sidecar or record is no longer needed. Until then it tells the next run that the
// file at the target, or at the server, is its own. The question follows jobFinished() on the same connection, and the
// daemon answers nothing before earlier calls are durable (architecture.md, the turn).
void TransferService::confirm(Connection& connection) {
    if (ended_.empty()) return;
    const auto pending = JobScheduler(connection).getPendingJobsInAllNamespaces();
    for (const Ended& ended : std::exchange(ended_, {})) {
        if (!pending.ok() || !isOver(among(*pending, ended.params), ended.spec)) continue;
        if (!ended.spec.upload) forgetFinished(ended.spec.download.output);
        if (ended.spec.upload && ended.spec.upload->protocol == Upload::Protocol::Tus) forgetSent(*ended.spec.upload);
        done_.push_back(entryOf(ended.spec).target);
    }
}

// Where the daemon, or this app, died between a file's end and the daemon's word that its job is over, nobody has
// removed the record of that end.
void TransferService::settleFinished(Connection& connection) const {
    std::vector<LedgerEntry> entries;
    if (const auto ledger = Ledger::open(ledger_); ledger.ok()) entries = ledger->entries();
    for (const LedgerEntry& entry : entries) {
        if (uploadedFrom(entry) || leftoversOf(entry).empty() || !isFinished(entry.target)) continue;
        const auto job = JobScheduler(connection).getPendingJob(JobId{entry.job});
        if (!job || *job) continue;
        forgetFinished(entry.target);
        if (!leftoversOf(entry).empty()) continue;
        inLedger(ledger_, [&entry](Ledger& ledger) { return ledger.forget({entry.target}); });
    }
}

// Their entries go with the next that is kept, or once nothing runs: the disk is waited for once, not for each file.
void TransferService::forgetDone() {
    if (done_.empty()) return;
    inLedger(ledger_, [this](Ledger& ledger) { return ledger.forget(std::exchange(done_, {})); });
}

// In the same turn of the loop, so that nothing more is received or sent.
void TransferService::settleCancelled(Connection& connection) {
    for (const auto& [ticket, one] : std::exchange(cancelled_, {})) {
        const auto job = stillPending(connection, one.params);
        const bool over = job.ok() && isOver(*job, one.spec); // no daemon: what is there is kept for the next run
        over ? engine_.cancel(ticket) : engine_.stop(ticket);
        if (over) takenBack_.push_back(one);
    }
}

/// Cancelled transfers whose files or uploads must be removed.
void TransferService::takeBack() {
    auto until = Transfer::Clock::now() + mostAfterwards;
    while (!engine_.idle() && Transfer::Clock::now() < until)
        engine_.turn(-1, std::chrono::ceil<Duration>(until - Transfer::Clock::now()));
}

int TransferService::serve(Connection& connection) {
    settleFinished(connection);
    for (;;) {
        auto wanted = connection.dispatch();
        if (!wanted) {
            complain("stint-transfer", wanted.error().message);
            return ends::unavailable;
        }
        settleCancelled(connection);
        if (!*wanted) break;
        beginStarting();
        engine_.turn(connection.fd(), sooner(connection.timeout()));
        tellNews();
        if (ended_.size() >= mostUnconfirmed || runs_.empty()) confirm(connection);
        if (runs_.empty()) forgetDone();
    }
    forgetDone();
    takeBack();
    for (const Ended& one : takenBack_)
        settleInLedger(ledger_, one.params, one.spec);
    return 0;
}

} // namespace stint::transfer
