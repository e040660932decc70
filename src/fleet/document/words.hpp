// The words that a device and its fleet's server say to each other about a campaign (fleet.md §4.1, §4.2).
#pragma once
#include <cstdint>
#include <string>

#include "fleet/document/plan.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// A device's place in a campaign, in the order in which it comes through them.
enum class Phase : std::uint8_t { Targeted, Offered, Waiting, Running, Committing, Verifying, Ended };

/// A device's report, but for whose it is. The last by sequence counts.
struct Telling {
    std::uint8_t round = 0; ///< counts an operator's retries
    std::uint32_t sequence = 0;
    /// The slot that the device has, or had last. One from before it asked for slot n says n - 1, so that nothing late
    /// gives a slot back that it has now.
    std::uint32_t slot = 0;
    Phase phase = Phase::Waiting; ///< Waiting: it has that slot no more, or had none yet; Ended: with an outcome
    Outcome outcome = Outcome::None;
    std::uint32_t step = 0; ///< from 1 on; 0: none
    std::int32_t code = 0;  ///< of the step that failed
    std::string words;      ///< why, and a command's last lines

    bool operator==(const Telling&) const = default;
};

/// The server's answer to a device that asks for a slot.
struct Reply {
    enum class Word : std::uint8_t { Begin, Later, Over };

    Word word = Word::Over;
    /// Begin: the device has ended, or stops itself, so long after it asked. Later: it asks again after that.
    Duration time{0};
    Outcome outcome = Outcome::None; ///< Over: what the server holds it for; None: it is not meant

    bool operator==(const Reply&) const = default;
};

} // namespace stint::fleet
