#include <poll.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "base/unix/ends.hpp"
#include "link/client/connection.hpp"
#include "link/client/run.hpp"
#include "stint/job_service.hpp"

namespace stint {
namespace {} // namespace

JobService::JobService() = default;
JobService::~JobService() = default;

void JobService::onNetworkChanged(JobParameters) {}

void JobService::notificationAction(JobParameters params, std::string_view key) {
    // jobs.md §5.1: the library's own pair.
    if (key == "stop") jobFinished(params, false);
    if (key == "later") jobFinished(params, true);
}

void JobService::jobFinished(const JobParameters& params, bool wantsReschedule, Outcome outcome) {
    if (auto connection = connection_.lock()) connection->finish(params, {wantsReschedule, std::move(outcome)});
}

Result<void> JobService::setNotification(const JobParameters& params, std::int32_t id, const Notification& notification,
                                         JobEndNotificationPolicy endPolicy) {
    auto connection = connection_.lock();
    if (!connection) return fail(Errc::ILLEGAL_STATE, "this service is hosted nowhere; call Connection::host() first");
    return connection->notify(params, id, notification, endPolicy);
}

void JobService::updateEstimatedNetworkBytes(const JobParameters& params, Bytes download, Bytes upload) {
    if (auto connection = connection_.lock()) connection->estimate(params, {download, upload});
}

void JobService::updateTransferredNetworkBytes(const JobParameters& params, Bytes download, Bytes upload) {
    if (auto connection = connection_.lock()) connection->transfer(params, {download, upload});
}

void JobService::updateEstimatedNetworkBytes(const JobParameters& params, const JobWorkItem& item, Bytes download,
                                             Bytes upload) {
    if (auto connection = connection_.lock()) connection->estimate(params, {download, upload}, item.getWorkId());
}

void JobService::updateTransferredNetworkBytes(const JobParameters& params, const JobWorkItem& item, Bytes download,
                                               Bytes upload) {
    if (auto connection = connection_.lock()) connection->transfer(params, {download, upload}, item.getWorkId());
}

int JobService::run(Connection& connection) {
    while (true) {
        pollfd ready{connection.fd(), POLLIN, 0};
        ::poll(&ready, 1, pollTimeout(connection.timeout()));
        const auto goesOn = connection.dispatch();
        if (!goesOn.ok()) return ends::unavailable;
        if (!*goesOn) return connection.impl_->isCutOff() ? ends::unavailable : 0;
    }
}

// A job's reports on its run, from any thread: its end, its notification, its progress.

namespace {

client::BusLink::Write finishing(const client::RunKey& key, const client::Finish& finish) {
    return [&key, &finish](wire::Writer& writer) {
        writer.uint64(key.run).boolean(finish.wantsReschedule);
        wire::writeOutcome(writer, finish.outcome);
    };
}

} // namespace

void Connection::Impl::finish(const JobParameters& params, client::Finish finish) {
    const Hold hold(*this);
    const auto run = runs_.find(JobParametersAccess::keyOf(params));
    if (run == runs_.end() || run->second.finish) return;
    cut(finish.outcome.text, wire::longestOutcome); // a message of 1 MiB would cost the connection
    run->second.finish = std::move(finish);
    // jobs.md §4.2: in EXECUTING, and in STOPPING, where it acts as the answer. Called earlier, it waits for the
    // answer.
    if (run->second.state != client::Run::State::Starting) end(run);
}

void Connection::Impl::end(client::Runs::iterator run) {
    const client::RunKey key = run->first;
    sendRest(run->second, key);
    if (isCurrent(key)) {
        client::Finish& finish = *run->second.finish;
        auto sent = link_->tell("JobFinished", finishing(key, finish));
        if (!sent.ok() && sent.error().code == Errc::ILLEGAL_ARGUMENT) {
            // The end must arrive, whatever text it has.
            finish.outcome.text = "(a text that was not UTF-8)";
            (void)link_->tell("JobFinished", finishing(key, finish));
        }
    }
    runs_.erase(key);
    noticeLoss();
}

Result<void> Connection::Impl::notify(const JobParameters& params, std::int32_t id, const Notification& notification,
                                      JobEndNotificationPolicy endPolicy) {
    const Hold hold(*this);
    const client::RunKey key = JobParametersAccess::keyOf(params);
    const auto run = runs_.find(key);
    if (run == runs_.end() || run->second.finish) return {};
    if (!isCurrent(key)) return fail(Errc::UNAVAILABLE, "stintd, which runs this job, is gone");
    const auto write = [&](wire::Writer& writer) {
        writer.uint64(key.run).int32(id);
        wire::writeNotification(writer, notification);
        writer.int32(static_cast<std::int32_t>(endPolicy));
        const wire::DictionaryWriter options(writer);
    };
    client::ShownAs shown{id, notification.getChannelId(), notification.getSmallIcon(), notification.getActions(),
                          endPolicy};
    // Nobody waits for the answer to an update that cannot be refused, unless they come faster than reports do.
    const Instant now = bootNow();
    if (run->second.shown == shown && now >= run->second.updateOpen) {
        run->second.updateOpen = now + client::Throttle::pause;
        auto told = link_->tell("SetNotification", write);
        noticeLoss();
        return told;
    }
    auto done = link_->call("SetNotification", write, [](wire::Reader&) { return Result<void>(); });
    noticeLoss();
    if (const auto still = runs_.find(key); done.ok() && still != runs_.end()) still->second.shown = std::move(shown);
    return done;
}

void Connection::Impl::report(const JobParameters& params, std::optional<std::uint64_t> item,
                              client::Throttle client::Reports::*kind, client::ByteCounts counts) {
    const Hold hold(*this);
    const auto run = runs_.find(JobParametersAccess::keyOf(params));
    if (run == runs_.end() || run->second.finish) return;
    if (item && !run->second.working.contains(*item)) return;
    client::Reports& reports = item ? run->second.items[*item] : run->second.reports;
    (reports.*kind).note(counts);
    sendDue(run->first, run->second);
    noticeLoss();
}

void Connection::Impl::sendAllDue() {
    for (auto& [key, run] : runs_)
        sendDue(key, run);
    noticeLoss();
}

void Connection::Impl::sendDue(const client::RunKey& key, client::Run& run) {
    sendReports(key, run, [](client::Throttle& throttle) { return throttle.take(bootNow()); });
}

void Connection::Impl::sendRest(client::Run& run, const client::RunKey& key) {
    if (!isCurrent(key)) return;
    sendReports(key, run, [](client::Throttle& throttle) { return throttle.takeRest(); });
}

void Connection::Impl::sendReports(const client::RunKey& key, client::Run& run, Due due) {
    sendReports(key, std::nullopt, run.reports, due);
    for (auto& [item, reports] : run.items)
        sendReports(key, item, reports, due);
}

void Connection::Impl::sendReports(const client::RunKey& key, std::optional<std::uint64_t> item,
                                   client::Reports& reports, Due due) {
    sendCounts(key, item, item ? "UpdateWorkEstimatedNetworkBytes" : "UpdateEstimatedNetworkBytes",
               due(reports.estimated));
    sendCounts(key, item, item ? "UpdateWorkTransferredNetworkBytes" : "UpdateTransferredNetworkBytes",
               due(reports.transferred));
}

void Connection::Impl::sendCounts(const client::RunKey& key, std::optional<std::uint64_t> item, const char* member,
                                  const std::optional<client::ByteCounts>& counts) {
    if (!counts || !isCurrent(key)) return;
    (void)link_->tell(member, [&](wire::Writer& writer) {
        writer.uint64(key.run);
        if (item) writer.uint64(*item);
        writer.int64(counts->download).int64(counts->upload);
    });
}

// A run's work, and the loss of the last handle of it (jobs.md §2.5, §4.2).

namespace {

Error gone() { return fail(Errc::UNAVAILABLE, "stintd, which runs this job, is gone"); }

} // namespace

JobParameters Connection::Impl::handOut(const client::RunKey& key, client::Run& run) {
    auto handle = run.handle.lock();
    if (!handle) handle = std::make_shared<client::RunHandle>(weak_from_this(), key);
    run.handle = handle;
    return JobParametersAccess::withHandle(run.params, std::move(handle));
}

void Connection::Impl::noteLost(const client::RunKey& key) {
    {
        const std::lock_guard hold(lostMutex_);
        lost_.push_back(key);
    }
    fd_.wake();
}

void Connection::Impl::abandonLost() {
    std::vector<client::RunKey> lost;
    {
        const std::lock_guard hold(lostMutex_);
        lost.swap(lost_);
    }
    for (const client::RunKey& key : lost) {
        const auto run = runs_.find(key);
        // A run that is starting is checked once it has started; a later callback may have handed out another handle.
        if (run == runs_.end() || run->second.state != client::Run::State::Executing) continue;
        if (run->second.handle.expired()) abandon(*run);
    }
}

void Connection::Impl::abandon(client::Runs::value_type& run) {
    auto& [key, state] = run;
    if (state.abandoned || state.finish || !isCurrent(key)) return;
    state.abandoned = true;
    (void)link_->tell("Abandoned", [number = key.run](wire::Writer& writer) { writer.uint64(number); });
    noticeLoss();
}

Result<std::optional<WorkItem>> Connection::Impl::dequeue(const client::RunKey& key) {
    const Hold hold(*this);
    if (!isCurrent(key)) return gone();
    if (const auto run = runs_.find(key); run != runs_.end()) sendRest(run->second, key); // its last reports
    std::optional<WorkItem> item;
    auto done = link_->call(
        "DequeueWork", [&](wire::Writer& writer) { const wire::DictionaryWriter options(writer.uint64(key.run)); },
        [&item](wire::Reader& reader) {
            return reader.array("a{sv}", [&item](wire::Reader& element) -> Result<void> {
                item = STINT_TRY(wire::readWork(element));
                return {};
            });
        });
    noticeLoss();
    STINT_TRY(std::move(done));
    const auto run = runs_.find(key);
    if (run == runs_.end()) return item;
    if (item) {
        run->second.working.insert(item->id);
    } else if (run->second.working.empty()) {
        runs_.erase(run); // the daemon has ended it
    }
    return item;
}

Result<void> Connection::Impl::complete(const client::RunKey& key, std::uint64_t item) {
    const Hold hold(*this);
    if (!isCurrent(key)) return gone();
    if (const auto run = runs_.find(key); run != runs_.end()) sendRest(run->second, key); // the item's last reports
    auto done = link_->call(
        "CompleteWork",
        [&](wire::Writer& writer) { const wire::DictionaryWriter options(writer.uint64(key.run).uint64(item)); },
        [](wire::Reader&) { return Result<void>(); });
    noticeLoss();
    STINT_TRY(std::move(done));
    if (const auto run = runs_.find(key); run != runs_.end()) {
        run->second.working.erase(item);
        run->second.items.erase(item);
    }
    return {};
}

} // namespace stint
