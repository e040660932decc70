// The paths that jobs watch (jobs.md §3.2, §12.10).
#pragma once
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "contract/model/content_changes.hpp"
#include "stint/result.hpp"

namespace stint {

/// A stint-watch for each app with jobs that watch paths: it gets the list, and reports what has changed. It alone
/// reads directories, so neither a large tree nor a file system that hangs holds up the daemon, or another app's jobs.
class ContentWatch {
public:
    using OnChange = std::function<void(std::string path)>;
    /// The reason that some of what an app's jobs watch is not watched; empty: all is.
    using OnShortage = std::function<void(const AppId&, std::string why)>;

    /// The app's list has been looked through, or never will be: looking() is false again.
    using OnLooked = std::function<void(const AppId&)>;

    ContentWatch(std::filesystem::path program, OnChange, OnShortage, OnLooked);
    ~ContentWatch();
    ContentWatch(const ContentWatch&) = delete;
    ContentWatch& operator=(const ContentWatch&) = delete;

    /// Starts no process: the first one starts when something is to be watched.
    void start(sd_event* loop) { loop_ = loop; }
    /// Watches these and no others from now on, each app's in at most `directories` directories. A target that is no
    /// absolute path never changes. An app whose list has not changed is not disturbed.
    void watch(const std::vector<WatchedContent>& all, std::size_t directories);
    /// True while a change may still be missed, because the app's last list has not been looked through.
    bool looking(const AppId& app) const;

private:
    class AppWatch;

    std::filesystem::path program_;
    OnChange change_;
    OnShortage shortage_;
    OnLooked lookedThrough_;
    sd_event* loop_ = nullptr;
    std::map<AppId, std::unique_ptr<AppWatch>> apps_;
};

} // namespace stint
