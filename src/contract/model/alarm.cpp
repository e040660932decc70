#include "contract/model/alarm.hpp"

#include "contract/model/names.hpp"

namespace stint {
namespace {

constexpr NameTable<AlarmKind, 6> alarmKinds{{{AlarmKind::Inexact, "inexact"},
                                              {AlarmKind::Window, "window"},
                                              {AlarmKind::Exact, "exact"},
                                              {AlarmKind::WhileIdle, "while_idle"},
                                              {AlarmKind::ExactWhileIdle, "exact_while_idle"},
                                              {AlarmKind::Clock, "clock"}}};

} // namespace

std::string_view nameOf(AlarmKind kind) { return nameIn(alarmKinds, kind); }
std::optional<AlarmKind> alarmKindNamed(std::string_view name) { return namedIn(alarmKinds, name); }

std::optional<WallTime> wallAt(const Alarm& alarm, const std::optional<Instant>& when) {
    if (!when) return std::nullopt;
    return alarm.requestedWall + (*when - alarm.requested);
}

} // namespace stint
