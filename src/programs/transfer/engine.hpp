// Any number of transfers in one loop: libcurl's multi interface, and a descriptor of the caller. Knows nothing about
// Stint. Its only timers are curl's, and the one that limits progress to once a second.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include <curl/curl.h>

#include "base/unix/boot_id.hpp"
#include "programs/transfer/disk_threads.hpp"
#include "programs/transfer/ending.hpp"
#include "programs/transfer/resume.hpp"
#include "programs/transfer/spec.hpp"
#include "programs/transfer/transfer.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

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

    /// Waits until there is something to do, `descriptor` is readable (-1: none) or `atMost` has passed, and does it.
    void turn(int descriptor = -1, std::optional<Duration> atMost = std::nullopt);
    bool idle() const { return transfers_.empty(); }

private:
    template <class Made, class Spec> Ticket add(const Spec& spec, Watcher watcher);
    void wait(int descriptor, std::optional<Duration> atMost);
    void collectFetches();
    void beginWaiting();
    void tellEndings();
    bool tryBegin(Transfer& transfer);

    struct CleanUp {
        void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
    };
    // In this order: transfers end before the disk threads, and both before curl.
    std::unique_ptr<CURLM, CleanUp> multi_;
    DiskThreads disk_;
    std::string boot_;
    Ticket tickets_ = 0;
    std::map<Ticket, std::unique_ptr<Transfer>> transfers_;
    std::map<Ticket, Transfer*> waiting_; ///< to begin, perhaps once this process has released a lock
};

} // namespace stint::transfer
