// One transfer, download or upload, as the engine turns it: it begins, its requests end, it tells how far it is, and it
// ends once. It waits for nothing.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "transfer/ending.hpp"
#include "transfer/watcher.hpp"
#include "transfer/workbench.hpp"

namespace stint::transfer {

class Transfer {
public:
    using Clock = std::chrono::steady_clock;
    struct World {
        CURLM* multi;
        Workbench& workbench;
        std::string boot; ///< thisBoot(), or a test's
    };

    explicit Transfer(Watcher watcher) : watcher_(std::move(watcher)) {}
    virtual ~Transfer() = default;
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// Goes on from what is there. False: another transfer still holds it.
    virtual bool begin() = 0;
    /// Nothing more is heard of it. What it has stays.
    virtual void stop() = 0;
    /// It was cancelled for good: as stop(), but for what is to be taken back where it went. True: that goes on, and
    /// ends in an ending that nobody hears.
    virtual bool takeBack() = 0;
    /// The network is another: asks again, over a connection of its own.
    virtual void reconnect() = 0;
    /// The request of `handle` ended; false: it is not this one's.
    virtual bool fetchEnded(CURL* handle, CURLcode code) = 0;
    /// After each round of curl's.
    void settle(Clock::time_point now);
    /// When settle() has something to tell at the latest.
    std::optional<Clock::time_point> due() const;

    /// The first word holds.
    void end(Ending ending);
    const std::optional<Ending>& ending() const { return ending_; }
    const Watcher& watcher() const { return watcher_; }

protected:
    /// What is there to do after each round, beside telling.
    virtual void tidy(Clock::time_point) {}
    /// It has ended: lets go of what it holds.
    virtual void leave() = 0;
    /// nullopt: there is nothing to tell yet.
    virtual std::optional<Progress> progress() const = 0;
    /// Nothing more is told.
    void hush() { watcher_ = {}; }

private:
    Watcher watcher_;
    std::optional<Progress> reported_;
    Clock::time_point nextReport_{};
    std::optional<Ending> ending_;
};

} // namespace stint::transfer
