// The ten things an app does (docs/cookbook.md): what it schedules, and the services and the receiver that are called.
#pragma once
#include <filesystem>
#include <string>
#include <thread>

#include <stint/alarm_manager.hpp>
#include <stint/job_scheduler.hpp>
#include <stint/job_service.hpp>
#include <stint/receiver.hpp>

namespace cookbook {

namespace fs = std::filesystem;

// The things that the app asks for.

stint::Result<stint::ScheduleResult> backUp(stint::Connection& connection);
stint::Result<stint::ScheduleResult> syncEveryDay(stint::Connection& connection);
stint::Result<stint::ScheduleResult> fetchMessage(stint::Connection& connection);
stint::Result<stint::ScheduleResult> watchPictures(stint::Connection& connection, const fs::path& pictures);
stint::Result<stint::ScheduleResult> download(stint::Connection& connection, const std::string& film);
stint::Result<stint::ScheduleResult> upload(stint::Connection& connection, const fs::path& picture);
stint::Result<void> explain(stint::Connection& connection, stint::JobId job);
stint::Result<void> remind(stint::Connection& connection, stint::WallTime when);

// The things that it is called for.

/// Short work, which is done when onStartJob returns.
class Jobs : public stint::JobService {
    bool onStartJob(stint::JobParameters params) override;
    bool onStopJob(stint::JobParameters) override { return true; }
};

class Downloads : public stint::JobService {
    bool onStartJob(stint::JobParameters params) override;
    bool onStopJob(stint::JobParameters params) override;
    void show(const stint::JobParameters& params, stint::Bytes done, stint::Bytes size);
    std::jthread worker_;
};

class Uploads : public stint::JobService {
    bool onStartJob(stint::JobParameters params) override;
    bool onStopJob(stint::JobParameters params) override;
    std::jthread worker_;
};

class Wakes : public stint::BroadcastReceiver {
public:
    explicit Wakes(stint::Connection& connection) : connection_(connection) {}

private:
    void onAlarm(const stint::AlarmParameters& alarm) override;
    void onMessage(const stint::RemoteMessage& message) override;
    stint::Connection& connection_;
};

/// A file of the app's own, in ~/cookbook.
fs::path ownFile(const std::string& name);
/// A stand-in for what another app would do here: it writes a line into the file "done".
void work(const std::string& what);
/// Moves a piece of it, and says how many bytes that were.
stint::Bytes moveAPiece(const std::string& what, stint::Bytes from);

} // namespace cookbook
