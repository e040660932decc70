// The app that a desktop's launcher started a process for: by its systemd unit, or by its Flatpak sandbox (linux.md
// A.6, A.7). The kernel says which of them a process is in; the process itself is not asked.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace stint {

/// The ids that the unit of a cgroup's path may stand for, the likeliest first: "app[-LAUNCHER]-ID-RANDOM.scope",
/// "app[-LAUNCHER]-ID[@RANDOM].service". Empty where the process is in no unit of an app.
std::vector<std::string> appIdsOfUnit(std::string_view cgroupPath);

/// The id in the text of a .flatpak-info.
std::optional<std::string> appIdOfFlatpak(std::string_view info);
/// The id of the Flatpak instance that a process runs in.
std::optional<std::string> flatpakOf(pid_t pid);

} // namespace stint
