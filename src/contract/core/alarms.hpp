// The pending alarms (limits.md §7), and what is known of them, so that not all of them are reckoned in every turn.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "contract/model/alarm.hpp"
#include "contract/model/record.hpp"
#include "contract/rules/alarm_policy.hpp"

namespace stint {

struct Delivery;
struct Turn;

class Alarms {
public:
    /// Whose it is, and its tag.
    using Key = std::pair<AppId, std::string>;

    /// In place of that of its tag.
    void put(Alarm alarm);
    void erase(const Key& key);
    bool contains(const Key& key) const { return pending_.contains(key); }
    auto begin() const { return pending_.begin(); }
    auto end() const { return pending_.end(); }
    std::size_t size() const { return pending_.size(); }
    /// There are none, and nothing is known of any.
    bool isEmpty() const { return pending_.empty() && stale_.empty() && times_.empty(); }
    /// The app's: they lie side by side.
    auto of(const AppId& app) const {
        const auto begin = pending_.lower_bound(Key{app, ""});
        const auto isAnothers = [&app](const auto& entry) { return entry.first.first != app; };
        return std::ranges::subrange(begin, std::find_if(begin, pending_.end(), isAnothers));
    }
    /// In the order in which they were set.
    std::uint64_t nextSequence() { return sequence_++; }
    /// That place is taken, or was.
    void noteSequence(std::uint64_t sequence);

    /// When alarms of one app go off.
    struct Times {
        std::optional<Instant> due;   ///< the first one; none: all of them wait for an event
        std::optional<Instant> clock; ///< the first alarm clock
    };
    /// nullopt: it has none. Of an app that is not announced yet, alarm clocks alone count.
    void know(const AppId& app, const std::optional<Times>& times);
    /// Apps whose alarms have to be reckoned: they are others now, or what they go by is.
    std::set<AppId> takeStale(const AlarmDevice& device);
    /// After all of those were reckoned: each time is of an app that has an alarm.
    void checkTimes() const;
    /// Time alone may have made another answer of whatever is due.
    void doubtDue(Instant now);
    /// Deep Doze, which held them, has ended at this instant, be it for a window (limits.md §6.4, §6.5).
    void free(Instant now) { freedAt_ = now; }
    bool areFreed(Instant now) const { return freedAt_ == now; }
    /// When the first one goes off at the latest; nullopt: nothing waits for time alone.
    std::optional<Instant> next() const;
    /// The next alarm clock's time (limits.md §6.2).
    std::optional<Instant> nextClock() const;

private:
    std::map<Key, Alarm> pending_;
    std::map<AppId, Times> times_; ///< of the apps that have alarms
    std::set<AppId> stale_;        ///< whose alarms were changed since they were reckoned
    AlarmDevice device_;           ///< the device that they were reckoned for
    std::optional<Instant> freedAt_;
    std::uint64_t sequence_ = 1;
};

/// Takes in those of the store, of which `died` is when their boot was last known to go on (limits.md §7; jobs.md
/// §12.5).
void restoreAlarms(Turn& turn, std::vector<StoredAlarm> stored, const BootId& boot, Instant died);
/// Delivers whatever may go off now (limits.md §7.3).
void deliverAlarms(Turn& turn);
/// The wall clock was set: those set by it are placed anew (limits.md §7.1).
void rebaseAlarms(Turn& turn);
/// The alarm was taken by its app, or given up: it is written down no longer, unless one of its tag was set anew.
void forgetHanded(Turn& turn, const Delivery& delivery);
/// All alarms of the app, or only the exact ones (limits.md §7.5), are gone.
void dropAlarms(Turn& turn, const AppId& app, bool onlyExact);

} // namespace stint
