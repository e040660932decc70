// One download, from its part's lock to the file in place: it asks, decides by the answer (answer.hpp), hands the bytes
// to its part (part.hpp), and ends in an Ending. It waits for nothing: the engine turns it.
#pragma once
#include <chrono>
#include <memory>
#include <optional>

#include <curl/curl.h>

#include "transfer/download.hpp"
#include "transfer/ending.hpp"
#include "transfer/fetch.hpp"
#include "transfer/part.hpp"
#include "transfer/watcher.hpp"
#include "transfer/workbench.hpp"

namespace stint::transfer {

class Transfer final : private Fetch::Sink {
public:
    using Clock = Part::Clock;
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

    void ask(Fetch::Route route);
    void setCourse(Course course);
    void takeAnew();
    void emptied(const Result<void>& result);
    void conclude(CURLcode code);
    void bodyEnded(CURLcode code);
    void finish();
    void report(Clock::time_point now);
    Progress progress() const;

    Download download_;
    Watcher watcher_;
    World world_;
    std::unique_ptr<Part> part_; ///< none until its lock is had

    std::unique_ptr<Fetch> fetch_;
    Asked asked_;
    std::optional<Course> course_;    ///< decided when the answer's head is there
    bool plain_ = false;              ///< the whole file is asked for, whatever is there
    Bytes compared_ = 0;              ///< of the overlap
    std::optional<Ending> failure_;   ///< of the disk, met inside take()
    bool reconnectWanted_ = false;    ///< while the part is being emptied
    std::optional<CURLcode> heldEnd_; ///< the fetch ended while the part was being emptied

    Progress::Phase phase_ = Progress::Phase::Loading;
    std::optional<Progress> reported_;
    Clock::time_point nextReport_{};
    std::optional<Ending> ending_;
};

} // namespace stint::transfer
