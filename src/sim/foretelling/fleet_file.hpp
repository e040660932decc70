// A fleet that is played (fleet.md §9): how many devices, how their days go, the campaign, and what goes wrong. Read
// from a YAML file, refused whole when one line is wrong.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fleet/document/campaign.hpp"
#include "sim/scenario/scenario.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::foretelling {

/// A stretch that comes each day, or on a share of the days.
struct Daily {
    Duration at{0}; ///< of the day
    Duration lasts{0};
    Duration give{0}; ///< each end comes so much earlier or later, at most
    fleet::Share days = fleet::wholeShare;
};

/// The days of devices of one kind, in a few words.
struct Habit {
    std::optional<Daily> charger; ///< none: never
    std::optional<Daily> wifi;    ///< none: all day
    std::optional<Daily> screen;  ///< none: on all day
    bool hasCellular = true;      ///< where there is no Wi-Fi
    fleet::Share offWeeks = 0;    ///< in so many weeks it is off
    Duration off{0};              ///< for so long
};

/// Days that devices have told (fleet.md §6.5), each a life.
struct Recorded {
    std::vector<std::string> lives; ///< never empty
};

/// Devices that live alike.
struct Kind {
    std::string name;
    std::uint32_t weight = 1;
    std::variant<Habit, Recorded, sim::Scenario> days;
};

struct FleetFile {
    std::uint32_t devices = 0;
    std::uint64_t seed = 1;
    std::uint32_t lives = 5'000; ///< weeks that a core plays, at most; the devices' are draws from them
    WallTime start = sim::defaultStart;
    Duration until{0};
    Duration clocks{0}; ///< each device's days are later by up to this
    std::vector<Kind> kinds;
    fleet::Share gone = 0;    ///< never heard of
    fleet::Share refuses = 0; ///< the owner lets no fleet do it

    fleet::Campaign campaign;

    // The line, and the store behind it.
    Duration delayLeast{50}, delayMost{2'000};
    fleet::Share lost = 0; ///< questions, and their answers with them
    std::vector<sim::Span> down;
    std::uint32_t deaths = 0;

    // The work.
    Duration takesLeast{30'000}, takesMost{120'000};
    Kbps rate = 20'000;
    fleet::Share fails = 0, dies = 0; ///< of commands, and of steps
};

/// The longest days that devices live over and over: a moment of them has 32 bits.
inline constexpr Duration longestCycle = std::chrono::hours(24) * 28;

/// The text of a file that a fleet's names.
using Reading = std::function<Result<std::string>(const std::string& name)>;
/// IllegalArgument: all of its mistakes, "FILE:LINE:COLUMN: what is wrong, what would be right", a line each.
Result<FleetFile> readFleet(const std::string& text, const std::string& file, const Reading& reading);

} // namespace stint::foretelling
