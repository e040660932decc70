// A device of the fleet's, as its server tells of it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "faces/screen/json_line.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleetctl {

/// The part that each row of a device has.
struct Facts {
    std::string device;
    std::string labels;           ///< "model=p1 site=berlin"
    std::string stint;            ///< its version; empty: it has never said hello
    std::optional<WallTime> seen; ///< nullopt: never
    bool isCloned = false;        ///< found cloned (fleet.md §3.1)
};
/// System: the row is none.
Result<Facts> factsIn(const cli::Json& row);

/// The whole name of the device whose name begins so. Refused: there is none; IllegalArgument: there are several.
Result<std::string> wholeName(const Door& door, const std::string& beginning);
/// Tells that it is no device's name, nor the beginning of one, where it is not, and gives the exit code for that.
/// nullopt: it is.
std::optional<int> misnamed(const std::string& device, std::string_view what, const cli::Screen& screen);

} // namespace stint::fleetctl
