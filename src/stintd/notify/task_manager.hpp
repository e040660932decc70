// The Task Manager's page.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "contract/model/job.hpp"
#include "stint/result.hpp"

namespace stint {

/// The Task Manager's page, opened for a person who pressed Why or Open on the desktop (jobs.md §5.6): runs `stint ui`
/// in a session of its own, and waits for its end. No other place knows how it is started.
class TaskManagerPage {
public:
    /// `news`: gets a line for the log where it could not be opened.
    TaskManagerPage(sd_event* loop, std::function<void(const std::string&)> news)
        : loop_(loop), news_(std::move(news)) {}
    ~TaskManagerPage() = default;
    TaskManagerPage(const TaskManagerPage&) = delete;
    TaskManagerPage& operator=(const TaskManagerPage&) = delete;

    /// Opens the page, at that job if there is one. `token`: the press's (xdg-activation), which lets a window come to
    /// the front; empty: there is none.
    void open(const std::optional<JobKey>& job, const std::string& token);

private:
    struct Child {
        TaskManagerPage* owner = nullptr;
        pid_t pid = 0;
        Fd pidfd;
        EventSource exit;
    };

    Result<void> start(const std::optional<JobKey>& job, const std::string& token);
    static int exited(sd_event_source* source, int fd, std::uint32_t events, void* child);

    sd_event* loop_;
    std::function<void(const std::string&)> news_;
    std::map<pid_t, Child> children_;
};

} // namespace stint
