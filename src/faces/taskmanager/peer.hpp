// The owner of a loopback connection's other end: the kernel tells of every TCP socket which user made it, and in
// which cgroup (base/unix/sock_diag); and /proc which processes stand there.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "base/unix/sock_diag.hpp"
#include "faces/taskmanager/request.hpp"

namespace stint::taskmanager {

class Peers {
public:
    /// System where the kernel could not be asked whether it tells.
    static Result<Peers> open();
    /// The other end of a connection from this machine. Foreign, too, where that is nobody's any more, or our own
    /// has gone: then a second socket may have the same two addresses, and the kernel speaks of that.
    PeerSocket of(int accepted);

private:
    explicit Peers(std::optional<SockDiag> kernel) : kernel_(std::move(kernel)) {}
    std::optional<SockDiag> kernel_; ///< nullopt: it does not tell
};

/// Finds a job's process behind a connection: whoever enters by one would be the operator by proxy.
class Makers {
public:
    /// Nothing where it is known that none made it. Security where one did, and where nobody can say, with the
    /// sentence. Looks at all processes, so it is asked once, of who enters; of a cgroup that is known to be a job's
    /// never again.
    Result<void> includeNoJob(const PeerSocket& peer);

private:
    std::set<std::uint64_t> jobs_; ///< their cgroups, whose numbers the kernel gives to no others
};

/// Whether a cgroup's path, as /proc/PID/cgroup has it, is one that stintd made for an app.
bool isOfJob(std::string_view cgroupPath);

} // namespace stint::taskmanager
