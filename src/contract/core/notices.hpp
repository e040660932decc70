// Stint's own notifications (jobs.md §5.6): a job that a person asked for is paused, or has waited for a condition for
// a while; a fleet's campaign asks to begin here; and, once a day at most, a digest of those that have waited longer
// than was promised. They are derived from the jobs in each turn that changes how one waits; only the time of the last
// digest and the jobs' promised starts are written down.
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
        bool dismissed = false; ///< by a person: it comes back when its text changes
    };
    /// An app that a person has stopped: its surviving processes are counted once they have had the time to die.
    struct Stopped {
        Instant due;
        bool looked = false;
        std::uint32_t left = 0; ///< survivors that are shown
        std::int32_t id = 0;
    };
    std::map<AppId, Stopped> stopped;
    std::set<JobKey> asked;  ///< tracked jobs that a person asked for
    std::set<JobKey> asking; ///< tracked jobs that ask a person (fleet.md §6.4)
    std::set<JobKey> fresh;  ///< those whose start is to be promised in this turn
    std::map<JobKey, Shown> shown;
    std::int32_t lastId = 0; ///< 0 is the digest's
    std::optional<Instant> stopsDue;
    std::optional<Instant> due; ///< when something is to be shown by time alone
    WallTime digested{};        ///< the time of the last digest

    std::optional<Instant> next() const { return earlier(due, stopsDue); }
};

/// Notes a job, new or from the store, if a person asked for it, or is asked about it.
void noteAsked(State& state, const Job& job, bool isNew);
/// Moves the job's promised start by as much as the wall clock was set, so that it is as far ahead as before.
void followWallClock(Turn& turn, Tracked& tracked, Duration by);
/// Has the job's start promised anew, after its time has changed.
void noteTimeMoved(State& state, const Job& job);
/// Forgets a job that is no longer tracked.
void noteGone(State& state, const JobKey& key);
/// Notes that the Task Manager's Stop has killed the app's processes (jobs.md §5.4).
void noteStop(Turn& turn, const AppId& app);
/// Has the app's survivors counted again, since one may have died.
void lookAtStop(Turn& turn, const AppId& app);
/// Shows what is to be shown by now, and sets when to look again.
void settleNotices(Turn& turn);
/// Handles a press on one of our actions; false: the action is the app's.
bool takePress(Turn& turn, const NotificationTapped& event);
/// Notes that one of our notifications was dismissed; false: it is the app's.
bool takeDismissal(State& state, const NotificationDismissed& event);

} // namespace stint
