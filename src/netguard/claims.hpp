// The callers' claims on cgroups.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "netguard/filter.hpp"
#include "netguard/sockets.hpp"

namespace stint {

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
    /// The counters of `cgroups`; of all the caller's where none is named.
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
