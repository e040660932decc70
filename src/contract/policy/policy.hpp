// A policy overrides constants of the spec by their names: TOML, as keys ("job.slots" = 4), dotted keys or tables
// (architecture.md, store). Durations and sizes are strings, written as in scenario.md; the rest are TOML's own numbers
// and booleans. Its table [networks] says by their names which networks are metered; budgets of bytes (limits.md §14)
// stand in a table [[network_budget]] each. A policy with anything wrong in it is refused whole, naming
// file:line:column and what would be right; keys of Android's that would do nothing here (limits.md §11) are passed
// over.
#pragma once
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/constants.hpp"
#include "contract/model/network_marks.hpp"

namespace stint {

/// The constants in force, and where each that is not the spec's own was set: its key to "FILE:LINE".
struct Policy {
    Constants constants;
    std::map<std::string, std::string, std::less<>> origins;
    std::vector<std::string> passedOver; ///< "FILE:LINE:COLUMN: ", and why that key of Android's does nothing here
    NetworkRules networks;               ///< the table [networks]: "Pixel hotspot" = "metered" (linux.md §A.4)

    bool operator==(const Policy&) const = default;
};

struct PolicyFile {
    std::string path;
    bool optional = false; ///< may be absent; one that is there must be right all the same
};

/// `base` with what `toml` sets; `file` is for messages and origins.
Result<Policy> applyPolicy(Policy base, std::string_view toml, std::string_view file);

/// The spec's constants with what the files set, each over the one before it.
Result<Policy> readPolicyFiles(std::span<const PolicyFile> files);

} // namespace stint
