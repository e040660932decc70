// `stintd --stored`: what waits in the store of a daemon that does not run, for `stint` alone (linux.md §A.10).
#pragma once
#include <filesystem>
#include <string>

#include "stint/result.hpp"

namespace stint {

/// A sentence for a person: the jobs that the next daemon of this store would have, in this boot; empty: none. Reads a
/// private copy of the store, so nothing of it is made, mended, migrated or locked. An Error says why it cannot be
/// read.
Result<std::string> storedText(const std::filesystem::path& store);

} // namespace stint
