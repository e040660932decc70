// Ends connections that are open (SOCK_DESTROY): their programs see ECONNABORTED at once, where a packet filter alone
// would let them hang. Only TCP: a datagram is refused as it is sent. Only in this process's network namespace, which
// is the machine's: one in another is stopped by the filter, and left to its time-outs.
#pragma once
#include <span>

#include "base/fd.hpp"
#include "netguard/filter.hpp"

namespace stint {

class Sockets {
public:
    virtual ~Sockets() = default;
    /// Those of exactly these cgroups, which are sorted; one with both ends on loopback lives on.
    virtual void abort(std::span<const CgroupId> cgroups) = 0;
};

class KernelSockets : public Sockets {
public:
    static Result<KernelSockets> open();
    void abort(std::span<const CgroupId> cgroups) override;

private:
    explicit KernelSockets(Fd line) : line_(std::move(line)) {}
    void abortOf(int family, std::span<const CgroupId> cgroups);

    Fd line_; ///< NETLINK_SOCK_DIAG
};

} // namespace stint
