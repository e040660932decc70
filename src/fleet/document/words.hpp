// The words that a device and its fleet's server say to each other about a campaign (fleet.md §4.1, §4.2).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/document/plan.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// A device's place in a campaign, in the order in which it comes through them.
enum class Phase : std::uint8_t { Targeted, Offered, Waiting, Running, Committing, Verifying, Ended };

/// A phase and an outcome as a word, in reports, in listings and on the command line; and what it means.
struct PhaseRow {
    Phase phase;
    std::string_view word;
    std::string_view meaning;
};
inline constexpr auto phaseRows = std::to_array<PhaseRow>({
    {Phase::Targeted, "targeted", "it is meant, and was not sent the order yet"},
    {Phase::Offered, "offered", "it was sent the order, and has not begun"},
    {Phase::Waiting, "waiting", "it waits for its conditions, or for a slot"},
    {Phase::Running, "running", "it has begun; a cancel stops it"},
    {Phase::Committing, "committing", "it has begun what no cancel stops"},
    {Phase::Verifying, "verifying", "all is done, and is looked at"},
    {Phase::Ended, "ended", "it has an outcome"},
});
struct OutcomeRow {
    Outcome outcome;
    std::string_view word;
    std::string_view meaning;
    bool mayBeFailure = false; ///< a plan may count it as one
};
inline constexpr auto outcomeRows = std::to_array<OutcomeRow>({
    {Outcome::Succeeded, "succeeded", "each of its steps was done"},
    {Outcome::Failed, "failed", "a step failed", true},
    {Outcome::Rejected, "rejected", "the device refused the order, or its owner did", true},
    {Outcome::TimedOut, "timed-out", "it began, and did not end in time", true},
    {Outcome::Expired, "expired", "it did not begin in time", true},
    {Outcome::Cancelled, "cancelled", "it was cancelled before its point of no return"},
    {Outcome::Unreachable, "unreachable", "it was sent the order, and never seen"},
});
static_assert(outcomeRows.size() + 1 == outcomes); // None has no word

std::string_view wordOf(Phase phase);
/// Empty for None.
std::string_view wordOf(Outcome outcome);
/// nullopt: the word is none of the table.
std::optional<Phase> phaseIn(std::string_view word);
std::optional<Outcome> outcomeIn(std::string_view word);

/// PROPOSAL: the most bytes of a report's words. In a report that is signed they count as they are written there, where
/// a quote has two.
inline constexpr std::size_t longestWords = 4'096;

/// PROPOSAL: the most reasons for which a device says that it waits.
inline constexpr std::size_t mostBlockers = 16;

/// Something that keeps a campaign's job waiting on a device: the reason's name, as jobs.md §9.1 has it (a device may
/// be newer than whoever reads it), and since when, by the device's clock.
struct ToldBlocker {
    std::string reason;
    WallTime since{};

    bool operator==(const ToldBlocker&) const = default;
};

/// A device's report, but for whose it is. The last by sequence counts.
struct Telling {
    std::uint8_t round = 0; ///< counts an operator's retries
    std::uint32_t sequence = 0;
    /// The slot that the device has, or had last. One from before it asked for slot n says n - 1, so that nothing late
    /// gives a slot back that it has now.
    std::uint32_t slot = 0;
    Phase phase = Phase::Waiting; ///< Waiting: it has that slot no more, or had none yet; Ended: with an outcome
    Outcome outcome = Outcome::None;
    std::uint32_t step = 0;              ///< from 1 on; 0: none
    std::int32_t code = 0;               ///< of the step that failed
    std::string words;                   ///< why, and a command's last lines
    std::vector<ToldBlocker> blockers{}; ///< Waiting: its job's, by their names; empty: it has not said
    std::optional<WallTime> forecast{};  ///< likewise, when its job may start, as the device reckons

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
