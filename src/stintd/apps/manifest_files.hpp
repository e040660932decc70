// The manifests in a directory, as far as they may be trusted: what another user could have written is refused.
#pragma once
#include <filesystem>
#include <vector>

#include "contract/model/app.hpp"
#include "stint/result.hpp"

namespace stint {

/// Every *.toml file in it that is not hidden, in the order of their names: what it says, or why it was refused. A
/// directory that does not exist holds none; one that is refused is a single error.
std::vector<Result<Manifest>> readManifests(const std::filesystem::path& directory);

} // namespace stint
