// A policy overrides constants of the spec by their names: TOML, as keys ("job.slots" = 4), dotted keys or tables
// (architecture.md, store). Durations and sizes are strings, written as in scenario.md; the rest are TOML's own numbers
// and booleans. The table [networks] marks networks as metered or not by name; each budget of bytes (limits.md §14) is
// a table [[network_budget]]. A policy with any mistake is refused whole, with the file:line:column of the mistake and
// the correction; Android's keys that would do nothing here (limits.md §11) are skipped.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
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
    bool optional = false;                ///< it may be absent; where it exists it must be right all the same
    bool isDirectory = false;             ///< each *.toml in it that is not hidden, in the order of their names
    std::optional<std::string> text = {}; ///< read in place of what is there
};

/// The files that this user's stintd reads, the last of which wins: the system's, those that a fleet has put beside the
/// user's own (fleet.md §6.4), the user's own. `config` is stint's in XDG_CONFIG_HOME.
std::vector<PolicyFile> usualPolicy(const std::filesystem::path& config);
/// The directory among them.
std::filesystem::path fleetPolicy(const std::filesystem::path& config);

/// `base` with the settings of `toml` on top; `file` is for messages and origins.
Result<Policy> applyPolicy(Policy base, std::string_view toml, std::string_view file);

/// The files of the directories among them as files, and in its order there `added`, which may be none of them yet.
std::vector<PolicyFile> filesOf(std::span<const PolicyFile> files, const std::optional<PolicyFile>& added = {});
/// The spec's constants with the settings of the files on top, in their order. Where they are wrong with those of
/// directories, and right without, the latter are passed over: a fleet's policy never keeps the owner's from counting.
Result<Policy> readPolicyFiles(std::span<const PolicyFile> files);

} // namespace stint
