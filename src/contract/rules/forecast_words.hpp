// A forecast in a sentence (jobs.md §9.6): "if you unplug now, it starts tomorrow at 07:40 and finishes at 07:52".
// Pure.
#pragma once
#include <string>

#include "contract/model/time_zone.hpp"
#include "contract/model/what_if.hpp"

namespace stint {

/// "at 07:40", "tomorrow at 07:40", "on Friday at 07:40", "on 2026-12-24 at 07:40".
std::string timePhrase(WallTime when, WallTime now, const TimeZone& zone);

/// The sentence for `forecast`, of which all but `says` is set. `tracked`: the job is still there.
std::string sentenceOf(const Supposed& supposed, const Forecast& forecast, bool tracked, WallTime now,
                       const TimeZone& zone);

} // namespace stint
