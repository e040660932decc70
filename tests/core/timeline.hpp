// Random timelines: what may happen to an app, its jobs, its alarms and its device, 200 events at a time, for what
// holds whatever happens (architecture.md, the core). A run that fails prints its seed; RapidCheck shrinks it to the
// events that matter.
#pragma once
#include <cstdlib>
#include <iostream>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "core/happenings.hpp"

namespace stint {

/// 200 of what is drawn by `what`.
inline rc::Gen<std::vector<Happening>> timelinesOf(rc::Gen<int> what) {
    const auto happening = rc::gen::build<Happening>(
        rc::gen::set(&Happening::what, std::move(what)), rc::gen::set(&Happening::job, rc::gen::inRange(1, 13)),
        rc::gen::set(&Happening::how, rc::gen::inRange(0U, 1U << 11)),
        rc::gen::set(&Happening::pause, rc::gen::element(0, 0, 1, 7, 30, 60, 600, 4000)));
    return rc::gen::container<std::vector<Happening>>(200, happening);
}

inline rc::Gen<std::vector<Happening>> timelines(int of = kinds) { return timelinesOf(rc::gen::inRange(0, of)); }

/// `./bench soak` asks for more runs than ./test has time for, and hears how much time has passed in them; 0: not
/// asked.
inline int soakFactor() {
    const char* factor = std::getenv("STINT_SOAK");
    return factor ? std::max(std::atoi(factor), 1) : 0;
}

/// Runs the property on so many timelines. A line for ./bench soak tells how many device-days they had, if it holds.
template <class Property> void holds(const char* sentence, int runs, Property property) {
    const rc::detail::TestMetadata metadata{.id = sentence, .description = sentence};
    rc::detail::TestParams params;
    params.seed = rc::detail::configuration().testParams.seed;
    params.maxSuccess = runs * std::max(soakFactor(), 1);
    params.disableShrinking = rc::detail::configuration().testParams.disableShrinking;
    const Duration before = Stage::passed;
    const auto result = rc::detail::checkTestable(property, metadata, params);
    if (result.template is<rc::detail::SuccessResult>()) {
        const auto days = (Stage::passed - before) / Duration{24h};
        if (soakFactor() > 0) std::cout << "held " << sentence << ": " << days << " days\n";
        return;
    }
    std::ostringstream told;
    told << "seed " << params.seed << ": ";
    rc::detail::printResultMessage(result, told);
    FAIL(told.str());
}

} // namespace stint
