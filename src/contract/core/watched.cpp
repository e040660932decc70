#include "contract/core/watched.hpp"

#include "base/result/check.hpp"
#include "base/result/find_in.hpp"

namespace stint {

void Watched::add(const AppId& app, const JobInfo& info) {
    for (const auto& target : info.getTriggerContentUris())
        if (++jobs_[{app, target}] == 1) ++version_;
}

void Watched::remove(const AppId& app, const JobInfo& info) {
    for (const auto& target : info.getTriggerContentUris()) {
        const auto count = jobs_.find({app, target});
        STINT_CHECK(count != jobs_.end()); // all that its jobs watch was counted as they came
        STINT_CHECK(count->second > 0);
        if (--count->second > 0) continue;
        jobs_.erase(count);
        ++version_;
    }
}

std::vector<WatchedContent> Watched::all() const {
    std::vector<WatchedContent> all;
    for (const auto& [content, jobs] : jobs_)
        all.push_back(content);
    return all;
}

void Watched::setShortage(const AppId& app, const std::string& why) {
    if (why.empty()) {
        shortages_.erase(app);
    } else {
        shortages_[app] = why;
    }
}

const std::string* Watched::shortageOf(const AppId& app) const { return findIn(shortages_, app); }

} // namespace stint
