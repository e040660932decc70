// Who watches which job (TaskManager1.Watch), and which changes are still to be sent. Changes are not queued: a slow
// watcher gets the latest state, once. Of the other lists a watcher of everything is told which have changed, once for
// each time it asks. And who watches its app's network (App1).
#pragma once
#include <map>
#include <set>
#include <vector>

#include "contract/model/job.hpp"
#include "contract/model/topic.hpp"
#include "stintd/bus/server.hpp"

namespace stint {

class Watches {
public:
    void add(ConnectionId watcher, const JobKey& job) { ofJob_[job].insert(watcher); }
    void addAll(ConnectionId watcher) { ofAll_.insert(watcher); }
    /// It is to be told of the next change of one of these lists, and of those since it was told last.
    void awaitNews(ConnectionId watcher, Topics lists);
    void addNetwork(ConnectionId watcher) { ofNetwork_.insert(watcher); }
    void drop(ConnectionId watcher);
    const std::set<ConnectionId>& ofNetwork() const { return ofNetwork_; }

    /// Notes that the watchers of `job` must be told.
    void changed(const JobKey& job);
    /// Those lists are no longer what they were.
    void changed(Topics topics);
    bool anyNews() const { return !news_.empty(); }
    /// Whom to tell what now. They are told nothing more until they ask again.
    std::map<ConnectionId, Topics> takeNews();
    /// All that is still to be told.
    const std::map<JobKey, std::set<ConnectionId>>& owed() const { return owed_; }
    /// Told. `ended`: that was the job's last state, and nobody watches this one job any more.
    void told(const JobKey& job, const std::vector<ConnectionId>& watchers, bool ended);

private:
    std::map<JobKey, std::set<ConnectionId>> ofJob_;
    std::set<ConnectionId> ofAll_;
    std::set<ConnectionId> ofNetwork_;
    std::map<JobKey, std::set<ConnectionId>> owed_;
    struct News {
        Topics lists; ///< that it wants to know of
        Topics owed;
        bool asked = false;
    };
    std::map<ConnectionId, News> news_;
};

} // namespace stint
