// What processes in one cgroup get of the machine at most, by systemd's names: MemoryMax=512M, TasksMax=20,
// CPUQuota=50%, CPUWeight=20 (systemd.resource-control(5)). Reads them, writes them into a cgroup, and says which of
// them one has met.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/cgroup/controllers.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

struct CgroupLimits {
    static constexpr std::int64_t infinity = -1; ///< said: there is to be none

    std::optional<Bytes> memoryMax;
    std::optional<std::int64_t> tasksMax;
    std::optional<std::int64_t> cpuQuota;  ///< percent of one processor
    std::optional<std::int64_t> cpuWeight; ///< 1 to 10000; others have 100

    bool any() const { return memoryMax || tasksMax || cpuQuota || cpuWeight; }
    bool operator==(const CgroupLimits&) const = default;
};

/// The environment variable by which a process is told what background work gets that it starts itself.
inline constexpr const char* backgroundLimits = "STINT_BACKGROUND_LIMITS";

/// "MemoryMax=512M": into `limits`, in the place of one that is there. IllegalArgument says what would be right.
Result<void> addLimit(CgroupLimits& limits, std::string_view word);
/// "MemoryMax=512M TasksMax=20": as addLimit() takes each of them.
std::string textOf(const CgroupLimits& limits);
/// What textOf() wrote.
Result<CgroupLimits> limitsIn(std::string_view text);
/// `limits`, and where it says nothing, `otherwise`.
CgroupLimits withDefaults(const CgroupLimits& limits, CgroupLimits otherwise);

/// The controllers that hold them.
Controllers neededFor(const CgroupLimits& limits);

/// Those of them that these controllers hold.
CgroupLimits heldOf(CgroupLimits limits, const Controllers& held);

/// All that are said. Where there is not enough memory, all of the cgroup dies, and not the largest of it.
Result<void> writeLimits(const CgroupLimits& limits, const std::filesystem::path& cgroup);

/// Which limit of its own a cgroup has met, as the kernel counts it.
struct LimitMet {
    std::string killed; ///< "over its memory limit of 512 MiB": processes of it were killed for that; empty: none was
    std::string denied; ///< "its limit of 20 processes": it could not start another; empty: it could
};
LimitMet limitMet(const std::filesystem::path& cgroup);

} // namespace stint
