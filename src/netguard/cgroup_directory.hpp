// A directory that a caller handed over: which cgroup it is, whether the caller may name it, and what is below it. A
// caller sends a descriptor, never a path: what was checked is what is used.
#pragma once
#include <filesystem>
#include <vector>

#include <sys/types.h>

#include "base/fd.hpp"
#include "netguard/filter.hpp"

namespace stint {

/// IllegalArgument where it is no directory of a cgroup v2.
Result<CgroupId> cgroupIdOf(const Fd& directory);

/// Who calls, by the bus's word.
struct Peer {
    uid_t uid = 0;
    pid_t pid = 0;
};

/// Root may name any cgroup; anybody else one that is theirs, inside the tree that was delegated to them and that they
/// are in: the highest cgroup above the caller's own that they own, itself left out. `mount`: of cgroup v2. Answers how
/// deep below that it is; Security where the caller may not, with the reason.
Result<unsigned> mayName(const Fd& directory, const Peer& peer, const std::filesystem::path& mount);

/// Adds it and all below it, up to `most` in all: an app may make as many as it likes.
void addWithAllBelow(const Fd& directory, std::size_t most, std::vector<CgroupId>& all);

} // namespace stint
