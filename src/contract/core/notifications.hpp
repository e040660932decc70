// The notifications that are shown for apps, and the runs and foreground services that use them (jobs.md §5).
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
    std::optional<ShowNotification> shown; ///< the last one that was sent to the desktop
    Instant shownAt;
    std::optional<Instant> withheldUntil; ///< an update came too soon, and is shown then
    bool dismissed = false;               ///< by the user, and shown no more since
    std::set<RunId> users;
    std::set<std::string> services; ///< foreground services that show it, too
    std::optional<JobKey> lastUser;
};

class Notifications {
public:
    /// The app that shows it, and its number there.
    using Key = std::pair<AppId, std::int32_t>;

    /// nullptr: it is not shown.
    Posted* find(const Key& key);
    const Posted* find(const Key& key) const;
    /// The notification, which is known to be shown.
    Posted& at(const Key& key);
    /// The notification; an empty one is made where there is none yet.
    Posted& get(const Key& key) { return posted_[key]; }
    void erase(const Key& key);

    auto begin() { return posted_.begin(); }
    auto end() { return posted_.end(); }
    auto begin() const { return posted_.begin(); }
    auto end() const { return posted_.end(); }
    /// The app's notifications, which lie side by side.
    auto of(const AppId& app) const {
        return std::ranges::subrange(posted_.lower_bound(Key{app, std::numeric_limits<std::int32_t>::min()}),
                                     posted_.upper_bound(Key{app, std::numeric_limits<std::int32_t>::max()}));
    }

    /// Withholds an update, which came too soon, until then.
    void withhold(const Key& key, Posted& posted, Instant until);
    /// Forgets an update that is withheld.
    void release(const Key& key, Posted& posted);
    /// The first whose update may be shown now.
    std::optional<Key> due(Instant now) const;
    std::optional<Instant> next() const;

private:
    std::map<Key, Posted> posted_;
    std::set<std::pair<Instant, Key>> withheld_;
};

void releaseNotification(Turn& turn, Run& run, const Ending& ending);
/// Shows the updates that were withheld until now.
void showWithheld(Turn& turn);
/// Shows what a foreground service has to show, and ends it, or all of an app (jobs.md §5.5).
void showService(Turn& turn, const AppId& app, const std::string& service, const ServiceNotification& shows);
void endService(Turn& turn, App& app, const std::string& service);
void endServices(Turn& turn, App& app);
/// Withdraws what the job's runs have left behind.
void withdrawLeftBehind(Turn& turn, const JobKey& job);
/// Withdraws all that the app shows.
void withdrawAll(Turn& turn, const AppId& app);

} // namespace stint
