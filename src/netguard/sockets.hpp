// Open connections, and their end.
#pragma once
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <linux/inet_diag.h>
#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "netguard/cgroup_directory.hpp"
#include "netguard/filter.hpp"
#include "netguard/turns.hpp"

namespace stint {

/// Ends connections that are open (SOCK_DESTROY): their programs see ECONNABORTED at once, where a packet filter alone
/// would let them hang. TCP only: a datagram is refused as it is sent. It reaches this process's network namespace
/// alone, which is the machine's: the filter stops connections in others, which end by their time-outs.
class Sockets {
public:
    virtual ~Sockets() = default;
    /// Makes the connections of a cgroup, and of all below it, end soon; those with both ends on loopback live on.
    /// `directory` must live until spare().
    virtual void sever(uid_t user, CgroupId cgroup, const Fd& directory) = 0;
    /// Lets the connections that are still there live from now on; does nothing where there are none.
    virtual void spare(CgroupId cgroup) = 0;
};

/// The kernel's sockets. An app may have made thousands of cgroups, and a machine have as many connections, so both are
/// listed in pieces, in turns: cgroups in the turn of the user who cut them, connections in a turn that all users
/// share.
class KernelSockets final : public Sockets {
public:
    static Result<std::unique_ptr<KernelSockets>> open(Turns& turns);
    void sever(uid_t user, CgroupId cgroup, const Fd& directory) override;
    void spare(CgroupId cgroup) override;

private:
    struct Cut {
        uid_t user = 0;
        const Fd* directory = nullptr;
        std::optional<CgroupWalk> walk;
        std::vector<CgroupId> below; ///< with itself
        bool isInRound = false;
    };
    struct Below {
        CgroupId cgroup;
        CgroupId cut; ///< the cut cgroup that it is below
        auto operator<=>(const Below&) const = default;
    };
    struct Found {
        int family = 0;
        inet_diag_sockid socket{};
        CgroupId cgroup;
    };
    /// One listing of all connections, for all cgroups that have been walked when it begins.
    struct Round {
        std::vector<Below> of; ///< sorted
        std::vector<Found> found;
        unsigned families = 0; ///< the number of families that have been asked for
        bool isListing = false;
    };

    KernelSockets(Fd line, Turns& turns) : line_(std::move(line)), turns_(turns) {}
    Turns::Then walkOn(uid_t user);
    Turns::Then goRound();
    void beginRound();
    bool askForNextFamily();
    bool readSome();
    void endSome();
    bool isToEnd(CgroupId cgroup) const;

    Fd line_; ///< NETLINK_SOCK_DIAG
    Turns& turns_;
    std::map<CgroupId, Cut> cuts_;                ///< the cgroups whose connections are to end
    std::map<uid_t, std::deque<CgroupId>> walks_; ///< the cgroups to be walked; a user with an entry has a turn
    std::vector<CgroupId> walked_;                ///< walked cgroups, for the next round
    std::optional<Round> round_;
    bool isGoing_ = false; ///< rounds have a turn now
};

} // namespace stint
