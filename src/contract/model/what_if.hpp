// What would become of a job if something were otherwise, and what is supposed to be (jobs.md §9.6).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "contract/model/bucket.hpp"
#include "contract/model/device.hpp"
#include "contract/model/view.hpp"

namespace stint {

/// Nothing: as things are.
struct Supposed {
    std::map<std::string, std::string> words; ///< as a person says it: "charging" is "no"
    std::optional<Device> device;             ///< what they make of it
    std::optional<Bucket> bucket;             ///< of the job's app
};

/// The core's answer.
struct Forecast {
    bool runs = false;              ///< it would run now
    std::vector<Blocker> blockers;  ///< what would keep it from that: as Explain's
    std::optional<WallTime> starts; ///< nullopt: nobody knows; of one that runs, when it began
    std::optional<WallTime> ends;   ///< nullopt: nobody knows
    bool atLatest = false;          ///< that is its limit: how much it has to do is not known
    std::string says;               ///< all that in a sentence

    static constexpr auto noun = "forecast";
    static constexpr auto fields = [](auto& field, auto& forecast) {
        field("runs", forecast.runs);
        field.rows("blockers", forecast.blockers);
        field("starts", forecast.starts);
        field("ends", forecast.ends);
        field("says", forecast.says);
        field("atLatest", forecast.atLatest);
    };
    bool operator==(const Forecast&) const = default;
};

} // namespace stint
