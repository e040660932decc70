// Manifests: TOML in, Manifest out (architecture.md, who is calling). A wrong one is refused whole; each error names
// its place in the file, and what would be right.
#pragma once
#include <filesystem>
#include <string_view>
#include <vector>

#include "contract/model/app.hpp"
#include "stint/result.hpp"

namespace stint {

/// Reads one manifest. IllegalArgument: "FILE:LINE:COLUMN: what is wrong, and what would be right" (an unknown key
/// names the nearest known one). `file` is used in messages, and its stem must be the package.
Result<Manifest> parseManifest(std::string_view text, const std::filesystem::path& file);

/// Mistakes that are legal in a manifest: an exported job service (jobs.md §2.2), a permission spelled wrong.
std::vector<Error> warningsAbout(const Manifest& manifest);

} // namespace stint
