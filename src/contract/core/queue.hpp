// The queue of ready jobs, in the order of jobs.md §3.4: each app's own list, and the apps by turns. Its .cpp has the
// pass that gives them slots (§3.6), too.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "contract/core/groups.hpp"

namespace stint {

class Queue {
public:
    /// Queues the jobs of all open groups, as they are now. Until it is done, only the job that was handed out last may
    /// leave its group.
    explicit Queue(const Groups& groups);

    struct Next {
        Group* group;
        Tracked* job;
    };
    /// The next in order; nullopt: all were seen.
    std::optional<Next> next();
    /// Skips the rest of the last one's group: what holds for it holds for all of them. They keep their places in their
    /// app's list.
    void skipGroup();
    /// Leaves out the rest of the last one's group, which has shut meanwhile, and stands before nobody.
    void leaveOut();

private:
    struct Cursor {
        Group* group;
        Tracked* job;         ///< the next of the group; null: all were seen, or are skipped
        bool skipped = false; ///< its rest stands before others, but is not handed out
    };
    /// One app's open groups.
    struct Turns {
        std::span<Cursor> cursors;
        Cursor* front = nullptr; ///< the one whose job is first in the app's list; null: all were seen
        Instant adjusted;        ///< adjusted time (§3.4), never before that of the app's job before
    };

    static Cursor* frontOf(std::span<Cursor> cursors);
    static void passSkipped(Turns& turns);
    void settle(Turns& turns);
    Turns* frontApp();

    std::vector<Cursor> cursors_; ///< one app's after another's; it never grows once it is made
    std::vector<Turns> apps_;     ///< in the order of their names
    std::size_t left_ = 0;        ///< apps with jobs that were not seen
    Turns* current_ = nullptr;
    int taken_ = 0;          ///< jobs in a row from the current app
    Cursor* last_ = nullptr; ///< the one whose job was handed out last
};

} // namespace stint
