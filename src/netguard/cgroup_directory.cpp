#include "netguard/cgroup_directory.hpp"

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/cgroup/cgroup.hpp"
#include "base/result/errors.hpp"
#include "base/unix/process.hpp"
#include "netguard/bpf/counted.h"

namespace stint {
namespace {

constexpr std::size_t deepestBelow = 8;

bool isCgroup2(const Fd& directory) {
    struct statfs system {};
    return ::fstatfs(directory.get(), &system) == 0 && system.f_type == CGROUP2_SUPER_MAGIC;
}

std::optional<uid_t> ownerOf(const Fd& directory) {
    struct stat about {};
    if (::fstat(directory.get(), &about) != 0) return std::nullopt;
    return about.st_uid;
}

/// The cgroup above; none at the top of what is mounted, or where it was removed.
Fd above(const Fd& directory) {
    Fd parent(::openat(directory.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!parent || !isCgroup2(parent)) return {};
    struct stat here {};
    struct stat there {};
    if (::fstat(directory.get(), &here) != 0 || ::fstat(parent.get(), &there) != 0) return {};
    return here.st_dev == there.st_dev && here.st_ino != there.st_ino ? std::move(parent) : Fd();
}

Fd duplicate(const Fd& directory) { return Fd(::fcntl(directory.get(), F_DUPFD_CLOEXEC, 3)); }

/// The highest of the caller's own cgroup and those above it that the caller owns without a gap.
Result<CgroupId> delegatedTo(const Peer& peer, const std::filesystem::path& mount) {
    const auto text = readFile("/proc/" + std::to_string(peer.pid) + "/cgroup");
    const auto path = text ? cgroupPath(*text) : std::nullopt;
    if (!path) return fail(Errc::SECURITY, "the cgroup of process {} cannot be read", peer.pid);
    const auto place = placeOf({"/", mount}, *path);
    Fd highest(place ? ::open(place->directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1);
    if (!highest || !isCgroup2(highest) || ownerOf(highest) != peer.uid)
        return fail(Errc::SECURITY,
                    "your own cgroup {} is not delegated to you; call from a unit of your user manager "
                    "(Delegate=yes)",
                    *path);
    for (Fd next = above(highest); next && ownerOf(next) == peer.uid; next = above(highest))
        highest = std::move(next);
    return cgroupIdOf(highest);
}

} // namespace

Result<CgroupId> cgroupIdOf(const Fd& directory) {
    struct stat about {};
    if (::fstat(directory.get(), &about) != 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "the descriptor cannot be used: {}", std::strerror(errno));
    if (!S_ISDIR(about.st_mode) || !isCgroup2(directory))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "the descriptor is not a directory of a cgroup v2; open one with O_DIRECTORY");
    const auto id = idOf(directory);
    if (!id) return fail(Errc::ILLEGAL_ARGUMENT, "the cgroup cannot be identified: {}", std::strerror(errno));
    return CgroupId{*id};
}

Result<unsigned> mayName(const Fd& directory, const Peer& peer, const std::filesystem::path& mount) {
    if (peer.uid != 0 && ownerOf(directory) != peer.uid)
        return fail(Errc::SECURITY, "that cgroup is not yours: it belongs to user {}, you are user {}",
                    ownerOf(directory).value_or(0), peer.uid);
    std::optional<CgroupId> delegated;
    if (peer.uid != 0) delegated = STINT_TRY(delegatedTo(peer, mount));
    bool inside = peer.uid == 0;
    bool owned = true; // every cgroup on the way so far is the caller's
    unsigned depth = 0;
    Fd highest = duplicate(directory);
    for (Fd next = above(highest); next; next = above(highest)) {
        highest = std::move(next);
        if (++depth >= STINT_DEEPEST)
            return fail(Errc::ILLEGAL_ARGUMENT, "that cgroup is {} deep or more", STINT_DEEPEST);
        owned = owned && ownerOf(highest) == peer.uid;
        if (inside || !owned) continue;
        const CgroupId id = STINT_TRY(cgroupIdOf(highest));
        inside = id == *delegated;
    }
    if (!inside)
        return fail(Errc::SECURITY, "that cgroup is not inside the tree that is delegated to you and that you are in");
    // Its level must be known, or the programs would not find it.
    const Fd root(::open(mount.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const CgroupId top = STINT_TRY(cgroupIdOf(highest));
    const CgroupId mounted = STINT_TRY(cgroupIdOf(root));
    if (top != mounted) return fail(Errc::ILLEGAL_ARGUMENT, "that cgroup is not opened below {}", mount.string());
    return depth;
}

// The walk opens the directory anew, with a reading position of its own. A removed one has nothing below it, but
// sockets may outlive it.
CgroupWalk::CgroupWalk(const Fd& top) : top_(::openat(top.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (!top_) top_ = duplicate(top);
}

bool CgroupWalk::addUpTo(std::size_t most, std::vector<CgroupId>& all) {
    if (top_ && all.size() < most) enter(std::exchange(top_, Fd()), all);
    while (!open_.empty() && all.size() < most) {
        DIR* const here = open_.back().get();
        const dirent* const entry = ::readdir(here);
        if (!entry)
            open_.pop_back();
        else if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            enter(Fd(::openat(::dirfd(here), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)), all);
    }
    return top_ || !open_.empty();
}

void CgroupWalk::enter(Fd directory, std::vector<CgroupId>& all) {
    const auto id = cgroupIdOf(directory);
    if (!id) return;
    all.push_back(*id);
    if (open_.size() >= deepestBelow) return;
    DIR* const list = ::fdopendir(directory.get());
    if (!list) return;
    (void)directory.release(); // the list closes it
    open_.emplace_back(list);
}

} // namespace stint
