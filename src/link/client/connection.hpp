// A Connection's state and work, behind its pointer. One mutex guards all of it, sd-bus and the messages included;
// callbacks run without it, so that an app may call back from any thread at any time, and from inside a callback.
#pragma once
#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time/time.hpp"
#include "link/client/bus_link.hpp"
#include "link/client/dispatch.hpp"
#include "link/client/run.hpp"
#include "stint/connection.hpp"
#include "stint/notification.hpp"

namespace stint::client {

/// A mutex that serves threads in the order of their arrival. std::mutex promises no order: a thread that calls the
/// daemon in a loop would keep dispatch() waiting, and with it an onStopJob that is due within 8 s.
class FairMutex {
public:
    void lock() {
        std::unique_lock hold(mutex_);
        const std::uint64_t mine = last_++;
        changed_.wait(hold, [&] { return passing_ == mine; });
    }
    void unlock() {
        const std::lock_guard hold(mutex_);
        ++passing_;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t passing_ = 0; ///< the ticket whose turn it is
    std::uint64_t last_ = 0;
};

/// The wait before the next attempt to reach a daemon that is gone: 100 ms, doubling to 10 s.
class Backoff {
public:
    static constexpr Duration least = 100ms;
    static constexpr Duration most = 10s;

    /// This attempt's wait; the next is twice as long.
    Duration next() { return std::exchange(wait_, std::min(2 * wait_, most)); }
    void reset() { wait_ = least; }

private:
    Duration wait_ = least;
};

/// A foreground service of this process, and the number of a notification of it (jobs.md §5.5).
using Shown = std::pair<std::string, std::int32_t>;

} // namespace stint::client

namespace stint {

class __attribute__((visibility("hidden"))) Connection::Impl : public std::enable_shared_from_this<Impl> {
public:
    static Result<std::shared_ptr<Impl>> open();

    int fd() const { return fd_.fd(); }
    std::optional<Duration> timeout();
    Result<bool> dispatch();
    /// True if the daemon that started this process is gone, without having unbound it.
    bool isCutOff();

    Result<void> host(const std::string& name, JobService& service);
    Result<void> host(const std::string& name, BroadcastReceiver& receiver);
    using NetworkCallback = std::function<void(bool blocked, const std::string& because)>;
    Result<void> watchNetwork(NetworkCallback callback);
    using ReasonsCallback = std::function<void(const std::vector<PendingReason>& reasons)>;
    Result<void> watchReasons(const client::JobName& job, ReasonsCallback callback);
    Result<std::string> package();
    // Foreground services.
    Result<void> startForeground(const std::string& name, std::int32_t id, const Notification& notification);
    Result<void> stopForeground(const std::string& name, std::optional<std::int32_t> only);
    using ActionCallback = std::function<void(std::int32_t notification, const std::string& key)>;
    void onForegroundAction(const std::string& name, ActionCallback callback);
    /// A blocking call. Where the daemon has gone before it could be sent, a new connection is tried once.
    Result<void> call(const char* member, const client::BusLink::Write& write, const client::BusLink::Read& read);
    Result<void> call(const char* interface, const char* member, const client::BusLink::Write& write,
                      const client::BusLink::Read& read);
    /// Likewise for a question without effects: asked again over a new connection where its answer was lost with this
    /// one.
    Result<void> ask(const char* member, const client::BusLink::Write& write, const client::BusLink::Read& read);
    Result<void> ask(const char* interface, const char* member, const client::BusLink::Write& write,
                     const client::BusLink::Read& read);

    // A job's reports on its run; ignored where the run is over.
    void finish(const JobParameters& params, client::Finish finish);
    Result<void> notify(const JobParameters& params, std::int32_t id, const Notification& notification,
                        JobEndNotificationPolicy endPolicy);
    void estimate(const JobParameters& params, client::ByteCounts counts, std::optional<std::uint64_t> item = {}) {
        report(params, item, &client::Reports::estimated, counts);
    }
    /// jobs.md §2.5. nullopt: no item is left; if none is being worked on either, the run is over.
    Result<std::optional<WorkItem>> dequeue(const client::RunKey& key);
    Result<void> complete(const client::RunKey& key, std::uint64_t item);
    /// The app holds no parameters of that run any more. For any thread, the mutex held or not.
    void noteLost(const client::RunKey& key);
    void transfer(const JobParameters& params, client::ByteCounts counts, std::optional<std::uint64_t> item = {}) {
        report(params, item, &client::Reports::transferred, counts);
    }

private:
    /// Holds the mutex; at the end of its life the descriptor shows what has changed.
    class Hold;
    /// A call of the daemon's, or, without a message, our own onStopJob after the daemon's death.
    struct Callback {
        std::uint64_t connection = 0;
        wire::Message message;
        client::ServiceCall call;
    };

    Impl(client::WakeableFd fd, std::optional<client::BusLink> link) : fd_(std::move(fd)), link_(std::move(link)) {}

