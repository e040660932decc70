// The limits of a cgroup's processes by systemd's names: MemoryMax=512M, TasksMax=20, CPUQuota=50%, CPUWeight=20
// (systemd.resource-control(5)). Reads them, writes them into a cgroup, and says which of them it has met.
// And the controllers of cgroup v2 that hold limits (cgroups(7)), and how a process divides the cgroup it stands in:
// first it moves into a leaf of it, then it turns them on. LINUX: the other way round makes the cgroup threaded for
// good, and a cgroup that passes controllers on holds no process of its own.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

enum class Controller : std::uint8_t { Cpu, Memory, Pids };
inline constexpr std::array allControllers{Controller::Cpu, Controller::Memory, Controller::Pids};

/// "cpu", the kernel's name.
std::string_view nameOf(Controller);

/// The limits that it holds, in words: "limits of memory".
std::string_view meaningOf(Controller);
/// The topic of `stint doctor` that says whether it holds here.
std::string limitTopic(Controller);

using Controllers = std::set<Controller>;

/// The controllers that hold limits, and why the others do not.
struct Held {
    Controllers held;
    std::string why; ///< empty if all do

    bool operator==(const Held&) const = default;
};

/// Those named in the text of cgroup.controllers or cgroup.subtree_control.
Controllers controllersIn(std::string_view text);

/// Divides `cgroup`, in which this process stands, or in `leaf` of it already. Nothing has changed if nothing is held:
/// other processes stand in it, it gets no controllers, or it may not be written.
Held divide(const std::filesystem::path& cgroup, const std::string& leaf);

/// Turns `controllers` on for the children of a cgroup that holds no process.
Result<void> passOn(const Controllers& controllers, const std::filesystem::path& cgroup);

/// True if cgroup v1 has that controller, by the text of /proc/cgroups, so that v2 cannot.
bool isBoundToV1(Controller, std::string_view cgroups);

/// The share of the processors of what has none given.
inline constexpr std::int64_t usualWeight = 100;

struct CgroupLimits {
    static constexpr std::int64_t infinity = -1; ///< set: no limit, by choice

    std::optional<Bytes> memoryMax;
    std::optional<std::int64_t> tasksMax;
    std::optional<std::int64_t> cpuQuota;  ///< percent of one processor
    std::optional<std::int64_t> cpuWeight; ///< 1 to 10000; others have 100

    bool any() const { return memoryMax || tasksMax || cpuQuota || cpuWeight; }
    bool operator==(const CgroupLimits&) const = default;
};

/// The environment variable that gives a process the limits for background work that it starts itself.
inline constexpr const char* backgroundLimits = "STINT_BACKGROUND_LIMITS";

/// Sets in `limits` one limit such as "MemoryMax=512M". IllegalArgument says what would be right.
Result<void> addLimit(CgroupLimits& limits, std::string_view word);
/// "MemoryMax=512M TasksMax=20", in words that addLimit() takes.
std::string textOf(const CgroupLimits& limits);
/// The limits in a text of textOf().
Result<CgroupLimits> limitsIn(std::string_view text);
/// `limits`, with those of `otherwise` where it has none.
CgroupLimits withDefaults(const CgroupLimits& limits, CgroupLimits otherwise);

/// The controllers that hold them.
Controllers neededFor(const CgroupLimits& limits);

/// The niceness, 0 to 19, that comes nearest to the share `cpuWeight` where no controller holds it; 0 without one.
int nicenessFor(const std::optional<std::int64_t>& cpuWeight);

/// The limits that these controllers hold.
CgroupLimits heldOf(CgroupLimits limits, const Controllers& held);

/// Writes all limits that are set. If memory runs out, all of the cgroup dies, not only its largest process.
Result<void> writeLimits(const CgroupLimits& limits, const std::filesystem::path& cgroup);

/// The limits of its own that a cgroup has met, by the kernel's counts.
struct LimitMet {
    std::string killed; ///< "over its memory limit of 512 MiB": processes of it were killed for that; empty: none was
    std::string denied; ///< "its limit of 20 processes": it could not start another; empty: it could
};
LimitMet limitMet(const std::filesystem::path& cgroup);

} // namespace stint
