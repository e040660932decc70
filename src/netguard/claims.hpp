// Who has named which cgroup, and which of them are cut: the bookkeeping of stint-netguard, over a Filter and Sockets.
// What a caller has asked for is its own: nobody else can see, change or end it, and it ends with the caller.
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

class Claims {
public:
    /// Cgroups of one user, whatever its number of connections.
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
        Fd directory; ///< kept to find its sockets
    };
    /// Again: as it is. Counts from zero for this caller.
    Result<void> watch(const std::string& caller, uid_t uid, Cgroup cgroup);
    Result<void> forget(const std::string& caller, CgroupId cgroup);
    /// All, or none where one is not the caller's; of several changes of one cgroup the last alone. A cgroup is cut
    /// while any of its callers wants that; connections that are open then end, in turn.
    Result<void> setBlocked(const std::string& caller, std::span<const Change> changes);
    /// passed() tells the caller once, as soon as received and sent together, as counters() would say them, have come
    /// to `total`. In the place of the one before; 0: none.
    Result<void> tellAt(const std::string& caller, CgroupId cgroup, std::uint64_t total);
    struct Passed {
        std::string caller;
        Row row;
    };
    /// Who is to be told now, and of what.
    std::vector<Passed> passed();
    /// Of `cgroups`; of all the caller's where none is named.
    Result<std::vector<Row>> counters(const std::string& caller, std::span<const CgroupId> cgroups) const;
    /// The caller has left the bus.
    void gone(const std::string& caller);

private:
    struct Claim {
        bool blocked = false;
        Counted before;                    ///< what others had counted before this caller came
        std::optional<std::uint64_t> mark; ///< of all that was counted, by anybody
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
    std::vector<CgroupId> marked_; ///< to be compared with what was counted, when passed() is asked
};

} // namespace stint
