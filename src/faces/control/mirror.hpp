// The daemon's jobs as a caller has them, and the lists that changed since it read them: what of an answer or of news
// is a change, what is to be asked next, and when news are to be asked for again. Pure: whoever asks, blocking or not,
// puts in the answers and the news in the order in which they came.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "contract/model/questions.hpp"
#include "contract/model/view.hpp"

namespace stint::cli {

/// True if it is another job of this key: a number is used again once its job has ended, and the next one is scheduled
/// at another time. That time may be unknown, as in an old history.
bool isAnother(const JobView& now, const JobView& before);

class Mirror {
public:
    enum class Change : std::uint8_t {
        Came,
        Changed,
        Gone, ///< the job is Finished, and has its end where the daemon reported it
    };
    using Listener = std::function<void(Change, const JobView& job)>;

    explicit Mirror(Listener listener) : listener_(std::move(listener)) {}

    /// The jobs that wait or run.
    const std::map<JobKey, JobView>& jobs() const { return jobs_; }

    // The connection.

    /// On a new connection nothing was asked yet: all `lists` are stale. The jobs of the former one are kept, for what
    /// comes to be compared with them.
    void begin(Topics lists);
    /// Other lists than before matter.
    void follow(Topics lists);
    Topics lists() const { return lists_; }

    // The questions.

    /// True if the daemon is to be asked for news of lists() (calls::watchEverything), before anything is read: what
    /// changes during the reading is then reported. After a notice the daemon sends no other until it is asked again,
    /// which is once all that it named was read: a slow reader is not flooded.
    bool wantsNews() const;
    void newsAsked();
    /// The lists to be read, and not being read.
    Topics stale() const;
    /// These lists are asked for now; a change from here on makes them stale again.
    void reading(Topics lists);
    void read(Topics lists);
    /// A page of the jobs that are being read.
    void page(const std::vector<JobView>& rows, bool more);
    /// After the last page, and the news that were sent before it: jobs that no page had are gone.
    void settle();
    /// True if it is time to ask, or to read.
    bool isBehind() const { return wantsNews() || !stale().none(); }
    /// True once each list was read on this connection.
    bool isWhole() const { return unread_.none(); }

    // The news.

    /// Where it is another job of its key, the former one is gone.
    void take(const JobView& job);
    void take(Topics changed);

private:
    void drop(const JobKey& key);

    Listener listener_;
    std::map<JobKey, JobView> jobs_;
    std::set<JobKey> unnamed_; ///< known jobs that the present or last reading has not named
    bool listed_ = false;      ///< that reading is over, and not settled
    Topics lists_;
    Topics stale_, reading_;
    Topics unread_;                 ///< never read on this connection
    std::optional<Topics> watched_; ///< the lists of which news were asked for; nullopt: none were
    bool noticed_ = false;          ///< the notice that was asked for has come
};

} // namespace stint::cli
