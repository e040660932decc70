// A stint-exec that waits ready, and starts a process in its cgroup (exec/serve.hpp), above which it stays while
// another one waits. The first is made when it is needed, and again where the last has died. The daemon does not wait
// for its answers: each comes from the new process, and from its reaper, which speaks for one that cannot.
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

class Starter {
public:
    /// `program`: stint-exec. `instance`: by it a later daemon finds those that reap. `speaks`: told from the event
    /// loop that there is an answer.
    Starter(sd_event* loop, std::filesystem::path program, std::string instance, std::function<void()> speaks)
        : loop_(loop), program_(std::move(program)), instance_(std::move(instance)), speaks_(std::move(speaks)) {}
    ~Starter() { end(); }
    Starter(const Starter&) = delete;
    Starter& operator=(const Starter&) = delete;

    /// Makes it ready, so that the first start need not.
    Result<void> begin();

    /// Asks for a process in its cgroup, below a reaper that is a child of this one. An Error: it was not asked.
    Result<void> order(ProcessId id, const Prepared& prepared);

    enum class Wait : std::uint8_t { Yes, No };
    struct Said {
        ProcessId id;
        pid_t pid = 0; ///< of its reaper
        int error = 0; ///< where there is no process
    };
    /// An answer to any of the orders; nullopt: there is none yet. Who waits does so for seconds at the most. An Error:
    /// none will come any more; where that is because nobody spoke in time, there may be a process all the same.
    Result<std::optional<Said>> answer(Wait wait);

private:
    static int spoke(sd_event_source* source, int fd, std::uint32_t events, void* self);
    void ready(pid_t pid);
    void end();

    sd_event* loop_;
    std::filesystem::path program_;
    std::string instance_;
    std::function<void()> speaks_;
    Born process_; ///< that waits, where that is known
    Fd socket_;    ///< none: there is no such process
    EventSource answers_;
    std::set<ProcessId> owed_; ///< answers
};

} // namespace stint
