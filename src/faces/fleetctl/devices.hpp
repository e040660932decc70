// The fleet's devices, page by page, as its server tells of them.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "faces/fleetctl/door.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"

namespace stint::fleetctl {

/// Hands on each row that the query means, in the order of ids. System: a page is none, or leads back; or the error of
/// `take`, or of the door.
Result<void> walkDevices(const Door& door, const std::string& query,
                         const std::function<Result<void>(const cli::Json& row, const std::string& id)>& take);

/// Tells that it is no device's name, where it is none, and gives the exit code for that. nullopt: it is one.
std::optional<int> misnamed(const std::string& device, std::string_view what, const cli::Screen& screen);
/// "model=p1 site=berlin", of a row's labels. System: they are none.
Result<std::string> labelsText(const cli::Json& labels);

} // namespace stint::fleetctl
