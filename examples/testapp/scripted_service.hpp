// A job service that behaves, or misbehaves, as the extras of each job say:
//
//   log      the journal's file                            (else that of `host --log`)
//   work     milliseconds the job works; -1: for ever      (0)
//   bytes    of its payload, told as progress at the end   (0)
//   end      done, reschedule, crash, none                 (done)       what comes after the work
//   code     the outcome's exit code                       (0)
//   start    true, false, hang, crash                      (true)       how onStartJob ends
//   stop     true, false, hang, crash                      (true)       how onStopJob ends
//   notify   now, late, never, no-icon, bad-channel        (now)        now: inside onStartJob
//   late     milliseconds until a late notification        (1000)
//   policy   detach, remove                                (remove)
#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include <stint/job_service.hpp>

namespace testapp {

class ScriptedService : public stint::JobService {
public:
    explicit ScriptedService(std::string log) : log_(std::move(log)) {}

    bool onStartJob(stint::JobParameters params) override;
    bool onStopJob(stint::JobParameters params) override;
    void onNetworkChanged(stint::JobParameters params) override;
    void notificationAction(stint::JobParameters params, std::string_view key) override;

private:
    /// "true", "false", or never returns: hang and crash.
    bool perform(const std::string& how);
    void work(std::stop_token stopped, const stint::JobParameters& params);
    void post(const stint::JobParameters& params, const std::string& how);
    /// Waits for `time`, or for the stop; true: the time has passed.
    bool wait(std::stop_token stopped, stint::Duration time);
    void say(const stint::JobParameters& params, const std::string& what);

    std::string log_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::uint64_t, std::jthread> workers_; ///< by run; only callbacks touch it. The last member: joined first
};

} // namespace testapp
