// A forecast for a job if something were otherwise, and the supposition behind it (jobs.md §9.6).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "contract/model/bucket.hpp"
#include "contract/model/device.hpp"
#include "contract/model/view.hpp"

namespace stint {

/// A supposed change; empty: things are as they are.
struct Supposed {
    std::map<std::string, std::string> words; ///< a person's words: "charging" is "no"
    std::optional<Device> device;             ///< the device with `words` applied
    std::optional<Bucket> bucket;             ///< the job's app's
};

/// The core's answer.
struct Forecast {
    bool runs = false;              ///< it would run now
    std::vector<Blocker> blockers;  ///< the things that would keep it from running, as in Explain
    std::optional<WallTime> starts; ///< nullopt: unknown; when it began, if it runs
    std::optional<WallTime> ends;   ///< nullopt: unknown
    bool atLatest = false;          ///< `ends` is its limit: how much it has to do is unknown
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
