// One transfer, download or upload, as the engine drives it: it begins, its requests end, it reports progress, and it
// ends once. It never blocks.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "programs/transfer/disk_threads.hpp"
#include "programs/transfer/ending.hpp"

namespace stint::transfer {

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

    /// Begins, or resumes what is in place. False: another transfer still holds the lock.
    virtual bool begin() = 0;
    /// Its watcher is not called again. What it has is kept.
    virtual void stop() = 0;
    /// It was cancelled for good: as stop(), but removes what it has sent or received. True: that takes time, and ends
    /// in an Ending that is not reported.
    virtual bool takeBack() = 0;
    /// The network has changed: requests again, over a new connection.
    virtual void reconnect() = 0;
    /// The request of `handle` ended; false: it belongs to another transfer.
    virtual bool fetchEnded(CURL* handle, CURLcode code) = 0;
    /// After each round of curl's.
    void settle(Clock::time_point now);
    /// When settle() must be called at the latest.
    std::optional<Clock::time_point> due() const;

    /// Sets the Ending; the first one counts.
    void end(Ending ending);
    const std::optional<Ending>& ending() const { return ending_; }
    const Watcher& watcher() const { return watcher_; }

protected:
    /// Work to do after each round, beside reporting.
    virtual void tidy(Clock::time_point) {}
    /// It has ended: releases what it holds.
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
