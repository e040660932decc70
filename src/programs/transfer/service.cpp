#include "programs/transfer/service.hpp"

#include <optional>
#include <utility>

#include <fmt/core.h>

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

// The ends that wait for the daemon's word together, while others move: for the first word it waits for its disk.
constexpr std::size_t mostUnconfirmed = 16;

/// A leftover that cannot be noted is found by nobody, but the transfer itself is not in danger.
void complainOf(const Error& error) { complain("stint-transfer", error.message); }

/// Calls `change` with the ledger's entry for the job's transfer: its own, or a fresh one.
template <class Change>
void inLedger(const std::filesystem::path& root, const JobParameters& params, const TransferSpec& spec, Change change) {
    auto ledger = Ledger::open(root);
    if (!ledger.ok()) return complainOf(ledger.error());
    LedgerEntry entry = entryOf(spec);
    const auto known = ledger->find(entry.target);
    entry.job = params.getJobId().value;
    if (known && known->job == entry.job) entry.failures = known->failures;
    if (auto changed = change(*ledger, entry); !changed.ok()) complainOf(changed.error());
}

/// Settles the entry of a cancelled transfer: files that it left all the same can be found.
void settleInLedger(const std::filesystem::path& root, const JobParameters& params, const TransferSpec& spec) {
    inLedger(root, params, spec, [](Ledger& ledger, const LedgerEntry& entry) {
        return leftoversOf(entry).empty() ? ledger.forget({entry.target}) : ledger.keep(entry);
    });
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
    // Noted before the first byte: however this process ends, its leftovers are found.
    inLedger(ledger_, params, run.spec,
             [this](Ledger& ledger, const LedgerEntry& entry) { return ledger.keep(entry, std::exchange(done_, {})); });
    engine_.limit(params.getRateLimit());
    Watcher watcher{.progressed = [this, number](const Progress& p) { progressed(number, p); },
                    .ended = [this, number](const Ending& e) { ended(number, e); }};
    run.ticket = run.spec.upload ? engine_.start(*run.spec.upload, std::move(watcher))
                                 : engine_.start(run.spec.download, std::move(watcher));
    return true;
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
    run.progress = progress;
    if (learned && run.spec.upload) updateEstimatedNetworkBytes(run.params, 0, *progress.total);
    if (learned && !run.spec.upload) updateEstimatedNetworkBytes(run.params, *progress.total, 0);
    tellBytes(run);
    show(run, describe(progress));
}

// Bytes in place, not bytes of this run: the progress of a resumed transfer continues.
void TransferService::tellBytes(const Run& run) {
    const Bytes inPlace = run.progress->inPlace;
    updateTransferredNetworkBytes(run.params, run.spec.upload ? 0 : inPlace, run.spec.upload ? inPlace : 0);
}

/// The Ending with the job's earlier failures counted: the last that it may have is final. A final Ending says what is
/// left behind.
Ending TransferService::counted(const Run& run, Ending ending) const {
    inLedger(ledger_, run.params, run.spec, [&](Ledger& ledger, LedgerEntry entry) -> Result<void> {
        if (ending.fate == Fate::Done) return {}; // confirm() forgets it
        ++entry.failures;
        if (ending.fate == Fate::Later && run.spec.retries && entry.failures > *run.spec.retries) {
            ending = never(ends::inputOutput, ending.text);
            if (entry.failures > 1) ending.text += fmt::format(", after {} tries", entry.failures);
        }
        if (ending.fate == Fate::Later) return ledger.keep(entry);
        const std::string left = leftBehindText(entry);
        if (left.empty()) return ledger.forget({entry.target});
        ending.text += "; " + left;
        entry.failures = 0; // the next job for the file begins anew
        return ledger.keep(entry);
    });
    return ending;
}

void TransferService::ended(std::uint64_t number, const Ending& cause) {
    Run& run = runs_.at(number);
    const Ending ending = counted(run, cause);
    if (ending.fate == Fate::Done) ended_.push_back({run.params, run.spec});
    if (ending.fate == Fate::Done && run.progress && run.progress->total) run.progress->inPlace = *run.progress->total;
    if (run.progress && run.progress->total) tellBytes(run);
    show(run, ending.fate == Fate::Later ? fmt::format("waits to go on: {}", ending.text) : ending.text);
    finish(number, ending.fate == Fate::Later, {ending.exitCode, ending.text});
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
    for (const Ended& ended : ended_) {
        if (!isOver(connection, ended)) continue;
        if (!ended.spec.upload) forgetFinished(ended.spec.download.output);
        if (ended.spec.upload && ended.spec.upload->protocol == Upload::Protocol::Tus) forgetSent(*ended.spec.upload);
        done_.push_back(entryOf(ended.spec).target);
    }
    ended_.clear();
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
        auto ledger = Ledger::open(ledger_);
        if (!ledger.ok() || !leftoversOf(entry).empty()) continue;
        if (const auto forgotten = ledger->forget({entry.target}); !forgotten.ok()) complainOf(forgotten.error());
    }
}

// Their entries go with the next that is kept, or once nothing runs: the disk is waited for once, not for each file.
void TransferService::forgetDone() {
    if (done_.empty()) return;
    auto ledger = Ledger::open(ledger_);
    if (!ledger.ok()) return complainOf(ledger.error());
    if (const auto forgotten = ledger->forget(std::exchange(done_, {})); !forgotten.ok()) complainOf(forgotten.error());
}

bool TransferService::isOver(Connection& connection, const Ended& one) const {
    const JobScheduler root(connection);
    const auto& name = one.params.getJobNamespace();
    auto scheduler = name ? root.forNamespace(*name) : Result<JobScheduler>(root);
    if (!scheduler) return false;
    auto job = scheduler->getPendingJob(one.params.getJobId());
    if (!job) return false; // no daemon: keep the record for the next run
    // The id may belong to another job by now.
    return !*job || !sameGoal(specOf((*job)->getExtras()), one.spec);
}

// In the same turn of the loop, so that nothing more is received or sent.
void TransferService::settleCancelled(Connection& connection) {
    for (const auto& [ticket, one] : std::exchange(cancelled_, {})) {
        const bool over = isOver(connection, one);
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
        engine_.turn(connection.fd(), sooner(connection.timeout()));
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
