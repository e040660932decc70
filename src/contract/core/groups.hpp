// Jobs that wait, in groups: one group for all that every gate answers alike (architecture.md, the core). A group is
// asked when it is made, when something that its gates read has changed, and when a verdict says so. The cost of a
// device change grows with the groups that read it, not with the jobs in them.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include <absl/container/btree_set.h>

#include "contract/core/containers.hpp"
#include "contract/core/tracked.hpp"
#include "contract/rules/concurrency.hpp"
#include "contract/rules/gates.hpp"

namespace stint {

/// A gate that is shut for a group, and since when.
struct Shut {
    const Gate* gate;
    Verdict verdict;
    WallTime since;
};

struct AppGroups;

/// Jobs that wait under the same GateKey. The group lives while it has a job. Only Groups changes it.
struct Group {
    const GateKey* gateKey;
    AppGroups* appGroups; ///< its app's
    absl::btree_set<Tracked*, ByPlace> jobs;
    std::vector<Shut> shut;    ///< the gates that were shut when it was last asked
    History history;           ///< how these have changed
    std::optional<bool> fits;  ///< the network fits; nullopt: not asked since that has changed
    Instant openSince;         ///< while nothing is shut
    std::uint64_t opening = 0; ///< the number of this opening among those of all groups; 0: it is shut
    std::optional<Instant> askAgain;
    std::optional<Instant> sooner; ///< from then on a verdict may differ from the remembered one (Verdict::sooner)
    std::uint64_t serial = 0;      ///< in the order in which groups were made
    ReadSet reads = 0;             ///< all that its gates read
    GateSet gates = 0;             ///< the gates that may shut for it
    std::size_t reader = 0;        ///< its place among those that read the same
    std::size_t due = nowhere;     ///< its place among those that are asked again at a time

    bool open() const { return opening != 0; }
};

/// True if a group behind these gates is ready, but for the network or for a slot (limits.md §8.3).
bool lacksOnlyNetwork(const GateKey& gateKey, const std::vector<Shut>& shut);

/// The groups of one app.
struct AppGroups {
    const AppId* app;
    /// Looked up when the app's gates are asked, so that it is known for open groups; it goes with the app's last
    /// waiting job.
    const App* installed = nullptr;
    std::map<GateKey, Group> groups;
    std::vector<Group*> open;              ///< with nothing shut, in the order of their GateKeys
    std::array<std::int64_t, 3> waiting{}; ///< how many jobs wait in those, by effective class
    AppMemo memo;                          ///< answers that are remembered for one moment
    std::uint64_t memoOf = 0;              ///< that moment

    std::int64_t waitingAs(JobClass kind) const { return waiting[static_cast<std::size_t>(kind)]; }
    std::int64_t waitingInAll() const { return waiting[0] + waiting[1] + waiting[2]; }
};

/// Asks the gates for Groups, and is notified when a group's shut gates change.
class Gatekeeper {
public:
    virtual ~Gatekeeper() = default;
    /// Appends to `shut` those of these gates that are shut for the group right now.
    virtual void ask(Group&, GateSet, std::vector<ShutGate>& shut) = 0;
    /// The group's shut gates, or their verdicts, have changed. Before, these were shut; a new group had none.
    virtual void heard(const Group&, const std::vector<Shut>& before) = 0;
};

class Groups {
public:
    Group& join(const GateKey& gateKey, Tracked& job, Now now, Gatekeeper& keeper);
    /// Copies all groups of `others`, with a copy's jobs and apps in place of theirs. There must be none yet.
    void joinAlike(const Groups& others, const std::function<Tracked&(const Tracked&)>& job,
                   const std::function<const App*(const AppId&)>& app);
    /// Takes the job out; the group is gone with its last job.
    void leave(Group& group, Tracked& job);

    /// Asks every group again that reads one of `changed`, about the gates that read it.
    void changed(ReadSet changed, Now now, Gatekeeper& keeper);
    /// The same for one app's groups, where `changed` is what has changed of the app and of the device.
    void changed(ReadSet changed, const AppId& app, Now now, Gatekeeper& keeper);
    /// Asks those groups again whose Group::askAgain has come.
    void due(Now now, Gatekeeper& keeper);
    std::optional<Instant> nextAsk() const;

    /// Moves the remembered wall times by as much as the wall clock was set.
    void followWallClock(Duration by);

    /// The apps with open groups, in their order.
    const std::vector<AppGroups*>& open() const { return open_; }
    bool anyOpen() const { return !open_.empty(); }
    /// True if a group's gates read this.
    bool anyReads(Reads what) const {
        return std::ranges::any_of(readers_, [&](const auto& of) { return (of.first & what) && !of.second.empty(); });
    }
    /// How often a group has opened so far.
    std::uint64_t openings() const { return openings_; }
    /// Calls `look(group)` for each group.
    template <class Look> void each(Look look) const {
        for (const auto& [app, appGroups] : apps_)
            for (const auto& [gateKey, group] : appGroups.groups)
                look(group);
    }
    /// Calls `look(gateKey, shut)` for each group of the app until it returns true; true if it did.
    template <class Look> bool anyOf(const AppId& app, Look look) const {
        const AppGroups* const appGroups = apps_.find(app);
        if (!appGroups) return false;
        for (const auto& [gateKey, group] : appGroups->groups)
            if (look(gateKey, group.shut)) return true;
        return false;
    }

private:
    /// Asks those of its gates that read one of `changed`, which are in `reading`, or all of them.
    void ask(Group& group, Now now, Gatekeeper& keeper, ReadSet changed, GateSet reading);
    void ask(Group& group, Now now, Gatekeeper& keeper) { ask(group, now, keeper, everything, group.gates); }
    void checkOpen(const AppGroups& appGroups) const;
    bool saysNothingNew(const Group& group, ReadSet changed) const;
    void remember(Group& group, ReadSet changed, WallTime now);
    void turnOpen(Group& group, Instant now);
    void turnShut(Group& group);
    void setDue(Group& group, std::optional<Instant> when);
    void addReader(Group& group);
    void removeReader(Group& group);

    // Nodes of the maps stay where they are. All orders are by value, not by address, so that the same bytes come out
    // anywhere.
    ByApp<AppGroups> apps_;
    std::vector<AppGroups*> open_;
    std::map<ReadSet, std::vector<Group*>> readers_; ///< by all that they read
    struct ByTime {
        static bool before(const Group& a, const Group& b) {
            return *a.askAgain != *b.askAgain ? *a.askAgain < *b.askAgain : a.serial < b.serial;
        }
        static std::size_t& place(Group& group) { return group.due; }
    };
    DueHeap<Group, ByTime> due_;
    std::uint64_t openings_ = 0;
    std::uint64_t made_ = 0;
    std::vector<ShutGate> asked_; ///< the shut gates of the group that is being asked
    std::vector<Shut> shut_;      ///< the ones that it will remember, or those before
};

} // namespace stint
