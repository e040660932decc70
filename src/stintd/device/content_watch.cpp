#include "stintd/device/content_watch.hpp"

#include "stintd/device/app_watch.hpp"

namespace stint {
namespace {

/// The path without slashes at its end, but for the root.
std::string plain(std::string path) {
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    return path;
}

} // namespace

ContentWatch::ContentWatch(std::filesystem::path program, OnChange change, OnShortage shortage, OnLooked looked)
    : program_(std::move(program)), change_(std::move(change)), shortage_(std::move(shortage)),
      lookedThrough_(std::move(looked)) {}

ContentWatch::~ContentWatch() = default;

bool ContentWatch::looking(const AppId& app) const {
    const auto watched = apps_.find(app);
    return watched != apps_.end() && watched->second->looking();
}

void ContentWatch::watch(const std::vector<WatchedContent>& all, std::size_t directories) {
    std::map<AppId, AppWatch::List> lists;
    for (const auto& [app, watched] : apps_)
        lists[app]; // perhaps nothing of it is wanted any more
    for (const auto& [app, target] : all) {
        if (!target.uri.starts_with('/') || target.uri.size() >= longestWatchWord) continue;
        const bool beneath = target.flags & JobInfo::TriggerContentUri::FLAG_NOTIFY_FOR_DESCENDANTS;
        lists[app].emplace(plain(target.uri), beneath ? WatchWord::Kind::Beneath : WatchWord::Kind::Alone);
    }
    for (auto& [app, list] : lists) {
        auto& watched = apps_[app];
        if (!watched) watched = std::make_unique<AppWatch>(*this, app);
        watched->watch(std::move(list), directories);
    }
    std::erase_if(apps_, [](const auto& each) { return each.second->idle(); });
}

} // namespace stint
