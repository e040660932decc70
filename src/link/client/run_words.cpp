// A job's reports on its run, from any thread: its end, its notification, its progress.
#include "base/result/fail.hpp"
#include "base/text/cut.hpp"
#include "base/time/clock.hpp"
#include "link/client/connection_impl.hpp"

namespace stint {
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
        auto told = link_->tell("JobFinished", finishing(key, finish));
        if (!told.ok() && told.error().code == Errc::ILLEGAL_ARGUMENT) {
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
    if (const auto run = runs_.find(key); run == runs_.end() || run->second.finish) return {};
    if (!isCurrent(key)) return fail(Errc::UNAVAILABLE, "stintd, which runs this job, is gone");
    auto done = link_->call(
        "SetNotification",
        [&](wire::Writer& writer) {
            writer.uint64(key.run).int32(id);
            wire::writeNotification(writer, notification);
            writer.int32(static_cast<std::int32_t>(endPolicy));
            const wire::DictionaryWriter options(writer);
        },
        [](wire::Reader&) { return Result<void>(); });
    noticeLoss();
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

} // namespace stint
