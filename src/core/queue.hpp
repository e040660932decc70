// The queue of ready jobs, in the order of jobs.md §3.4: each app's own list, and the apps by turns.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "core/groups.hpp"

namespace stint {

class Queue {
public:
    /// Of all open groups, as they are now. Jobs that leave while it is read do no harm.
    explicit Queue(const Groups& groups);

    struct Next {
        const Asks* asks;
        JobKey job;
    };
    /// The next in order; nullopt: all were seen.
    std::optional<Next> next();
    /// No more of the last one's group: what holds for it holds for all of them.
    void skipGroup();

private:
    struct Cursor {
        Asks asks;
        std::optional<Place> last; ///< seen up to here
        bool done = false;
    };
    struct Turns {
        std::vector<Cursor> cursors;
        Instant adjusted; ///< never earlier than that of the app's job before
    };

    /// The cursor whose next job goes first in its app's list; null: all were seen.
    Cursor* front(Turns& turns) const;
    Turns* frontApp();

    const Groups& groups_;
    std::map<AppId, Turns> apps_;
    Turns* current_ = nullptr;
    int taken_ = 0; ///< in a row from the current app
    Cursor* last_ = nullptr;
};

} // namespace stint
