// Any number of transfers in one loop: libcurl's multi interface, and a descriptor of the caller. Knows nothing about
// Stint. Its only timers are curl's, and the one that limits progress to once a second. It drives each Transfer.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "base/unix/process.hpp"
#include "programs/transfer/disk_threads.hpp"
#include "programs/transfer/ending.hpp"
#include "programs/transfer/fetch.hpp"
#include "programs/transfer/multi.hpp"
#include "programs/transfer/sidecar.hpp"
#include "programs/transfer/spec.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

/// One transfer, download or upload: it begins, its requests end, it reports progress, and it ends once. It never
/// blocks.
class Transfer {
public:
    using Clock = std::chrono::steady_clock;
    struct World {
        Net net;
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

class Engine {
public:
    using Ticket = std::uint64_t;

    /// `boot` is a parameter so that a test can simulate a power loss.
    explicit Engine(std::string boot = bootId());
    /// Stops all transfers, and waits for the disk.
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Begins it in the next turn(), since that may wait for the disk, and somebody may wait for the caller. The
    /// watcher is called there, too.
    Ticket start(const Download& spec, Watcher watcher);
    Ticket start(const Upload& spec, Watcher watcher);
    /// Aborts it and keeps what it has; its watcher is not called again. Does nothing if it is over.
    void stop(Ticket ticket);
    /// It was cancelled for good: as stop(), but also removes what was sent or received; idle() once that is done.
    void cancel(Ticket ticket);
    /// The network changed: continues over a fresh connection.
    void reconnect(Ticket ticket);
    /// The bytes a second that all transfers together may move from now on; 0: any number (limits.md §15).
    void limit(Bytes rate) { throttle_.limit(rate); }

    /// Waits until there is something to do, `descriptor` is readable (-1: none) or `atMost` has passed, and does it.
    void turn(int descriptor = -1, std::optional<Duration> atMost = std::nullopt);
    bool idle() const { return transfers_.empty(); }
    /// For another's loop: turn(-1, 0ms) once the descriptor is readable, and after that time; nullopt: whenever.
    int fd() const { return multi_.fd(); }
    std::optional<Duration> timeout() const;

private:
    template <class Made, class Spec> Ticket add(const Spec& spec, Watcher watcher);
    void wait(int descriptor, std::optional<Duration> atMost);
    void collectFetches();
    void beginWaiting();
    void tellEndings();
    bool tryBegin(Transfer& transfer);

    // In this order: transfers end before the disk threads, and both before curl.
    Throttle throttle_;
    Multi multi_;
    DiskThreads disk_;
    std::string boot_;
    Ticket tickets_ = 0;
    std::map<Ticket, std::unique_ptr<Transfer>> transfers_;
    std::map<Ticket, Transfer*> waiting_; ///< to begin, perhaps once this process has released a lock
};

} // namespace stint::transfer
