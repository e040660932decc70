// A policy overrides constants of the spec by their names: TOML, as keys ("job.slots" = 4), dotted keys or tables
// (architecture.md, store). Durations and sizes are strings, written as in scenario.md; the rest are TOML's own numbers
// and booleans. The table [networks] marks networks as metered or not by name; each budget of bytes (limits.md §14) is
// a table [[network_budget]]. A policy with any mistake is refused whole, with the file:line:column of the mistake and
// the correction; Android's keys that would do nothing here (limits.md §11) are skipped.
#pragma once
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/constants.hpp"
#include "contract/model/network.hpp"

namespace stint {

/// The constants in force, and the place where each one that differs from the spec was set: its key to "FILE:LINE".
struct Policy {
    Constants constants;
    std::map<std::string, std::string, std::less<>> origins;
    std::vector<std::string> passedOver; ///< "FILE:LINE:COLUMN: " and why that key of Android's does nothing here
    NetworkRules networks;               ///< the table [networks]: "Pixel hotspot" = "metered" (linux.md §A.4)

    bool operator==(const Policy&) const = default;
};

struct PolicyFile {
    std::string path;
    bool optional = false; ///< it may be absent; where it exists it must be right all the same
};

/// `base` with the settings of `toml` on top; `file` is for messages and origins.
Result<Policy> applyPolicy(Policy base, std::string_view toml, std::string_view file);

/// The spec's constants with the settings of the files on top, in their order.
Result<Policy> readPolicyFiles(std::span<const PolicyFile> files);

} // namespace stint
