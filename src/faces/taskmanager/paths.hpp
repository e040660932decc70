// Every path that is no file of the page, with the function that answers it: one table (paths.cpp), which entry and
// answers walk. The page's questions about single jobs, its drawing of a day and its forecasts (jobs.md §9.5, §9.6),
// and a person's actions.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/questions.hpp"
#include "contract/model/view.hpp"
#include "entrance/entry.hpp"
#include "entrance/pages.hpp"
#include "faces/taskmanager/daemon_line.hpp"
#include "faces/taskmanager/request.hpp"

namespace stint::taskmanager {

using Done = std::function<void(Answer)>;

struct Path {
    std::string_view name;
    std::string_view method; ///< the only one that it takes; GET allows HEAD, too
    /// Asks the daemon; nullptr: the server itself answers, or an app.
    void (*answer)(DaemonLine& line, const Request& request, Done done) = nullptr;
    std::size_t longestBody = 16 << 10; ///< bytes
};

/// nullptr: not in the table, so perhaps a file of the page.
const Path* pathNamed(std::string_view name);

/// This server, as its door knows it.
extern const entrance::House house;
/// web/, sorted by path (cmake/page.cmake).
std::span<const entrance::EmbeddedFile> embeddedFiles();

// GET
void answerWhy(DaemonLine& line, const Request& request, Done done);
void answerLog(DaemonLine& line, const Request& request, Done done);
void answerMetrics(DaemonLine& line, const Request& request, Done done);
void answerDay(DaemonLine& line, const Request& request, Done done);
void answerConstraints(DaemonLine& line, const Request& request, Done done);

// POST. Pause, resume, cancel, retry, clear and move take one job, {"job": KEY}, or several, {"jobs": [KEY, …]}: then
// the answer is {"failed": [{"key": …, "error": …}]}, in which nothing stands of those that went well.
void pauseJob(DaemonLine& line, const Request& request, Done done);
void resumeJob(DaemonLine& line, const Request& request, Done done);
void cancelJob(DaemonLine& line, const Request& request, Done done);
void retryJob(DaemonLine& line, const Request& request, Done done);
void clearJob(DaemonLine& line, const Request& request, Done done);
void moveJob(DaemonLine& line, const Request& request, Done done); // also "to": "top", "up", "down", "bottom"
void runJobNow(DaemonLine& line, const Request& request, Done done);
void stopApp(DaemonLine& line, const Request& request, Done done);
void setBattery(DaemonLine& line, const Request& request, Done done);
void resetDevice(DaemonLine& line, const Request& request, Done done);
void foretell(DaemonLine& line, const Request& request, Done done); // changes nothing

// GET /metrics: the daemon's numbers as OpenMetrics text (linux.md §A.11), made by a pure function. Label sets are
// bounded: apps, never jobs.

struct Measured {
    SchedulerView scheduler;
    std::vector<AppView> apps;
    std::vector<MeterRow> meters;
    std::vector<LineStatus> line; ///< one
};

/// All families, down to "# EOF".
std::string openMetrics(const Measured& measured);

} // namespace stint::taskmanager
