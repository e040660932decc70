// What jobs watch (jobs.md §3.2, §12.10): a stint-watch for each app that has such jobs, told what to watch, heard for
// what has changed. The reading of directories is its alone, so neither a large tree nor a file system that hangs holds
// up the daemon, nor another app's jobs.
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

class ContentWatch {
public:
    using OnChange = std::function<void(std::string path)>;
    /// Why not all that an app's jobs watch is watched; empty: it is.
    using OnShortage = std::function<void(const AppId&, std::string why)>;

    /// All that the app's list names is looked through, or never will be: looking() has ended.
    using OnLooked = std::function<void(const AppId&)>;

    ContentWatch(std::filesystem::path program, OnChange, OnShortage, OnLooked);
    ~ContentWatch();
    ContentWatch(const ContentWatch&) = delete;
    ContentWatch& operator=(const ContentWatch&) = delete;

    /// Nothing is started before something is to be watched.
    void start(sd_event* loop) { loop_ = loop; }
    /// These and no others from now on, each app's in `directories` directories at most. What is no absolute path never
    /// changes. An app whose list is as it was is not disturbed.
    void watch(const std::vector<WatchedContent>& all, std::size_t directories);
    /// Whether a change of what the app's jobs watch may still be missed, because its last list is not looked through.
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
