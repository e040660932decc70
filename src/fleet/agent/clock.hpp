// The fleet's time over the agent's deaths (fleet.md §6.3): it only moves on, also where the device restarts each day
// and hears nothing new. It is noted with the boot in which it was; in another boot it is at least what it was then.
#pragma once
#include <filesystem>
#include <optional>
#include <string_view>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

struct NotedTime {
    WallTime time;         ///< now, at least
    bool isOfBoot = false; ///< noted in this boot: no time that has passed in it is lost
};
/// nullopt: nothing was noted. An error says why a note that is there counts for nothing.
Result<std::optional<NotedTime>> notedTime(const std::filesystem::path& directory, std::string_view boot, Instant now);
/// On the disk when it returns.
Result<void> noteTime(const std::filesystem::path& directory, WallTime time, std::string_view boot, Instant now);

} // namespace stint::fleet
