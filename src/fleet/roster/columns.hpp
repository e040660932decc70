// Values as the roster's columns have them, and back.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "base/sqlite/sqlite.hpp"
#include "base/text/number.hpp"
#include "fleet/document/query.hpp"
#include "fleet/document/words.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// The words of an error of what is in the file and cannot be there.
inline constexpr std::string_view isDamaged = "the roster is damaged";

/// Devices of the fleet, each with the state that it has told of its enrolment, if it has.
inline constexpr std::string_view selectStates =
    "SELECT labels, devices.version, seen, id, devices.enrolment, endpoint, states.version, hash, since, holding, "
    "words "
    "FROM devices LEFT JOIN states ON device = id AND states.enrolment = devices.enrolment WHERE gone = 0";

using Labels = std::map<std::string, std::string, std::less<>>;

inline std::int64_t column(WallTime time) { return time.time_since_epoch().count(); }
inline std::int64_t column(std::uint32_t number) { return number; }
inline WallTime timeIn(std::int64_t column) { return WallTime(Duration(column)); }

/// A line each; neither a name nor a value has the end of one, or an equals sign.
inline std::string column(const Labels& labels) {
    std::string lines;
    for (const auto& [name, value] : labels)
        lines.append(name).append("=").append(value).append("\n");
    return lines;
}
inline Labels labelsInColumn(std::string_view column) {
    Labels labels;
    while (!column.empty()) {
        const std::string_view line = column.substr(0, column.find('\n'));
        const std::size_t sign = line.find('=');
        if (sign != std::string_view::npos) labels.emplace(line.substr(0, sign), line.substr(sign + 1));
        column.remove_prefix(std::min(line.size() + 1, column.size()));
    }
    return labels;
}

/// A line each, likewise.
inline std::string column(const std::vector<ToldBlocker>& blockers) {
    std::string lines;
    for (const ToldBlocker& one : blockers)
        lines += fmt::format("{}={}\n", one.reason, column(one.since));
    return lines;
}
inline std::vector<ToldBlocker> blockersInColumn(std::string_view text) {
    std::vector<ToldBlocker> blockers;
    for (const auto& [reason, since] : labelsInColumn(text))
        blockers.push_back({reason, timeIn(numberIn<std::int64_t>(since).value_or(0))});
    return blockers;
}

/// Columns labels, version and seen, from `first` on, as what a query asks of.
inline Facts factsIn(const stint::Statement& row, int first, std::string_view device, WallTime now) {
    const auto seen = row.optionalInteger(first + 2);
    return {.id = std::string(device),
            .labels = labelsInColumn(row.text(first)),
            .version = versionIn(row.text(first + 1)),
            .lastSeen = seen ? std::max(Duration(0), now - timeIn(*seen)) : Facts::never};
}

} // namespace stint::fleet
