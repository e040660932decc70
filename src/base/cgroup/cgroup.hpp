// cgroup v2 as files (cgroups(7), linux.md §C): where it is, and the verbs on one directory of it. The hierarchy is
// looked up, never assumed: on a hybrid machine it lies beside v1.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

struct CgroupMount {
    std::string root;            ///< the mounted part of the hierarchy; "/": all of it
    std::filesystem::path point; ///< its mount point

    bool operator==(const CgroupMount&) const = default;
};

/// A cgroup, by both of its names.
struct CgroupPlace {
    std::string path;                ///< its path in /proc/PID/cgroup
    std::filesystem::path directory; ///< its directory in the mounted hierarchy
};

/// The first cgroup2 in the text of /proc/self/mountinfo.
std::optional<CgroupMount> unifiedMount(std::string_view mountinfo);
/// The one that this process sees.
std::optional<CgroupMount> unifiedMount();
/// The place of the cgroup `path`; nullopt if it lies outside of the mounted part.
std::optional<CgroupPlace> placeOf(const CgroupMount& mount, const std::string& path);

/// The kernel's own number of a cgroup, never given to another, unlike an inode's, which may also be shorter. nullopt,
/// and errno, if it cannot be identified.
std::optional<std::uint64_t> idOf(const std::filesystem::path& cgroup);
std::optional<std::uint64_t> idOf(const Fd& cgroup);

/// The cgroups right below it.
std::vector<std::filesystem::path> childrenOf(const std::filesystem::path& cgroup);
/// Makes the cgroup, unless it exists.
Result<void> makeCgroup(const std::filesystem::path& cgroup);
/// Writes `text` into an existing file of the kernel's, in one write.
Result<void> writeCgroupFile(const std::filesystem::path& file, const std::string& text);
/// cgroup.kill: SIGKILL for every process in it and below, those being forked, too. Does nothing if it is gone.
void killCgroup(const std::filesystem::path& cgroup);
/// Removes it and all below; a cgroup that still holds a process stays.
void removeCgroup(const std::filesystem::path& cgroup);

/// cgroup.events, opened to be read and polled (EPOLLPRI) for changes; no descriptor if the cgroup is gone.
Fd openEvents(const std::filesystem::path& cgroup);
/// True if a live process is in it or below. Reading also arms the next EPOLLPRI.
bool populated(const Fd& events);
/// Waits for events until no process is left; false if some are left at `until`.
bool waitUntilEmpty(const Fd& events, std::chrono::steady_clock::time_point until);

/// cgroup.freeze: freezes all in it and below, or thaws them if no cgroup around it is frozen. They can be killed.
Result<void> freezeCgroup(const std::filesystem::path& cgroup, bool on);
/// True if this very cgroup was frozen, and not one around it.
bool isFrozen(const std::filesystem::path& cgroup);

/// All cgroups of this name under `directory`, 32 levels deep at most.
std::vector<std::filesystem::path> cgroupsNamed(const std::string& name, const std::filesystem::path& directory);

} // namespace stint
