// Who is at the other end of a connection, and whether a user is looking at it: from the kernel's word alone
// (architecture.md, who is calling, what is visible). Never from a name that is claimed.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

#include "base/text/app_id.hpp"
#include "base/unix/fd.hpp"
#include "stint/result.hpp"
#include "stintd/apps/registry.hpp"

namespace stint {

/// The file that a process runs.
struct Program {
    dev_t device = 0;
    ino_t inode = 0;
    auto operator<=>(const Program&) const = default;
};

/// A process, pinned: the pidfd and the start time tell whether the pid was given to another since, the program whether
/// it has executed another.
struct PeerProcess {
    pid_t pid = 0;
    uid_t uid = 0;
    std::uint64_t startTime = 0; ///< field 22 of /proc/PID/stat
    Fd pidfd;
    std::optional<Program> program; ///< none where the kernel does not say
};

/// The process behind an accepted socket (SO_PEERCRED). Security where it is of another user than ours.
Result<PeerProcess> peerOf(int socket);
/// One that was pinned by whoever knew it. Security where it has ended.
Result<PeerProcess> peerOf(pid_t pid, uid_t uid, Fd pidfd);

/// Who a caller is, fixed when its connection is accepted.
struct Caller {
    AppId app;
    bool isOperator = false; ///< org.stint.shell and no descendant of a job: may use the operator's verbs
    /// Why nobody can say which app it is: it may do nothing then, and `app` names none. Empty: it is known.
    std::string unknown;
};

/// Finds the app of a process that Stint started, or of a descendant of one; nullopt: it is neither. An error: nobody
/// can say.
using OwnerOf = std::function<Result<std::optional<AppId>>(pid_t)>;

Caller identify(const PeerProcess& peer, const Registry& registry, const OwnerOf& ownerOf);

/// Whether it runs another program than it did when it was pinned. One that has ended runs none.
bool runsAnother(const PeerProcess& peer);

/// Whether the process is in the foreground process group of its controlling terminal at this moment. A process that
/// is gone, or whose pid was given to another, is not. Unknown never grants.
bool inTerminalForeground(const PeerProcess& peer);

} // namespace stint
