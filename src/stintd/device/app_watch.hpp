// One stint-watch, which watches for the jobs of one app.
#pragma once
#include <cstdint>
#include <memory>
#include <set>
#include <utility>

#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "stintd/device/content_watch.hpp"
#include "stintd/helpers/watch_words.hpp"

namespace stint {

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
    struct Unref {
        void operator()(sd_event_source* source) const { sd_event_source_disable_unref(source); }
    };
    using Source = std::unique_ptr<sd_event_source, Unref>;

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
