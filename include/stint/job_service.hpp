// JobService: where an app's jobs run (jobs.md §4.2). Derive from it, host it on a Connection, and run().
#pragma once
#include <memory>
#include <string_view>

#include "stint/connection.hpp"
#include "stint/export.hpp"
#include "stint/job_parameters.hpp"
#include "stint/notification.hpp"
#include "stint/result.hpp"

namespace stint {

/// It has JobService::JOB_END_NOTIFICATION_POLICY_DETACH, ….
class STINT_API JobService : public JobEndNotificationPolicies {
public:
    JobService();
    virtual ~JobService();
    JobService(const JobService&) = delete;
    JobService& operator=(const JobService&) = delete;

    /// The job's work begins. Answer within 8 s. true: it goes on, elsewhere, and ends with jobFinished(); false: it
    /// is done already. A user-initiated job owes a notification 10 s after this returned at the latest (§5.2).
    virtual bool onStartJob(JobParameters params) = 0;
    /// The job must stop now, whatever is answered here within 8 s. true: try it again later (§6); false: drop it.
    /// Not called when the user stops the app, for a low-memory kill or a crash (§4.6). No jobFinished() afterwards.
    virtual bool onStopJob(JobParameters params) = 0;
    /// The default network became another that still satisfies the job: move the traffic (§4.7). Default: nothing.
    virtual void onNetworkChanged(JobParameters params);
    /// The user pressed `key` on a notification of the running job. The library's own pair: "stop" calls
    /// jobFinished(params, false), "later" jobFinished(params, true); any other key does nothing (§5.1).
    virtual void notificationAction(JobParameters params, std::string_view key);

    // The calls below may come from any thread. For a run that is over they do nothing.

    /// Ends the run. wantsReschedule: true: again, with back-off, as a failure (§6); false: done.
    void jobFinished(const JobParameters& params, bool wantsReschedule, Outcome outcome = {});
    /// Shows or updates the app's notification `id`, tied to this job (§5.1). IllegalArgument without a small icon,
    /// with an unknown channel, or with more than three actions.
    Result<void> setNotification(const JobParameters& params, std::int32_t id, const Notification& notification,
                                 JobEndNotificationPolicy endPolicy);
    /// The whole payload as now known, and what was moved so far; NETWORK_BYTES_UNKNOWN where it is not known (§4.7).
    void updateEstimatedNetworkBytes(const JobParameters& params, Bytes download, Bytes upload);
    void updateTransferredNetworkBytes(const JobParameters& params, Bytes download, Bytes upload);

    /// The same of one item of the job's work, which the job's own numbers follow: of one that was dequeued in this run
    /// and is not completed.
    void updateEstimatedNetworkBytes(const JobParameters& params, const JobWorkItem& item, Bytes download,
                                     Bytes upload);
    void updateTransferredNetworkBytes(const JobParameters& params, const JobWorkItem& item, Bytes download,
                                       Bytes upload);

    /// A ready event loop: dispatches `connection` until the daemon lets go of this process. The exit code for main:
    /// 0, or 69 where the connection broke.
    static int run(Connection& connection);

private:
    friend class Connection;
    std::weak_ptr<Connection::Impl> connection_; ///< set by Connection::host()
};

} // namespace stint
