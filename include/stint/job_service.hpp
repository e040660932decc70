// JobService: the part of an app that runs its jobs (jobs.md §4.2). Derive from it, host it on a Connection, and run().
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

    /// Begins the job's work; must return within 8 s. true: the work goes on, elsewhere, and ends with jobFinished();
    /// false: it is done already. A user-initiated job owes a notification within 10 s of this call's return (§5.2).
    virtual bool onStartJob(JobParameters params) = 0;
    /// Stops the job, which must end now, whatever this returns; must return within 8 s. true: try it again later (§6);
    /// false: drop it. Not called when the user stops the app, for a low-memory kill or a crash (§4.6). Do not call
    /// jobFinished() afterwards.
    virtual bool onStopJob(JobParameters params) = 0;
    /// Called when the default network became another that still satisfies the job: move the traffic (§4.7). Does
    /// nothing by default.
    virtual void onNetworkChanged(JobParameters params);
    /// Called when the user pressed `key` on a notification of the running job. By default "stop" calls
    /// jobFinished(params, false), "later" calls jobFinished(params, true), and any other key does nothing (§5.1).
    virtual void notificationAction(JobParameters params, std::string_view key);

    // The calls below may come from any thread. For a run that is over they do nothing.

    /// Ends the run. wantsReschedule: true: it failed, and is tried again with back-off (§6); false: it is done.
    void jobFinished(const JobParameters& params, bool wantsReschedule, Outcome outcome = {});
    /// Shows or updates the app's notification `id`, tied to this job (§5.1). IllegalArgument without a small icon,
    /// with an unknown channel, or with more than three actions. Waits for the daemon's answer, but not of an update in
    /// which only title, text and progress are others, and which comes 200 ms after the last or later.
    Result<void> setNotification(const JobParameters& params, std::int32_t id, const Notification& notification,
                                 JobEndNotificationPolicy endPolicy);
    /// Reports, in bytes, the whole payload as now known, and the part moved so far; NETWORK_BYTES_UNKNOWN: not known
    /// (§4.7).
    void updateEstimatedNetworkBytes(const JobParameters& params, Bytes download, Bytes upload);
    void updateTransferredNetworkBytes(const JobParameters& params, Bytes download, Bytes upload);

    /// The same for one item of the job's work that was dequeued in this run and is not completed. The job's own
    /// numbers follow it.
    void updateEstimatedNetworkBytes(const JobParameters& params, const JobWorkItem& item, Bytes download,
                                     Bytes upload);
    void updateTransferredNetworkBytes(const JobParameters& params, const JobWorkItem& item, Bytes download,
                                       Bytes upload);

    /// A ready event loop: dispatches `connection` until the daemon lets go of this process. Returns the exit code for
    /// main: 0, or 69 if the connection broke.
    static int run(Connection& connection);

private:
    friend class Connection;
    std::weak_ptr<Connection::Impl> connection_; ///< set by Connection::host()
};

} // namespace stint
