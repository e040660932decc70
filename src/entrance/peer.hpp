// The process at a loopback connection's other end: the kernel knows of every TCP socket which user made it, and in
// which cgroup (base/unix/sock_diag); and /proc knows which processes stand there.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string_view>

#include "base/unix/sockets.hpp"
#include "entrance/request.hpp"

namespace stint::entrance {

class Peers {
public:
    /// System where the kernel could not be asked if it knows.
    static Result<Peers> open();
    /// The other end of a connection from this machine. Foreign, too, where nobody has it any more, or our own end is
    /// gone: then a second socket may have the same two addresses, and the kernel's answer may be about that one.
    PeerSocket of(int accepted);
    std::shared_ptr<const Browser> met(int accepted) { return std::make_shared<const Browser>(of(accepted)); }

private:
    explicit Peers(std::optional<SockDiag> kernel) : kernel_(std::move(kernel)) {}
    std::optional<SockDiag> kernel_; ///< nullopt: it cannot be asked
};

/// Finds a job's process behind a connection: a job that enters would act as the operator.
class Makers {
public:
    /// Succeeds where it is certain that no job made it. Security where a job did, or where that cannot be known; the
    /// sentence says which. It looks at all processes, so it is asked once, when a browser enters; a cgroup that is
    /// known to be a job's is not looked at again.
    Result<void> includeNoJob(const PeerSocket& peer);

private:
    std::set<std::uint64_t> jobs_; ///< the jobs' cgroups, whose numbers the kernel gives to no others
};

/// True if a cgroup's path, in the form of /proc/PID/cgroup, is one that stintd made for an app.
bool isOfJob(std::string_view cgroupPath);

} // namespace stint::entrance
