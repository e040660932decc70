#include "core/endings.hpp"

#include <algorithm>
#include <ranges>

#include "base/find_in.hpp"

namespace stint {

void Endings::add(Completed completed, std::int64_t most) {
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

} // namespace stint
