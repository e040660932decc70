// One download, from its part's lock to the file in place. It asks, decides by the answer (answer.hpp), stores, makes
// durable as it goes, and ends in an Ending. It waits for nothing: the engine turns it.
#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include <curl/curl.h>

#include "transfer/download.hpp"
#include "transfer/ending.hpp"
#include "transfer/fetch.hpp"
#include "transfer/part_file.hpp"
#include "transfer/sidecar.hpp"
#include "transfer/watcher.hpp"
#include "transfer/workbench.hpp"

namespace stint::transfer {

class Transfer final : private Fetch::Sink {
public:
    using Clock = std::chrono::steady_clock;
    struct World {
        CURLM* multi;
        Workbench& workbench;
        std::string boot; ///< thisBoot(), or a test's
    };

    Transfer(Download download, Watcher watcher, const World& world);

    /// Takes the part and goes on from what is there. False: another still writes it.
    bool begin();
    /// Nothing more is heard of it. What was received stays; making it durable goes on behind.
    void stop();
    /// The network is another: asks again, over a connection of its own.
    void reconnect();
    /// The request of `handle` ended; false: it is not this one's.
    bool fetchEnded(CURL* handle, CURLcode code);
    /// After each round of curl's: what came goes to the kernel, now and then to the disk, and to the watcher.
    void settle(Clock::time_point now);
    /// When settle() has something to tell at the latest.
    std::optional<Clock::time_point> due() const;

    void end(Ending ending);
    const std::optional<Ending>& ending() const { return ending_; }
    const Watcher& watcher() const { return watcher_; }

private:
    Fetch::Take take(std::span<const char> bytes) override;
    Fetch::Take join(std::span<const char> bytes);
    Fetch::Take store(std::span<const char> bytes);

    void goOn(const std::optional<Sidecar>& sidecar);
    void ask(Fetch::Route route);
    void setCourse(Course course);
    void takeAnew();
    void conclude(CURLcode code);
    void bodyEnded(CURLcode code);
    void finish();
    void checkpoint(Clock::time_point now);
    void leave();
    void report(Clock::time_point now);
    Progress progress() const;

    Download download_;
    Watcher watcher_;
    World world_;
    PartPaths paths_;
    std::shared_ptr<PartFile> part_; ///< shared with pieces on the workbench; the lock goes with the last of them
    Sidecar known_;                  ///< of the bytes in the part
    std::string anew_;               ///< Sidecar::anew

    std::unique_ptr<Fetch> fetch_;
    Asked asked_;
    std::optional<Course> course_;  ///< decided when the answer's head is there
    bool plain_ = false;            ///< the whole file is asked for, whatever is there
    Bytes compared_ = 0;            ///< of the overlap
    std::optional<Ending> failure_; ///< of the disk, met inside take()

    Errands errands_;
    bool preparing_ = false;          ///< the part is being emptied, and is the workbench's alone
    bool reconnectWanted_ = false;    ///< while preparing
    std::optional<CURLcode> heldEnd_; ///< the fetch ended while preparing
    Clock::time_point checkpointed_;
    std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);

    Progress::Phase phase_ = Progress::Phase::Loading;
    std::optional<Progress> reported_;
    Clock::time_point nextReport_{};
    std::optional<Ending> ending_;
};

} // namespace stint::transfer
