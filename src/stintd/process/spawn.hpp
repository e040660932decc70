// A command becomes a process, by way of stint-exec: its words, environment and descriptors are prepared here, and it
// is started by a stint-exec that waits ready (Starter), or by one of its own where none waits or that fails
// (spawn()).
#pragma once
#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stint/result.hpp"
#include "stintd/process/processes.hpp"

namespace stint {

using Environment = std::map<std::string, std::string>;

/// Reads "NAME=value" strings, such as `environ`.
Environment environmentFrom(const char* const* strings);

/// The environment of `command`, from the daemon's own: a service gets only what says who the user is, where files are,
/// and how to reach the session and the network; anything else gets all but what was meant for the daemon alone. The
/// command's own values win.
Environment environmentFor(const Command& command, const Environment& own);

/// The home directory, else "/".
std::filesystem::path homeDirectory(const Environment& environment);

/// A started child, pinned by its pidfd.
struct Born {
    pid_t pid = 0;
    Fd pidfd;
};

/// Pins a child of this process; kills it where it cannot be pinned.
Result<Born> pinned(pid_t pid);

/// Starts a program by posix_spawn, since fork copies the page tables of a daemon of many megabytes, with `descriptors`
/// at 0, 1, 2 and so on; -1: none. Must be called from the thread that lives as long as the daemon: LINUX: PDEATHSIG is
/// sent when the *thread* that started a process ends.
Result<Born> posixSpawn(const std::filesystem::path& program, std::vector<std::string> words,
                        std::vector<std::string> variables, std::span<const int> descriptors);

/// The way into the place where a process is kept.
struct Entrance {
    std::vector<std::string> arguments; ///< arguments of stint-exec
    Fd cgroup;                          ///< the place's directory; none where there is no cgroup
    int niceness = 0;                   ///< stands for the share of the processors that the place does not hold
};

struct Helper {
    std::filesystem::path program; ///< stint-exec
    unsigned long descriptors = 0; ///< the limit of descriptors that the command gets; 0: the daemon's own
};

struct Prepared {
    std::vector<std::string> words; ///< arguments of stint-exec
    std::vector<std::string> variables;
    std::array<Fd, 3> stdio;
    Fd socket; ///< the service's end, where it is one
    Fd cgroup; ///< its entrance's
    Fd ours;   ///< the daemon's end
};

/// System where it is seen beforehand that the command cannot start.
Result<Prepared> prepare(const Command& command, Entrance entrance, const Environment& own, const Helper& helper);

/// Must be called from the thread that lives as long as the daemon (posixSpawn()).
Result<Born> spawn(const Prepared& prepared);

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
    struct Spawned {
        ProcessId id;
        pid_t pid = 0; ///< its reaper's
        int error = 0; ///< the errno where there is no process
    };
    /// An answer to any of the orders; nullopt: there is none yet. Wait::Yes waits for seconds at the most. An Error:
    /// no more answers will come; where that is because none came in time, there may be a process all the same.
    Result<std::optional<Spawned>> answer(Wait wait);

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
