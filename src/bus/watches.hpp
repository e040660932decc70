// Who watches which job (TaskManager1.Watch), and which changes are still to be sent. Changes are not queued: a slow
// watcher gets the latest state, once. And who watches its app's network (App1).
#pragma once
#include <map>
#include <set>
#include <vector>

#include "bus/server.hpp"
#include "model/job.hpp"

namespace stint {

class Watches {
public:
    void add(ConnectionId watcher, const JobKey& job) { ofJob_[job].insert(watcher); }
    void addAll(ConnectionId watcher) { ofAll_.insert(watcher); }
    void addNetwork(ConnectionId watcher) { ofNetwork_.insert(watcher); }
    void drop(ConnectionId watcher);
    const std::set<ConnectionId>& ofNetwork() const { return ofNetwork_; }

    /// Notes that the watchers of `job` must be told.
    void changed(const JobKey& job);
    /// All that is still to be told.
    const std::map<JobKey, std::set<ConnectionId>>& owed() const { return owed_; }
    /// Told. `ended`: that was the job's last state, and nobody watches this one job any more.
    void told(const JobKey& job, const std::vector<ConnectionId>& watchers, bool ended);

private:
    std::map<JobKey, std::set<ConnectionId>> ofJob_;
    std::set<ConnectionId> ofAll_;
    std::set<ConnectionId> ofNetwork_;
    std::map<JobKey, std::set<ConnectionId>> owed_;
};

} // namespace stint
