#include "contract/core/job_numbers.hpp"

#include <algorithm>

#include "contract/core/state.hpp"

namespace stint {
namespace {

/// Numbers above it are an app's own or of a damaged store, and do not use up those that people type.
constexpr std::int32_t mostGiven = 1'000'000'000;

} // namespace

void JobNumbers::note(const JobKey& key) {
    if (key.id.value > mostGiven) return;
    std::int32_t& highest = highest_[key.app];
    highest = std::max(highest, key.id.value);
}

JobId JobNumbers::next(const State& state, const AppId& app, const std::string& space, JobId other) const {
    const auto isBuiltIn = [&state](const AppId& id) {
        const App* const known = state.app(id);
        return known && known->manifest.builtIn;
    };
    const bool shared = isBuiltIn(app);
    std::int32_t number = other.value;
    for (const auto& [owner, highest] : highest_)
        if (owner == app || (shared && isBuiltIn(owner))) number = std::max(number, highest);
    do {
        ++number;
    } while (state.jobs.contains({app, space, JobId{number}}));
    return JobId{number};
}

} // namespace stint
