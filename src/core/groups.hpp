// Jobs that wait, by what they are asked about: one group for all that every gate answers alike (design.md, the core).
// A group is asked when it is made, when something that its shut gates read has changed, and when a verdict says so.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "model/view.hpp"
#include "rules/gates.hpp"
#include "rules/order.hpp"

namespace stint {

/// A gate that is shut for a group, and since when.
struct Shut {
    const Gate* gate;
    Verdict verdict;
    WallTime since;
};

/// Adds an entry where it says something new; the last ten stay (jobs.md §9.2).
void note(std::vector<HistoryEntry>& history, WallTime when, std::vector<PendingReason> reasons);

class Groups {
public:
    using Ask = std::function<std::vector<ShutGate>(const Asks&)>;

    /// `ask` answers with the gates that are shut for an Asks right now.
    void join(const Asks& asks, const Place& place, const JobKey& job, Now now, const Ask& ask);
    void leave(const Asks& asks, const Place& place);

    /// Asks every group again that reads one of `changed`, of `app` alone where one is given.
    void changed(ReadSet changed, const std::optional<AppId>& app, Now now, const Ask& ask);
    /// Asks those again whose verdict said so.
    void due(Now now, const Ask& ask);
    std::optional<Instant> nextAsk() const;

    /// The Asks with nothing shut for which jobs wait, in their order.
    std::vector<Asks> open() const;
    bool anyOpen() const { return !open_.empty(); }
    /// Since when nothing is shut for them.
    Instant openSince(const Asks& asks) const;
    /// How many wait under these Asks.
    std::size_t size(const Asks& asks) const;
    /// The job that goes first of those behind `after` (none: of all), or null.
    const std::pair<const Place, JobKey>* next(const Asks& asks, const std::optional<Place>& after) const;

    /// How what is shut for the jobs of these Asks has changed, oldest first, the last ten; null where none waits.
    const std::vector<HistoryEntry>* history(const Asks& asks) const;
    /// What is shut for the jobs of these Asks, as it was last asked; null where no such job waits.
    const std::vector<Shut>* shut(const Asks& asks) const;
    /// Calls `look(asks, shut)` for each group of the app's until it answers yes. Whether it did.
    template <class Look> bool anyOf(const AppId& app, Look look) const {
        // No job has an empty service, so this lies before all of the app's.
        for (auto it = groups_.lower_bound(Asks{.app = app}); it != groups_.end() && it->first.app == app; ++it)
            if (look(it->first, it->second.shut)) return true;
        return false;
    }

private:
    struct Group {
        std::map<Place, JobKey> jobs;
        std::vector<Shut> shut;
        std::optional<Instant> askAgain;
        std::vector<HistoryEntry> history;
        Instant openSince; ///< while nothing is shut
    };
    using Groupings = std::map<Asks, Group>;

    void ask(Groupings::value_type& group, Now now, const Ask& ask);
    void unlist(const Groupings::value_type& group);

    Groupings groups_;
    // Entries of groups_, whose nodes stay where they are. Ordered by their Asks, so that the same bytes come out
    // anywhere.
    struct ByAsks {
        bool operator()(const Groupings::value_type* a, const Groupings::value_type* b) const {
            return a->first < b->first;
        }
    };
    std::set<const Groupings::value_type*, ByAsks> open_;
    std::set<std::pair<Instant, Asks>> dueAt_;
};

} // namespace stint
