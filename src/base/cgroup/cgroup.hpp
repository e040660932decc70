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
    std::string root;            ///< which part of the hierarchy is mounted; "/": all of it
    std::filesystem::path point; ///< where

    bool operator==(const CgroupMount&) const = default;
};

/// A cgroup, by both of its names.
struct CgroupPlace {
    std::string path;                ///< as /proc/PID/cgroup says it
    std::filesystem::path directory; ///< as a file
};

/// The first cgroup2 in the text of /proc/self/mountinfo.
std::optional<CgroupMount> unifiedMount(std::string_view mountinfo);
/// As this process sees it.
std::optional<CgroupMount> unifiedMount();
/// The directory of the cgroup `path`; nullopt where it lies outside of what is mounted.
std::optional<CgroupPlace> placeOf(const CgroupMount& mount, const std::string& path);

/// The kernel's own number of a cgroup, never given to another; an inode's may be shorter. nullopt, and errno, where it
/// is none that can be identified.
std::optional<std::uint64_t> idOf(const std::filesystem::path& cgroup);
std::optional<std::uint64_t> idOf(const Fd& cgroup);

/// Makes a directory, or takes it as it is.
/// The cgroups right below it.
std::vector<std::filesystem::path> childrenOf(const std::filesystem::path& cgroup);
Result<void> makeCgroup(const std::filesystem::path& cgroup);
/// Into a file of the kernel's, which is there, in one write.
Result<void> writeCgroupFile(const std::filesystem::path& file, const std::string& text);
/// cgroup.kill: SIGKILL for all in it and below, also what is just being forked. Nothing where it is gone.
void killCgroup(const std::filesystem::path& cgroup);
/// Removes it and all below; what still holds a process stays.
void removeCgroup(const std::filesystem::path& cgroup);

/// cgroup.events, opened to be asked and polled (EPOLLPRI) for change; no descriptor where the cgroup is gone.
Fd openEvents(const std::filesystem::path& cgroup);
/// Whether a live process is in it or below. Reading also arms the next EPOLLPRI.
bool populated(const Fd& events);
/// By events; false where that did not come true in time.
bool waitUntilEmpty(const Fd& events, std::chrono::steady_clock::time_point until);

/// cgroup.freeze: all in it and below stand still, or go on where no cgroup around it is frozen. They can be killed.
Result<void> freezeCgroup(const std::filesystem::path& cgroup, bool on);
/// Whether somebody has frozen that very one.
bool isFrozen(const std::filesystem::path& cgroup);

/// All cgroups of this name, wherever under `directory` they are.
std::vector<std::filesystem::path> cgroupsNamed(const std::string& name, const std::filesystem::path& directory);

} // namespace stint
