// A directory that a caller handed over: its cgroup, the caller's right to name that, and the cgroups below it. A
// caller sends a descriptor, never a path: what was checked is what is used.
#pragma once
#include <filesystem>
#include <vector>

#include <dirent.h>
#include <sys/types.h>

#include "base/result/owned.hpp"
#include "base/unix/fd.hpp"
#include "netguard/filter.hpp"

namespace stint {

/// The cgroup's number. IllegalArgument where it is no directory of a cgroup v2.
Result<CgroupId> cgroupIdOf(const Fd& directory);

/// The calling process, by the bus's word.
struct Peer {
    uid_t uid = 0;
    pid_t pid = 0;
};

/// Root may name any cgroup; anybody else one that is theirs, inside the tree that was delegated to them and that they
/// are in: the highest cgroup above the caller's own that they own, itself left out. `mount`: the mount point of cgroup
/// v2. Returns how deep below that it is; Security where the caller may not, with the reason.
Result<unsigned> mayName(const Fd& directory, const Peer& peer, const std::filesystem::path& mount);

/// A cgroup and all below it, listed in pieces: an app may make as many as it likes.
class CgroupWalk {
public:
    explicit CgroupWalk(const Fd& top);
    /// Adds the next ones until there are `most` in all; true if there may be more.
    bool addUpTo(std::size_t most, std::vector<CgroupId>& all);

private:
    void enter(Fd directory, std::vector<CgroupId>& all);

    Fd top_;                                   ///< set until it has been entered
    std::vector<Owned<DIR, ::closedir>> open_; ///< from the top to where the walk is
};

} // namespace stint
