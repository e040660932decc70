// The rows that the door shows of the fleet: devices, campaigns and what became of their devices, as JSON, for the
// verbs of `stint fleet` and for the page alike (fleet.md §5.4, §8.1). On the office's thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fleet/office/office.hpp"

namespace stint::fleet {

/// True if something is shown at that path.
bool isShown(std::string_view path);
/// The object that is shown there. IllegalArgument: the query asks for none; Refused: there is no such thing;
/// IllegalState: another server leads, and is the one to ask; Unavailable: not yet.
Result<std::string> shown(Office::View& view, std::string_view path, std::string_view query);

/// `GET /metrics` (fleet.md §8).
std::string metrics(Office::View& view);

/// The rows that have become others, for whoever looks on.
struct Changes {
    bool isAll = false; ///< nothing is left of what was told before
    std::optional<std::string> fleet;
    std::map<std::string, std::string> campaigns;          ///< by their ids; an empty one is gone
    std::vector<std::pair<std::string, std::string>> rows; ///< topics: of devices, and of campaigns' devices
};
Result<Changes> changesOf(Office::View& view, const News& news);

} // namespace stint::fleet
