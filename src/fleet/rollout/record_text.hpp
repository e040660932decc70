// An entry of a campaign's log, which is appended as one (fleet.md §5), as text and back: canonical JSON, one text for
// one entry.
//
//     {"at":1795428000000,"records":[{"devices":[0,200],"is":"offered"},{"device":7,"is":"granted","slot":1}]}
//
// Operators' papers are a list of texts beside them. Devices that follow each other are told by the first and how many
// there are. Names, of 26 characters each, are one text without anything between them.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/rollout/events.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

struct Entry {
    WallTime at{};
    std::vector<Record> records;
    /// The names of the devices that its records let join, in their order. A rollout knows devices by numbers.
    std::vector<std::string> names = {};
    /// Operators' signed words, of each record that takes one, in their order. What they say is not known here.
    std::vector<std::string> papers = {};
};

/// Bytes of an entry's text: more than two decisions have, whatever devices they name.
inline constexpr std::size_t longestEntry = std::size_t{192} << 10;
/// Likewise of one of its papers.
inline constexpr std::size_t longestPaper = 4'096;

std::string textOf(const Entry& entry);
/// IllegalArgument: the text is not what textOf() writes of an entry with records.
Result<Entry> entryIn(std::string_view text);

} // namespace stint::fleet