    // The link (connection_impl.cpp).
    Result<void> connect();
    Result<void> reach();
    void noticeLoss();
    void lose();
    Result<void> offer();
    Result<void> offer(const char* interface, const char* member, std::vector<std::string> names);
    Result<void> askForNetwork();
    Result<void> askForReasons(const client::JobName& job);
    Result<void> askForAllReasons();
    bool isOver() const { return unbound_ || cutOff_; }
    /// True if the present daemon lacks what it has to know of this app, even if the app makes no further call.
    bool isMissed() const {
        const bool hosts = !services_.empty() || !receivers_.empty();
        return mustHost_ && (hosts || !foreground_.empty() || networkCallback_ || !reasonsCallbacks_.empty());
    }
    Result<void> beginForeground(const client::Shown& shown, const Notification& notification, bool resumes);
    void resumeForeground();
    Instant nextDeadline() const;
    void settle();

    // Incoming messages (dispatch.cpp).
    void takeIn();
    void receive(const wire::Message& message);
    void perform(Callback& callback, Hold& hold);
    void start(Callback& callback, client::StartCall& call, Hold& hold);
    void stop(Callback& callback, const client::StopCall& call, Hold& hold);
    void changeNetwork(const Callback& callback, client::NetworkCall& call, Hold& hold);
    void act(const Callback& callback, const client::ActionCall& call, Hold& hold);
    void act(const client::ServiceActionCall& call, Hold& hold);
    void deliver(const Callback& callback, client::AlarmCall& call, Hold& hold);
    void deliver(const Callback& callback, client::MessageCall& call, Hold& hold);
    void deliver(const client::NetworkNews& news, Hold& hold);
    void deliver(const client::ReasonsNews& news, Hold& hold);
    void answer(const Callback& callback, std::optional<bool> value);
    void refuse(const Callback& callback, const Error& error);
    Result<void> hostAnew();

    // Outgoing messages of a run (run_words.cpp, run_work.cpp).
    JobParameters handOut(const client::RunKey& key, client::Run& run);
    void abandon(client::Runs::value_type& run);
    void abandonLost();
    /// Reports bytes of the whole run, or of one item of its work.
    void report(const JobParameters& params, std::optional<std::uint64_t> item, client::Throttle client::Reports::*kind,
                client::ByteCounts counts);
    void sendDue(const client::RunKey& key, client::Run& run);
    void sendAllDue();
    using Due = std::optional<client::ByteCounts> (*)(client::Throttle&);
    void sendReports(const client::RunKey& key, client::Run& run, Due due);
    void sendReports(const client::RunKey& key, std::optional<std::uint64_t> item, client::Reports& reports, Due due);
    void sendCounts(const client::RunKey& key, std::optional<std::uint64_t> item, const char* member,
                    const std::optional<client::ByteCounts>& counts);
    void sendRest(client::Run& run, const client::RunKey& key);
    void end(client::Runs::iterator run);
    bool isCurrent(const client::RunKey& key) const { return link_ && key.connection == connection_; }

    client::FairMutex mutex_;
    client::WakeableFd fd_;
    std::optional<client::BusLink> link_;
    bool started_ = false;         ///< by stintd: there is one link and no other
    std::uint64_t connection_ = 1; ///< counts the links: the number of the present one, or of the next
    std::map<std::string, JobService*, std::less<>> services_;
    std::map<std::string, BroadcastReceiver*, std::less<>> receivers_;
    std::shared_ptr<const NetworkCallback> networkCallback_; ///< shared with a call of it that is under way
    std::map<client::JobName, std::shared_ptr<const ReasonsCallback>> reasonsCallbacks_; ///< shared likewise
    /// By service; shared likewise.
    std::map<std::string, std::shared_ptr<const ActionCallback>, std::less<>> actionCallbacks_;
    std::map<client::Shown, Notification> foreground_; ///< what the services in the foreground show
    std::string package_;
    client::Runs runs_;
    std::deque<Callback> callbacks_;
    int dispatching_ = 0;
    std::mutex lostMutex_;             ///< guards lost_ alone
    std::vector<client::RunKey> lost_; ///< runs of which the app holds no parameters any more
    bool unbound_ = false;
    bool cutOff_ = false;
    bool mustHost_ = false; ///< the present daemon does not know our services yet
    Instant retryAt_;
    client::Backoff backoff_;
    Instant told_ = Instant::max(); ///< the deadline that the app's loop was given for its sleep; min: it will ask
                                    ///< before it sleeps
};

class Connection::Impl::Hold {
public:
    explicit Hold(Impl& impl) : impl_(impl), lock_(impl.mutex_) {}
    ~Hold() { impl_.settle(); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

    /// Runs a callback without the mutex.
    template <class Callback> auto outside(Callback callback) {
        struct Outside {
            std::unique_lock<client::FairMutex>& lock;
            explicit Outside(std::unique_lock<client::FairMutex>& held) : lock(held) { lock.unlock(); }
            ~Outside() { lock.lock(); }
        } outside(lock_);
        return callback();
    }

private:
    Impl& impl_;
    std::unique_lock<client::FairMutex> lock_;
};

} // namespace stint
