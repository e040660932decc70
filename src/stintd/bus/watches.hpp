// The connections that watch something.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "contract/model/job.hpp"
#include "contract/model/questions.hpp"
#include "stintd/bus/server.hpp"

namespace stint {

/// The watchers of jobs (TaskManager1.Watch), and the changes that are still to be sent. Changes are not queued: a slow
/// watcher gets the latest state, once. A watcher of everything also learns which of the other lists have changed, once
/// for each time it asks. App1's watchers of their app's network are here, too, and JobScheduler1's of what a job waits
/// for.
class Watches {
public:
    /// The least time between two tellings of progress, that of all jobs together.
    static constexpr Duration pause = std::chrono::milliseconds{200};

    void add(ConnectionId watcher, const JobKey& job) { ofJob_[job].insert(watcher); }
    void addAll(ConnectionId watcher) { ofAll_.insert(watcher); }
    /// Registers a watcher for the next change of one of these lists, and for changes since the last signal to it.
    void awaitNews(ConnectionId watcher, Topics lists);
    void addNetwork(ConnectionId watcher) { ofNetwork_.insert(watcher); }
    /// Registers a watcher of the job's pending reasons, which has been told none yet.
    void addReasons(ConnectionId watcher, const JobKey& job) {
        reasons_[job][watcher].clear();
        mayDiffer_ = true;
    }
    void drop(ConnectionId watcher);
    const std::set<ConnectionId>& ofNetwork() const { return ofNetwork_; }

    /// Notes that the watchers of `job` must get a signal.
    void changed(const JobKey& job);
    /// Notes that they must get one once tellProgress() tells of it, or with the job's next change.
    void progressed(const JobKey& job);
    void tellProgress(Instant now);
    /// The time from which tellProgress() has something to tell; nullopt: nothing.
    std::optional<Instant> tellsAt() const;
    /// Notes that those lists have changed.
    void changed(Topics topics);
    bool wantsTopics() const { return !news_.empty() || !reasons_.empty(); }
    /// The jobs whose pending reasons may be others than before, with what each watcher was told; to be asked about
    /// once.
    using Reasons = std::map<JobKey, std::map<ConnectionId, std::vector<PendingReason>>>;
    Reasons takeReasons() { return std::exchange(mayDiffer_, false) ? reasons_ : Reasons(); }
    /// Notes what it was told; of a job that is gone it is told nothing more.
    void toldReasons(ConnectionId watcher, const JobKey& job, const std::vector<PendingReason>& told);
    /// Notes that a watcher could not be told yet.
    void oweReasons() { mayDiffer_ = true; }
    /// Returns the watchers to signal now, each with its lists. They get nothing more until they ask again.
    std::map<ConnectionId, Topics> takeNews();
    /// The signals that are still to be sent.
    const std::map<JobKey, std::set<ConnectionId>>& owed() const { return owed_; }
    /// Notes that these watchers got the signal. `ended`: it had the job's last state, and they watch this one job no
    /// more.
    void announced(const JobKey& job, const std::vector<ConnectionId>& watchers, bool ended);

private:
    std::map<JobKey, std::set<ConnectionId>> ofJob_;
    std::set<ConnectionId> ofAll_;
    std::set<ConnectionId> ofNetwork_;
    std::map<JobKey, std::set<ConnectionId>> owed_;
    Reasons reasons_;
    bool mayDiffer_ = false; ///< reasons that are watched
    std::set<JobKey> progressed_;
    Instant open_ = Instant::min(); ///< the pause ends here
    struct News {
        Topics lists; ///< the lists that it wants to know of
        Topics owed;
        bool asked = false;
    };
    std::map<ConnectionId, News> news_;
};

} // namespace stint
