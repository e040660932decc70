// One transfer, download or upload, driven by the engine: it begins, its requests end, it reports progress, and it
// ends once. It never blocks.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "programs/transfer/disk_threads.hpp"
#include "programs/transfer/ending.hpp"

namespace stint::transfer {

/// One transfer, download or upload: it begins, its requests end, it reports progress, and it ends once. It never
/// blocks.
class Transfer {
public:
    using Clock = std::chrono::steady_clock;
    struct World {
        CURLM* multi;
        DiskThreads& disk;
        std::string boot; ///< bootId(), or a test's
    };

    explicit Transfer(Watcher watcher) : watcher_(std::move(watcher)) {}
    virtual ~Transfer() = default;
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// Begins, or resumes from the bytes in place. False: another transfer still holds the lock.
    virtual bool begin() = 0;
    /// Stops it: its watcher is not called again. Its bytes are kept.
    virtual void stop() = 0;
    /// Cancels it for good: like stop(), but removes the bytes that it has sent or received. True: that takes time, and
    /// ends in an Ending that is not reported.
    virtual bool takeBack() = 0;
    /// The network has changed: requests again, over a new connection.
    virtual void reconnect() = 0;
    /// The request of `handle` ended; false: it belongs to another transfer.
    virtual bool fetchEnded(CURL* handle, CURLcode code) = 0;
    /// Called after each round of curl's.
    void settle(Clock::time_point now);
    /// The latest time for the next settle().
    std::optional<Clock::time_point> due() const;

    /// Sets the Ending; the first one counts.
    void end(Ending ending);
    const std::optional<Ending>& ending() const { return ending_; }
    const Watcher& watcher() const { return watcher_; }

protected:
    /// Work to do after each round, beside reporting.
    virtual void tidy(Clock::time_point) {}
    /// It has ended: releases its files and locks.
    virtual void leave() = 0;
    /// nullopt: nothing to report yet.
    virtual std::optional<Progress> progress() const = 0;
    /// Reports nothing more.
    void hush() { watcher_ = {}; }

private:
    Watcher watcher_;
    std::optional<Progress> reported_;
    Clock::time_point nextReport_{};
    std::optional<Ending> ending_;
};

} // namespace stint::transfer
