// The files of manifests: their directories (linux.md §A.10, the XDG Base Directory Specification), and every manifest
// in one. A file that another user could have written is refused.
#pragma once
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "contract/model/app.hpp"
#include "stint/result.hpp"

namespace stint {

/// The directories, nearest first, each once: stint/apps of the user's own data directory; `installed`, which came with
/// this stintd; stint/apps of each of the system's data directories. `dataDirs` is XDG_DATA_DIRS: empty stands for its
/// default; relative paths in it are skipped, as that specification says.
std::vector<std::filesystem::path> manifestDirectories(const std::filesystem::path& dataHome,
                                                       const std::optional<std::filesystem::path>& installed,
                                                       std::string_view dataDirs);

/// Reads every *.toml file in it that is not hidden, in the order of their names: each gives a manifest, or the reason
/// why it was refused. A directory that does not exist gives none; one that is refused gives a single error.
std::vector<Result<Manifest>> readManifests(const std::filesystem::path& directory);

} // namespace stint
