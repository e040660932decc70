// Questions about pending alarms (limits.md §7.3; stint alarms), the wake-ups that they cause, and the right to set
// exact ones (§7.5).
#include "contract/core/state.hpp"
#include "contract/rules/alarm.hpp"
#include "contract/rules/alarm_policy.hpp"

namespace stint {
namespace {

std::string_view nameOf(AlarmHold hold) {
    switch (hold) {
    case AlarmHold::Nothing:
        return "";
    case AlarmHold::Bucket:
        return "bucket";
    case AlarmHold::Doze:
        return "doze";
    case AlarmHold::BatterySaver:
        return "battery_saver";
    case AlarmHold::UserRestriction:
        return "user_restriction";
    }
    return "";
}

} // namespace

std::vector<AlarmView> AlarmView::all(const State& state, Now now) {
    const World world = state.world(now);
    std::vector<AlarmView> views;
    views.reserve(state.alarms.size());
    for (const auto& [key, alarm] : state.alarms) {
        AlarmView view{.alarm = alarm};
        if (const App* app = state.app(alarm.app)) {
            const AlarmTimes times = alarmTimes(alarm, *app, world);
            if (times.known) view.earliest = times.earliest;
            view.latest = dueAt(alarm, times, world);
            view.held = nameOf(times.hold);
            const AlarmHold parked = view.latest ? parkedAt(alarm, *app, *view.latest, world) : AlarmHold::Nothing;
            if (parked != AlarmHold::Nothing) {
                view.earliest = view.latest = std::nullopt;
                view.held = nameOf(parked);
            }
        }
        views.push_back(std::move(view));
    }
    return views;
}

std::optional<Wake> Scheduler::nextWake(Now now) const { return stint::nextWake(impl_->state, now); }

const std::deque<Wake>& Scheduler::wakes() const { return impl_->state.wakes.past; }

bool Scheduler::canScheduleExactAlarms(const AppId& app) const {
    const App* found = impl_->state.app(app);
    return found && maySetExactAlarms(*found);
}

} // namespace stint
