// Any number of transfers in one loop: libcurl's multi interface, a descriptor of the caller's beside it. Knows no
// Stint. No timer but curl's own and the one that holds progress back to once a second.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include <curl/curl.h>

#include "stint/units.hpp"
#include "transfer/download.hpp"
#include "transfer/resume.hpp"
#include "transfer/transfer.hpp"
#include "transfer/upload.hpp"
#include "transfer/watcher.hpp"
#include "transfer/workbench.hpp"

namespace stint::transfer {

class Engine {
public:
    using Ticket = std::uint64_t;

    /// `boot` is handed in so that a test can play a power loss.
    explicit Engine(std::string boot = thisBoot());
    /// Stops what goes on, and waits for the disk.
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Begins it in the next turn(), for that may wait for the disk, and whoever asks for it may be waited for. What
    /// comes of it is told there, too.
    Ticket start(const Download& wish, Watcher watcher);
    Ticket start(const Upload& wish, Watcher watcher);
    /// Aborts it and keeps what it has; nothing more is told of it. A ticket that is over is fine.
    void stop(Ticket ticket);
    /// It was cancelled for good: as stop(), and what is to be taken back where it went is; idle() once it was.
    void cancel(Ticket ticket);
    /// The network changed: goes on over a fresh connection.
    void reconnect(Ticket ticket);

    /// Waits until there is something to do, `descriptor` is readable (-1: none) or `atMost` has passed, and does it.
    void turn(int descriptor = -1, std::optional<Duration> atMost = std::nullopt);
    bool idle() const { return transfers_.empty(); }

private:
    template <class Made, class Wish> Ticket add(const Wish& wish, Watcher watcher);
    void wait(int descriptor, std::optional<Duration> atMost);
    void collectFetches();
    void beginWaiting();
    void tellEndings();
    bool tryBegin(Transfer& transfer);

    struct CleanUp {
        void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
    };
    // In this order: transfers end before the workbench, and both before curl.
    std::unique_ptr<CURLM, CleanUp> multi_;
    Workbench workbench_;
    std::string boot_;
    Ticket tickets_ = 0;
    std::map<Ticket, std::unique_ptr<Transfer>> transfers_;
    std::map<Ticket, Transfer*> waiting_; ///< to begin, or for what this process has yet to let go of
};

} // namespace stint::transfer
