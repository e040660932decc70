// A campaign as the fleet's server tells of it: how it stands in a sentence, in lines with a bar for each wave, and as
// an exit code. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faces/screen/json_line.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleetctl {

struct Standing {
    struct Wave {
        std::uint32_t capacity = 0; ///< devices that may begin before the next one opens, from the first on
        std::uint32_t begun = 0, ended = 0, ok = 0;
    };
    struct Count {
        std::string word; ///< a phase's or an outcome's
        std::uint32_t devices = 0;
    };

    std::string id, name;
    WallTime made{}, expires{};
    std::string state; ///< a word of the table in standing.cpp
    std::uint32_t devices = 0, slots = 0, atATime = 0;
    std::uint32_t wave = 0;        ///< that is open, from 1 on
    std::optional<WallTime> until; ///< when the next one opens; nullopt: that is not known yet
    std::vector<Wave> waves;
    std::vector<Count> counts; ///< in the order of their tables; none of 0
    std::vector<Count> waits;  ///< by Android's names of reasons, likewise; empty where the row does not say

    /// The devices whose word is one of these outcomes.
    std::uint32_t succeeded() const;
    std::uint32_t failed() const; ///< that a plan may count as failures
    bool isOver() const;          ///< it has ended
    /// It goes on when an operator says so, or not at all.
    bool isStill() const;
};

/// The outcomes that a plan may count as failures, as the door is asked for them.
std::vector<std::string_view> failureWords();

/// System: it is no campaign of the door's.
Result<Standing> standingIn(const cli::Json& row);

/// "soaking: wave 2 of 5 was good, and the next one opens when its rest is over"
std::string sentenceOf(const Standing& standing);
/// All of it, each line no wider than `columns`.
std::vector<std::string> linesOf(const Standing& standing, WallTime now, std::size_t columns);
/// 0: it has ended, and no device failed; 1: failures stopped it, or it ended otherwise; 75: it goes on.
int exitCodeOf(const Standing& standing);

} // namespace stint::fleetctl
