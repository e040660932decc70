// The paths that jobs watch (jobs.md §3.2, §12.10), by a stint-watch for each app with such jobs.
#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include <systemd/sd-event.h>

#include "base/result/owned.hpp"
#include "base/unix/fd.hpp"
#include "contract/model/record.hpp"
#include "stint/result.hpp"
#include "stintd/helpers/helper.hpp"

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

/// One stint-watch, which watches for the jobs of one app.
class ContentWatch::AppWatch {
public:
    /// The app's targets, each with how it is watched.
    using List = std::set<std::pair<std::string, WatchWord::Kind>>;

    AppWatch(ContentWatch& owner, AppId app) : owner_(owner), app_(std::move(app)) {}
    ~AppWatch();
    AppWatch(const AppWatch&) = delete;
    AppWatch& operator=(const AppWatch&) = delete;

    /// An empty list ends the process.
    void watch(List list, std::size_t directories);
    bool looking() const { return looking_; }
    bool idle() const { return list_.empty() && pid_ == 0; }

private:
    using Source = Owned<sd_event_source, sd_event_source_disable_unref>;

    Result<void> spawn();
    Result<void> listen();
    void startOrTell();
    void queueList();
    /// Sends as much as the socket takes. A process that hangs takes nothing, and nothing waits for it.
    void flush();
    void hear(WatchWord word);
    void lookedThrough();
    void end();
    static int socketReady(sd_event_source*, int, std::uint32_t events, void* self);
    static int exited(sd_event_source*, int, std::uint32_t, void* self);

    ContentWatch& owner_;
    AppId app_;
    List list_;
    std::size_t directories_ = 0;
    pid_t pid_ = 0; ///< 0: none runs
    Fd pidfd_, socket_;
    Source exit_, ready_;
    std::deque<std::string> outbox_;
    std::string shortage_;
    std::uint64_t lists_ = 0; ///< lists sent; also the last one's number
    bool looking_ = false;
    bool looked_ = false; ///< it got through a whole list since it was started
};

} // namespace stint
