// The callers' claims on cgroups, which of these are cut, and the end of connections that are open when a cut begins.
// The packets themselves are stopped by the Filter (filter.hpp).
#pragma once
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
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

/// The callers, the cgroups that each has named, and which of these are cut: the bookkeeping of stint-netguard, over a
/// Filter and Sockets. A caller's requests are its own: no other caller can see, change or end them, and they end with
/// the caller.
class Claims {
public:
    /// The most cgroups of one user, over all its connections.
    static constexpr std::size_t mostOfUser = 1024;

    struct Change {
        CgroupId cgroup;
        bool blocked = false;
    };
    struct Row {
        CgroupId cgroup;
        Counted counted;
    };

    Claims(Filter& filter, Sockets& sockets) : filter_(filter), sockets_(sockets) {}

    struct Cgroup {
        CgroupId id;
        unsigned depth = 0;
        Fd directory; ///< kept to find the cgroups below it
    };
    /// Watches a cgroup; a second call changes nothing. The count starts from zero for this caller.
    Result<void> watch(const std::string& caller, uid_t uid, Cgroup cgroup);
    Result<void> forget(const std::string& caller, CgroupId cgroup);
    /// Makes all changes, or none where one cgroup is not the caller's; the last of several changes of one cgroup
    /// counts. A cgroup is cut while any of its callers wants that; connections that are open then end, in turn.
    Result<void> setBlocked(const std::string& caller, std::span<const Change> changes);
    /// Has passed() name the caller once, as soon as received and sent together, as counters() would give them, have
    /// reached `total`. Replaces the mark before; 0: none.
    Result<void> tellAt(const std::string& caller, CgroupId cgroup, std::uint64_t total);
    struct Passed {
        std::string caller;
        Row row;
    };
    /// The callers whose marks have passed, each with its counters.
    std::vector<Passed> passed();
    /// The counters of `cgroups`; of all the caller's where none is named, which must not be too many for one answer.
    Result<std::vector<Row>> counters(const std::string& caller, std::span<const CgroupId> cgroups) const;
    /// To be called when the caller has left the bus: drops its claims.
    void gone(const std::string& caller);

private:
    struct Claim {
        bool blocked = false;
        Counted before;                    ///< the cgroup's count when this caller came
        std::optional<std::uint64_t> mark; ///< compared with the cgroup's whole count
    };
    struct Caller {
        uid_t uid = 0;
        std::map<CgroupId, Claim> claims;
    };
    struct Place {
        Fd directory;
        unsigned claims = 0;
        unsigned cuts = 0;
    };

    Result<void> checkOwn(const std::string& caller, CgroupId cgroup) const;
    std::size_t heldBy(uid_t uid) const;
    void drop(CgroupId cgroup, const Claim& claim);
    Result<void> mark(CgroupId cgroup);
    void addPassed(CgroupId cgroup, std::vector<Passed>& all);
    Result<void> change(uid_t user, Claim& claim, CgroupId cgroup, bool blocked);

    Filter& filter_;
    Sockets& sockets_;
    std::map<std::string, Caller> callers_;
    std::map<CgroupId, Place> places_;
    std::vector<CgroupId> marked_; ///< to be compared with the count when passed() is called
};

} // namespace stint
