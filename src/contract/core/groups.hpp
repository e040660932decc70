// Jobs that wait, by what they are asked about: one group for all that every gate answers alike (architecture.md, the
// core). A group is asked when it is made, when something that its gates read has changed, and when a verdict says so.
// A device change costs as much as there are groups that read it, however many jobs are in them.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include <absl/container/btree_set.h>

#include "contract/core/by_app.hpp"
#include "contract/core/due_heap.hpp"
#include "contract/core/tracked.hpp"
#include "contract/rules/gates.hpp"
#include "contract/rules/order.hpp"

namespace stint {

/// A gate that is shut for a group, and since when.
struct Shut {
    const Gate* gate;
    Verdict verdict;
    WallTime since;
};

struct AppGroups;

/// Jobs that wait under the same GateKey. It lives while there is one. Only Groups changes it.
struct Group {
    const GateKey* gateKey;
    AppGroups* appGroups; ///< of its app
    absl::btree_set<Tracked*, ByPlace> jobs;
    std::vector<Shut> shut;    ///< as it was last asked
    History history;           ///< how that has changed
    std::optional<bool> fits;  ///< whether the network does; nullopt: nobody has asked since it is another
    Instant openSince;         ///< while nothing is shut
    std::uint64_t opening = 0; ///< likewise: the number of this opening, among those of all groups
    std::optional<Instant> askAgain;
    std::optional<Instant> sooner; ///< from then on a verdict may be another than is remembered (Verdict::sooner)
    std::uint64_t serial = 0;      ///< in the order in which groups were made
    ReadSet reads = 0;             ///< what its gates read
    GateSet gates = 0;             ///< those that may shut for it
    std::size_t reader = 0;        ///< its place among those that read the same
    std::size_t due = nowhere;     ///< its place among those that are asked again at a time

    bool open() const { return opening != 0; }
};

/// The groups of one app.
struct AppGroups {
    const AppId* app;
    /// Looked up once, by whoever asks, so that it is known of open groups; it goes with its app's last job.
    const App* installed = nullptr;
    std::map<GateKey, Group> groups;
    std::vector<Group*> open;              ///< with nothing shut, in the order of their GateKeys
    std::array<std::int64_t, 3> waiting{}; ///< how many jobs wait in those, by effective class
    AppMemo memo;                          ///< for whoever asks, at one moment
    std::uint64_t memoOf = 0;              ///< which moment that was
    std::uint64_t notedAt = 0;             ///< likewise: the moment at which something new was heard of its networks

    std::int64_t waitingAs(JobClass kind) const { return waiting[static_cast<std::size_t>(kind)]; }
    std::int64_t waitingInAll() const { return waiting[0] + waiting[1] + waiting[2]; }
};

/// Knows the gates, for Groups, and hears of what is new behind them.
class Gatekeeper {
public:
    virtual ~Gatekeeper() = default;
    /// Of these gates those that are shut for the group right now: behind what `shut` has.
    virtual void ask(Group&, GateSet, std::vector<ShutGate>& shut) = 0;
    /// Its shut gates are others than before.
    virtual void heard(const Group&) = 0;
};

class Groups {
public:
    Group& join(const GateKey& gateKey, Tracked& job, Now now, Gatekeeper& keeper);
    /// All that `others` have, of a copy's jobs and apps: each in place of theirs. It has none yet.
    void joinAlike(const Groups& others, const std::function<Tracked&(const Tracked&)>& job,
                   const std::function<const App*(const AppId&)>& app);
    /// The group is gone with its last job.
    void leave(Group& group, Tracked& job);

    /// Asks every group again that reads one of `changed`; and of its gates, those.
    void changed(ReadSet changed, Now now, Gatekeeper& keeper);
    /// The same of an app's groups, of which that has changed beside the device.
    void changed(ReadSet changed, const AppId& app, Now now, Gatekeeper& keeper);
    /// Asks those again whose verdict said so.
    void due(Now now, Gatekeeper& keeper);
    std::optional<Instant> nextAsk() const;

    /// The clock on the wall was set by so much.
    void followWallClock(Duration by);

    /// The apps with open groups, in their order.
    const std::vector<AppGroups*>& open() const { return open_; }
    bool anyOpen() const { return !open_.empty(); }
    /// How often a group has opened so far.
    std::uint64_t openings() const { return openings_; }
    /// Calls `look(group)` for each of them.
    template <class Look> void each(Look look) const {
        for (const auto& [app, appGroups] : apps_)
            for (const auto& [gateKey, group] : appGroups.groups)
                look(group);
    }
    /// Calls `look(asks, shut)` for each group of the app's until it answers yes. Whether it did.
    template <class Look> bool anyOf(const AppId& app, Look look) const {
        const AppGroups* const appGroups = apps_.find(app);
        if (!appGroups) return false;
        for (const auto& [gateKey, group] : appGroups->groups)
            if (look(gateKey, group.shut)) return true;
        return false;
    }

private:
    /// Of its gates those that read one of `changed`, or all of them.
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

    // Nodes of the maps stay where they are. All orders are those of values, so that the same bytes come out anywhere.
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
    std::vector<ShutGate> asked_; ///< of the group that is being asked
    std::vector<Shut> shut_;      ///< likewise: what it will remember
};

} // namespace stint
