// Alarms (limits.md §7), which wake an app; and Wake, a time at which a machine that sleeps is to be awake (limits.md
// §13, Wake-ups).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text/app_id.hpp"
#include "stint/units.hpp"

namespace stint {

/// limits.md §7.1. Repeating ones are Inexact with an interval.
enum class AlarmKind : std::uint8_t { Inexact, Window, Exact, WhileIdle, ExactWhileIdle, Clock };
/// "exact_while_idle".
std::string_view nameOf(AlarmKind);
std::optional<AlarmKind> alarmKindNamed(std::string_view name);

/// One pending alarm: unique in (app, tag).
struct Alarm {
    AppId app;
    std::string tag;
    std::string receiver; ///< a name in the app's manifest; empty: its only receiver
    AlarmKind kind = AlarmKind::Inexact;
    bool wakeup = true;
    bool byWall = false;    ///< set by the wall clock: re-based when that jumps (limits.md §7.1)
    bool persisted = false; ///< PROPOSAL: kept over a reboot, where Android drops every alarm
    Instant requested;
    WallTime requestedWall;
    Duration window{0};         ///< how long after `requested` it may go off, by limits.md §7.2
    Duration interval{0};       ///< 0: it goes off once
    std::uint64_t sequence = 0; ///< the order of the calls
    bool handed = false;        ///< delivered once, and not taken by its app yet: it is kept for a restart only

    bool operator==(const Alarm&) const = default;
};

/// The clock that an alarm is set by, in a word: the one on the wall, or the one since the boot.
inline constexpr std::string_view wallWord = "wall";
inline constexpr std::string_view elapsedWord = "elapsed";
inline std::string_view clockWord(const Alarm& alarm) { return alarm.byWall ? wallWord : elapsedWord; }
/// `when` on the wall clock, as `requested` and `requestedWall` name the same moment.
std::optional<WallTime> wallAt(const Alarm& alarm, const std::optional<Instant>& when);

struct Wake {
    Instant when;
    std::string cause;     ///< "alarm tick of com.example.mail, and 2 more"
    bool isWindow = false; ///< for a deep maintenance window

    bool operator==(const Wake&) const = default;
};

} // namespace stint
