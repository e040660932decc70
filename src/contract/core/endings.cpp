#include "contract/core/endings.hpp"

#include <algorithm>
#include <ranges>

#include "base/result/check.hpp"
#include "base/result/fail.hpp"
#include "base/result/find_in.hpp"
#include "contract/core/state.hpp"

namespace stint {

void Endings::add(Completed completed, std::int64_t most) {
    STINT_CHECK(most >= 0); // below it nothing could be forgotten
    auto& ofApp = byApp_[completed.key.app];
    ofApp.push_back(std::move(completed));
    while (std::ssize(ofApp) > most)
        ofApp.pop_front();
}

const Completed* Endings::newest(const JobKey& key) const {
    const auto* const ofApp = findIn(byApp_, key.app);
    if (!ofApp) return nullptr;
    const auto newestFirst = std::views::reverse(*ofApp);
    const auto found = std::ranges::find(newestFirst, key, &Completed::key);
    return found == newestFirst.end() ? nullptr : &*found;
}

Error notTracked(const State& state, const JobKey& key) {
    if (state.endings.newest(key)) return fail(Errc::ILLEGAL_STATE, "{} has ended", textOf(key));
    return fail(Errc::ILLEGAL_ARGUMENT, "no job {}", textOf(key));
}

} // namespace stint
