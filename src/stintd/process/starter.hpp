// A stint-exec that waits ready to start a process.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stint/result.hpp"
#include "stintd/process/posix_spawn.hpp"
#include "stintd/process/spawn.hpp"

namespace stint {

/// A stint-exec that waits ready, starts a process in its cgroup (exec/serve.hpp), and stays above it while another one
/// waits. The first is made when it is needed, and anew when the last has died. The daemon does not wait for its
/// answers: each comes from the new process, and from its reaper, which answers for one that cannot.
class Starter {
public:
    /// `program`: stint-exec. `instance`: the name by which a later daemon finds its reapers. `speaks`: called from the
    /// event loop when there is an answer.
    Starter(sd_event* loop, std::filesystem::path program, std::string instance, std::function<void()> speaks)
        : loop_(loop), program_(std::move(program)), instance_(std::move(instance)), speaks_(std::move(speaks)) {}
    ~Starter() { end(); }
    Starter(const Starter&) = delete;
    Starter& operator=(const Starter&) = delete;

    /// Makes one ready, so that the first start need not.
    Result<void> begin();

    /// Asks for a process in its cgroup, below a reaper that is a child of this process. On an Error nothing was asked.
    Result<void> order(ProcessId id, const Prepared& prepared);

    enum class Wait : std::uint8_t { Yes, No };
    struct Said {
        ProcessId id;
        pid_t pid = 0; ///< its reaper's
        int error = 0; ///< the errno where there is no process
    };
    /// An answer to any of the orders; nullopt: there is none yet. Wait::Yes waits for seconds at the most. An Error:
    /// no more answers will come; where that is because none came in time, there may be a process all the same.
    Result<std::optional<Said>> answer(Wait wait);

private:
    static int spoke(sd_event_source* source, int fd, std::uint32_t events, void* self);
    void ready(pid_t pid);
    void end();

    sd_event* loop_;
    std::filesystem::path program_;
    std::string instance_;
    std::function<void()> speaks_;
    Born process_; ///< the one that waits, where it is known
    Fd socket_;    ///< none: no stint-exec waits
    EventSource answers_;
    std::set<ProcessId> owed_; ///< orders without an answer
};

} // namespace stint
