// The notifications that are shown for apps, and who uses them (jobs.md §5).
#pragma once
#include <limits>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <utility>

#include "contract/model/effect.hpp"
#include "contract/model/event.hpp"

namespace stint {

struct Turn;

/// A notification that is shown, and the runs that use it (jobs.md §5.1).
struct Posted {
    Notification notification;
    bool userInitiated = false;
    std::optional<ShowNotification> shown; ///< what the desktop was told last
    Instant shownAt;
    std::optional<Instant> withheldUntil; ///< an update came too soon, and is shown then
    bool dismissed = false;               ///< by the user, and shown no more since
    std::set<RunId> users;
    std::set<std::string> services; ///< foreground services that show it, too
    std::optional<JobKey> lastUser;
};

class Notifications {
public:
    /// Whose it is, and its number there.
    using Key = std::pair<AppId, std::int32_t>;

    /// nullptr: it is not shown.
    Posted* find(const Key& key);
    const Posted* find(const Key& key) const;
    /// One that is known to be there.
    Posted& at(const Key& key);
    /// An empty one where there is none yet.
    Posted& get(const Key& key) { return posted_[key]; }
    void erase(const Key& key);

    auto begin() { return posted_.begin(); }
    auto end() { return posted_.end(); }
    auto begin() const { return posted_.begin(); }
    auto end() const { return posted_.end(); }
    /// The app's: they lie side by side.
    auto of(const AppId& app) const {
        return std::ranges::subrange(posted_.lower_bound(Key{app, std::numeric_limits<std::int32_t>::min()}),
                                     posted_.upper_bound(Key{app, std::numeric_limits<std::int32_t>::max()}));
    }

    /// An update of it came too soon.
    void withhold(const Key& key, Posted& posted, Instant until);
    /// As if none had.
    void release(const Key& key, Posted& posted);
    /// The first whose update may be shown now.
    std::optional<Key> due(Instant now) const;
    std::optional<Instant> next() const;

private:
    std::map<Key, Posted> posted_;
    std::set<std::pair<Instant, Key>> withheld_;
};

void releaseNotification(Turn& turn, Run& run, const Ending& ending);
/// The updates that were withheld until now.
void showWithheld(Turn& turn);
/// jobs.md §5.5: what a foreground service shows, and its end.
void showService(Turn& turn, const AppId& app, const std::string& service, const ServiceNotification& shows);
void endService(Turn& turn, App& app, const std::string& service);
void endServices(Turn& turn, App& app);
/// What the job's runs have left behind.
void withdrawLeftBehind(Turn& turn, const JobKey& job);
/// Whatever else the app shows is withdrawn, too.
void withdrawAll(Turn& turn, const AppId& app);

} // namespace stint
