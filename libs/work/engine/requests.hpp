// All requests of the file, and the ways to find them: by job, by name, by the requests that they follow, by group
// among those that wait. Each change is noted as a record.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "work/engine/events.hpp"
#include "work/engine/request.hpp"

namespace stint::work {

class Requests {
public:
    /// The ENQUEUED requests of equal constraints and kind, in the order in which they may run.
    using Place = std::tuple<WallTime, std::int64_t, UUID>; ///< not before, sequence
    using Groups = std::map<std::string, std::set<Place>>;

    /// Takes in what the file says: `changed` are there as they are from now on, `gone` are there no longer.
    void take(std::vector<Request> changed, const std::vector<UUID>& gone);
    const Request* find(const UUID& id) const;
    const Request* ofJob(std::int32_t job) const;
    const std::set<UUID>& named(const std::string& name) const { return setIn(names_, name); }
    const std::set<UUID>& childrenOf(const UUID& id) const { return setIn(children_, id); }
    const std::map<UUID, Request>& all() const { return all_; }
    const std::map<std::int32_t, UUID>& jobs() const { return jobs_; }
    const std::set<UUID>& running() const { return running_; }
    /// The requests on which a worker may be at work, in whichever process.
    const std::set<UUID>& claimed() const { return claimed_; }
    const Groups& waiting() const { return waiting_; }
    /// The ended requests, by the time from which they may be forgotten.
    const std::set<std::pair<WallTime, UUID>>& ended() const { return ended_; }

    void insert(Request request);
    /// `how` gets the Request&; the request must exist.
    template <class How> void change(const UUID& id, How how) {
        Request& request = all_.at(id);
        unindex(request);
        how(request);
        index(request);
        changed_.insert(id);
    }
    void erase(const UUID& id);

    /// The changes since the last call.
    std::vector<Record> takeRecords();
    const std::set<UUID>& changed() const { return changed_; }

    bool operator==(const Requests&) const = default;

private:
    template <class Map, class Key> static const std::set<UUID>& setIn(const Map& map, const Key& key) {
        static const std::set<UUID> none;
        const auto found = map.find(key);
        return found == map.end() ? none : found->second;
    }
    void index(const Request& request);
    void unindex(const Request& request);
    void link(const Request& request);
    void unlink(const Request& request);
    void release(const UUID& parent);
    void checkSizes() const;

    std::map<UUID, Request> all_;
    std::map<std::int32_t, UUID> jobs_;
    std::map<std::string, std::set<UUID>> names_;
    std::map<UUID, std::set<UUID>> children_;
    std::set<UUID> running_;
    std::set<UUID> claimed_;
    Groups waiting_;
    std::set<std::pair<WallTime, UUID>> ended_;
    std::set<UUID> changed_;
    std::set<UUID> fresh_;
    std::vector<UUID> dropped_;
};

} // namespace stint::work
