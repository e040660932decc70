// The limits in words: an app's bucket, quotas, network and battery; Doze and power; a pending alarm.
#pragma once
#include <array>
#include <optional>
#include <string>

#include "contract/model/view.hpp"
#include "link/wire/limits.hpp"

namespace stint::cli {

/// The remaining time: "4min", "no limit", "0s".
std::string leftText(const QuotaView& quota);
/// "6min used of 10min in 4h, 4min left", and what follows now: nothing is counted, or when time comes back.
std::string quotaText(const QuotaView& quota, WallTime now);
/// "10min in 4h", "no limit".
std::string allowanceText(const QuotaView& quota);
/// "in quota", "free", "used up, back in 3h50min".
std::string standingText(const QuotaView& quota, WallTime now);

/// False: it is known by its registrations alone, and no limit holds for it (push.md §4.3). What the daemon says of its
/// state, bucket, network and quotas means nothing then.
bool isLimited(const AppView& app);
/// Its state, bucket, network and what is left of its quota, as a table shows them.
std::array<std::string, 4> standingOf(const AppView& app);
/// A note on the app beside its state, for a person; empty: nothing is notable.
std::string noteOf(const AppView& app);
/// "1 used of 2 in 1h, back in 3min".
std::string allotmentText(const AllotmentView& allotment, WallTime now);
/// "3 of high priority in the last days, 2 of them shown; 1 waits".
std::string messagesText(const MessagesView& messages);
/// "4 of 12, downgraded until 2026-11-22 02:00:00": those of high priority that were shown; "-": none was delivered.
std::string shownText(const MessagesView& messages);
/// The bucket and its reason: "rare (forced by a person)".
std::string bucketText(const AppView& app);
/// "open", "blocked (standby)".
std::string networkText(const AppView& app);
/// "background", "top (set)".
std::string stateText(const AppView& app);

/// "IDLE_MAINTENANCE": Android's spelling of a state of Doze.
std::string upper(std::string_view state);

/// "Doze: deep IDLE (in 47min at the latest left), light OVERRIDE", and what forces it.
std::string dozeText(const wire::DozeView& doze, WallTime now);
/// Plugged and charging are not the same (limits.md §10.3): Doze asks for the first, quotas for the second.
std::string powerText(const wire::DozeView& doze, WallTime now);

/// The earliest and latest time at which an alarm goes off, by the wall clock; nullopt: at an event, not a time.
struct AlarmWall {
    std::optional<WallTime> earliest;
    std::optional<WallTime> latest;
};
AlarmWall wallOf(const AlarmView& view);

/// "exact", "clock", "while_idle, no wake-up".
std::string alarmKindText(const Alarm& alarm);
/// "in 4min", or "4min ago".
std::string timeText(WallTime when, WallTime now);
/// "in 4min", "in 4min to 10min", "when that is lifted".
std::string goesOffText(const AlarmView& view, WallTime now);

} // namespace stint::cli
