// The pending alarms (limits.md §7), and each app's next times, so that not every alarm is reckoned in every turn.
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
    /// The app that set it, and its tag.
    using Key = std::pair<AppId, std::string>;

    /// Adds an alarm, in place of the app's one of the same tag.
    void put(Alarm alarm);
    void erase(const Key& key);
    bool contains(const Key& key) const { return pending_.contains(key); }
    auto begin() const { return pending_.begin(); }
    auto end() const { return pending_.end(); }
    std::size_t size() const { return pending_.size(); }
    /// True if there are no alarms, and no times of any.
    bool isEmpty() const { return pending_.empty() && stale_.empty() && times_.empty(); }
    /// The app's alarms, which lie side by side.
    auto of(const AppId& app) const {
        const auto begin = pending_.lower_bound(Key{app, ""});
        const auto isAnothers = [&app](const auto& entry) { return entry.first.first != app; };
        return std::ranges::subrange(begin, std::find_if(begin, pending_.end(), isAnothers));
    }
    /// The next number in the order in which alarms are set.
    std::uint64_t nextSequence() { return sequence_++; }
    /// Notes that this number is taken, or was.
    void noteSequence(std::uint64_t sequence);

    /// The times at which alarms of one app go off.
    struct Times {
        std::optional<Instant> due;   ///< the first alarm's; nullopt: all of them wait for an event
        std::optional<Instant> clock; ///< the first alarm clock's
    };
    /// Sets an app's times; nullopt: it has no alarms. Of an app that is not announced yet, alarm clocks alone count.
    void know(const AppId& app, const std::optional<Times>& times);
    /// Takes the apps whose alarms have to be reckoned, because they, or the device that they go by, have changed.
    std::set<AppId> takeStale(const AlarmDevice& device);
    /// Checks that all stale apps were reckoned, and that no more apps have times than there are alarms.
    void checkTimes() const;
    /// Marks as stale each app that has an alarm due: time alone may have changed the answer.
    void doubtDue(Instant now);
    /// Notes that deep Doze, which held alarms, has ended at this instant, even if only for a window (limits.md §6.4,
    /// §6.5).
    void free(Instant now) { freedAt_ = now; }
    bool areFreed(Instant now) const { return freedAt_ == now; }
    /// The latest instant at which the first one goes off; nullopt: nothing waits for time alone.
    std::optional<Instant> next() const;
    /// The next alarm clock's time (limits.md §6.2).
    std::optional<Instant> nextClock() const;

private:
    std::map<Key, Alarm> pending_;
    std::map<AppId, Times> times_; ///< each app's that has alarms
    std::set<AppId> stale_;        ///< apps whose alarms have changed since they were reckoned
    AlarmDevice device_;           ///< the device that they were reckoned for
    std::optional<Instant> freedAt_;
    std::uint64_t sequence_ = 1;
};

/// Takes in the stored alarms. `died` is the last instant at which their boot was known to go on (limits.md §7; jobs.md
/// §12.5).
void restoreAlarms(Turn& turn, std::vector<StoredAlarm> stored, const BootId& boot, Instant died);
/// Delivers whatever may go off now (limits.md §7.3).
void deliverAlarms(Turn& turn);
/// Places the alarms that go by the wall clock anew, after that was set (limits.md §7.1).
void rebaseAlarms(Turn& turn);
/// Drops from the store an alarm that its app has taken, or that was given up, unless another of its tag is pending or
/// handed over.
void forgetHanded(Turn& turn, const Delivery& delivery);
/// Drops all alarms of the app, or only the exact ones (limits.md §7.5).
void dropAlarms(Turn& turn, const AppId& app, bool onlyExact);

} // namespace stint
