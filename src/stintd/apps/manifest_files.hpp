// The manifests in a directory: a file that another user could have written is refused.
#pragma once
#include <filesystem>
#include <vector>

#include "contract/model/app.hpp"
#include "stint/result.hpp"

namespace stint {

/// Reads every *.toml file in it that is not hidden, in the order of their names: each gives a manifest, or the reason
/// why it was refused. A directory that does not exist gives none; one that is refused gives a single error.
std::vector<Result<Manifest>> readManifests(const std::filesystem::path& directory);

} // namespace stint
