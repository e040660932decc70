#include "stint/job_service.hpp"

#include <poll.h>

#include "base/result/fail.hpp"
#include "base/time/poll_timeout.hpp"
#include "base/unix/ends.hpp"
#include "link/client/connection_impl.hpp"

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

} // namespace stint
