// The directories of the apps' manifests (linux.md §A.10, the XDG Base Directory Specification).
#pragma once
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace stint {

/// The directories, nearest first, each once: stint/apps of the user's own data directory; `installed`, which came with
/// this stintd; stint/apps of each of the system's data directories. `dataDirs` is XDG_DATA_DIRS: empty stands for its
/// default; relative paths in it are skipped, as that specification says.
std::vector<std::filesystem::path> manifestDirectories(const std::filesystem::path& dataHome,
                                                       const std::optional<std::filesystem::path>& installed,
                                                       std::string_view dataDirs);

} // namespace stint
