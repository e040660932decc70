// A fleet's campaign, played from its first order to its end, and what is told of it (fleet.md §9).
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fleet/rollout/rollout.hpp"
#include "sim/foretelling/fleet_file.hpp"

namespace stint::foretelling {

struct WaveTold {
    std::uint32_t begun = 0, ok = 0, ended = 0;
    std::optional<Duration> opened;
    std::optional<Duration> over; ///< all that began in it have ended
};

/// The devices by where they are, at a moment. Waiting: they know, and have no slot.
struct Sample {
    Duration at{0};
    std::uint16_t wave = 0;
    std::uint32_t targeted = 0, offered = 0, waiting = 0, running = 0;
    std::array<std::uint32_t, fleet::outcomes> ends{};
};

struct Foretold {
    std::string campaign;
    std::uint32_t devices = 0;
    std::size_t lives = 0; ///< that a core has played
    fleet::Rollout::State state = fleet::Rollout::State::Going;
    Duration until{0};
    std::vector<WaveTold> waves;
    std::vector<Sample> curve;
    std::optional<Duration> half, most;        ///< 50 % and 95 % of all devices had succeeded by then
    std::optional<Duration> latest;            ///< so had all that ever did
    std::map<std::string, std::uint32_t> rest; ///< those that have no success, and no failure, by what they waited for
    std::uint32_t atATime = 0, mostAtOnce = 0; ///< by the devices' own word
    std::uint64_t questions = 0, reports = 0;
    std::uint32_t never = 0;     ///< devices that have drawn days in which its job could start at no time
    std::uint32_t differing = 0; ///< devices that ended otherwise than the server was told: never

    const Sample& last() const { return curve.back(); }
    std::uint32_t succeeded() const { return last().ends.at(static_cast<std::size_t>(fleet::Outcome::Succeeded)); }
    bool holds() const { return mostAtOnce <= atATime && differing == 0; }
};

enum class Cores : std::uint8_t {
    Drawn, ///< devices draw their days from lives that a core has played
    Own,   ///< each has a core
};
/// `threads` play lives; the result is the same for any number of them. An Error is about the file's scenarios.
Result<Foretold> foretell(const FleetFile& fleet, Cores cores, unsigned threads);

/// The shares of all devices that `half` and `most` are of.
inline constexpr fleet::Share halfOf = 5'000, mostOf = 9'500;

/// For a person, and as JSON, a line each.
std::vector<std::string> linesOf(const Foretold& told);
std::vector<std::string> jsonOf(const Foretold& told);

} // namespace stint::foretelling
