// A campaign that begins now, played on the last days of the devices that it means (fleet.md §8.1, §9): how many are
// done by when.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "faces/screen/json_line.hpp"
#include "fleet/document/campaign.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleetctl {

/// The devices that it means and that tell their days (fleet.md §6.5); days of some of them stand for all.
struct DaysTold {
    std::uint32_t devices = 0;
    std::vector<std::string> days;

    /// One more device tells these; empty: it tells none.
    void add(std::string text);
};

struct Forecast {
    /// So many of them have succeeded by then.
    struct Mark {
        std::uint32_t done = 0;
        WallTime by{};
    };
    std::uint32_t devices = 0;
    std::optional<Mark> half{}, most{}, latest{}; ///< 50 %, 95 %, and all that ever do; nullopt: not so many do
    std::uint32_t never = 0;                      ///< had no moment in their days at which it could have begun
};

/// IllegalArgument: the campaign breaks a rule of jobs.
Result<Forecast> forecastOf(const fleet::Campaign& campaign, const DaysTold& told, WallTime now);

/// "240 of 480 by today 22:40, all but 31 by Sunday 03:00; 31 were not charging on an unmetered network in 14 days".
std::string sentenceOf(const Forecast& forecast, const fleet::Campaign& campaign, WallTime now);
cli::Json jsonOf(const Forecast& forecast);

} // namespace stint::fleetctl
