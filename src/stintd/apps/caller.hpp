// The process at the other end of a connection, its app, and whether a user is looking at it: from the kernel alone
// (architecture.md, who is calling, what is visible), never from a name that it claims. A process that a desktop's
// launcher has started has its app's id in its systemd unit, or in its Flatpak sandbox (linux.md A.6, A.7).
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// A pinned process: the pidfd and the start time show whether its pid was given to another since, the program shows
/// whether it has executed another.
struct PeerProcess {
    pid_t pid = 0;
    uid_t uid = 0;
    std::uint64_t startTime = 0; ///< field 22 of /proc/PID/stat
    Fd pidfd;
    std::optional<Program> program; ///< nullopt where the kernel does not say
};

/// The process behind an accepted socket (SO_PEERCRED). Security where it belongs to another user.
Result<PeerProcess> peerOf(int socket);
/// The process of a pidfd. Security where it has ended.
Result<PeerProcess> peerOf(pid_t pid, uid_t uid, Fd pidfd);

/// A caller's app, fixed when its connection is accepted.
struct Caller {
    AppId app;
    bool isOperator = false; ///< org.stint.shell and no descendant of a job: it may use the operator's verbs
    /// The reason that its app is unknown: then it may do nothing, and `app` names none. Empty: it is known.
    std::string unknown;
};

/// Finds the app of a process that Stint started, or of a descendant of one; nullopt: it is neither. An error: that
/// cannot be known.
using OwnerOf = std::function<Result<std::optional<AppId>>(pid_t)>;

Caller identify(const PeerProcess& peer, const Registry& registry, const OwnerOf& ownerOf);

/// True if it runs another program than when it was pinned. A process that has ended runs none.
bool runsAnother(const PeerProcess& peer);

/// True if the process is in the foreground process group of its controlling terminal now. False for one that is gone,
/// or whose pid was given to another: the unknown grants nothing.
bool inTerminalForeground(const PeerProcess& peer);

/// The ids that the unit of a cgroup's path may stand for, the likeliest first: "app[-LAUNCHER]-ID-RANDOM.scope",
/// "app[-LAUNCHER]-ID[@RANDOM].service". Empty where the process is in no unit of an app.
std::vector<std::string> appIdsOfUnit(std::string_view cgroupPath);

/// The id in the text of a .flatpak-info.
std::optional<std::string> appIdOfFlatpak(std::string_view info);
/// The id of the Flatpak instance that a process runs in.
std::optional<std::string> flatpakOf(pid_t pid);

} // namespace stint
