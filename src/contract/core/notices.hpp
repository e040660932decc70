// Stint's own notifications (jobs.md §5.6): a job that a person asked for is paused, or has waited for a condition for
// a while; and once a day at most, how many have waited longer than they said. What is shown is derived from the jobs
// at each turn that changes how one waits; written down are only when the last digest was, and what a job was promised.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "contract/model/effect.hpp"
#include "contract/model/event.hpp"
#include "contract/model/job.hpp"

namespace stint {

struct State;
struct Tracked;
struct Turn;

struct Notices {
    struct Shown {
        std::int32_t id = 0;
        ShowNotification looks;
        bool dismissed = false; ///< by a person: it comes back when it has something else to say
    };
    /// A person has stopped the app: what of its processes is still there is looked at, once they have had the time to
    /// die.
    struct Stopped {
        Instant due;
        bool looked = false;
        std::uint32_t left = 0; ///< that are told of
        std::int32_t id = 0;
    };
    std::map<AppId, Stopped> stopped;
    std::set<JobKey> asked; ///< tracked ones that a person asked for
    std::set<JobKey> fresh; ///< scheduled in this turn: what they are told of their start is yet to come
    std::map<JobKey, Shown> shown;
    std::int32_t lastId = 0; ///< 0 is the digest's
    std::optional<Instant> stopsDue;
    std::optional<Instant> due; ///< something is to be shown by time alone
    WallTime digested{};        ///< when the last digest was

    std::optional<Instant> next() const { return earlier(due, stopsDue); }
};

/// A job is there, new or from the store.
void noteAsked(State& state, const Job& job, bool isNew);
/// The clock on the wall was set by so much: what was said of its start is as long ahead as before.
void followWallClock(Turn& turn, Tracked& tracked, Duration by);
/// Its time is another: its start is foretold anew.
void noteTimeMoved(State& state, const Job& job);
/// It is no longer tracked.
void noteGone(State& state, const JobKey& key);
/// The Task Manager's Stop has killed its processes (jobs.md §5.4).
void noteStop(Turn& turn, const AppId& app);
/// A process of it may have died.
void lookAtStop(Turn& turn, const AppId& app);
/// What is shown by now, and when to look again.
void settleNotices(Turn& turn);
/// A press on one of our actions; false: it is the app's.
bool takePress(Turn& turn, const NotificationTapped& event);
/// One of ours was dismissed; false: it is the app's.
bool takeDismissal(State& state, const NotificationDismissed& event);

} // namespace stint
