#include "contract/core/sleep.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "contract/core/limits.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/alarm_policy.hpp"
#include "contract/rules/suspend.hpp"

namespace stint {
namespace {

bool anyIsStopped(const State& state) {
    return std::ranges::any_of(state.runs, [](const auto& entry) { return entry.second.run.ending.has_value(); });
}

// limits.md §13: time asleep counts as elapsed but not as running.
void goOn(Turn& turn, Duration slept) {
    for (auto& [id, running] : turn.state.runs) {
        Run& run = running.run;
        run.began += slept;
        run.asleep += slept;
        run.progressAt += slept;
        if (run.notificationDue) *run.notificationDue += slept;
        turn.state.runs.setTimer(run, run.timer + slept);
        tellTerms(turn, run);
    }
}

} // namespace

void noteSleep(Turn& turn) {
    State& state = turn.state;
    const Instant now = turn.now.elapsed;
    if (state.device.sleeping == state.sleep.since.has_value()) return;
    if (state.device.sleeping) {
        state.sleep.since = now;
    } else {
        goOn(turn, now - *state.sleep.since);
        state.sleep.since.reset();
    }
    turn.effect(Trace{.what = Trace::What::Sleep, .to = state.device.sleeping ? "waiting" : "awake"});
    for (const auto& [id, running] : state.runs)
        if (App* const app = turn.app(running.run.key.app)) accountQuotas(turn, *app);
}

void settleSleep(Turn& turn) {
    State& state = turn.state;
    const auto until = nextSleepChange(state);
    const bool delay = !state.sleep.since || (until && *until > turn.now.elapsed);
    if (delay == state.sleep.delayed) return;
    state.sleep.delayed = delay;
    turn.effect(DelaySleep{delay});
    if (!delay) turn.effect(Trace{.what = Trace::What::Sleep, .to = "asleep"});
}

std::optional<Instant> nextSleepChange(const State& state) {
    const Sleep& sleep = state.sleep;
    if (!sleep.since || !sleep.delayed || !anyIsStopped(state)) return std::nullopt;
    return *sleep.since + state.constants.sleepGrace;
}

namespace {

bool counts(const Running& running) {
    const Run& run = running.run;
    return run.kind == JobClass::UserInitiated && run.state == RunState::Executing && !run.ending;
}

std::optional<Instant> lastProgress(const State& state) {
    std::optional<Instant> last;
    for (const auto& [id, running] : state.runs)
        if (counts(running) && (!last || running.run.progressAt > *last)) last = running.run.progressAt;
    return last;
}

} // namespace

void settleAwake(Turn& turn) {
    State& state = turn.state;
    Awake& awake = state.awake;
    if (state.device.plugged) awake.battery.reset();
    const AwakeVerdict verdict = keepAwake(turn.world(), lastProgress(state), awake.battery);
    STINT_CHECK(verdict.on == verdict.until.has_value()); // nothing keeps it awake for ever
    STINT_CHECK(!verdict.until || *verdict.until > turn.now.elapsed);
    awake.until = verdict.until;
    if (verdict.on && !state.device.plugged && !awake.battery) awake.battery = turn.now.elapsed;
    if (verdict.on == awake.on) return;
    awake.on = verdict.on;
    turn.effect(KeepAwake{awake.on, std::string(verdict.because)});
}

bool keepsAwake(const State& state, const Running& running) {
    if (!state.awake.on || !counts(running)) return false;
    // The run that moved a byte last is a reason for certain; another is one as long as it has not stalled either.
    return running.run.progressAt + state.constants.awakeStall > *lastProgress(state);
}

namespace {

constexpr std::size_t keptWakes = 20;
constexpr std::string_view windowWord = "window";        ///< in the ledger, beside the kinds of alarm
constexpr std::size_t tagInCause = 60, appInCause = 100; ///< stint-netguard takes 200 bytes in all

struct WakeReason {
    Instant due, at;
    const Alarm* alarm = nullptr; ///< none: a maintenance window
};

std::vector<WakeReason> reasonsToWake(const State& state, const World& world) {
    const auto last = state.wakes.past.empty() ? std::nullopt : std::optional(state.wakes.past.back().when);
    std::vector<WakeReason> reasons;
    const auto add = [&](Instant due, const Alarm* alarm) {
        const bool isClock = alarm && alarm->kind == AlarmKind::Clock;
        reasons.push_back({due, wakeTime(due, isClock, last, state.constants), alarm});
    };
    for (const auto& [key, alarm] : state.alarms) {
        const App* const app = state.app(alarm.app);
        if (!app || !wakesFor(alarm, state.constants)) continue;
        const auto due = dueAt(alarm, alarmTimes(alarm, *app, world), world);
        if (due && parkedAt(alarm, *app, *due, world) == AlarmHold::Nothing) add(*due, &alarm);
    }
    if (const auto window = windowThatWakes(world)) add(*window, nullptr);
    return reasons;
}

std::string shown(const std::string& text, std::size_t most) {
    std::string part = printable(text);
    cut(part, most);
    return part;
}

std::string causeOf(const WakeReason& first, std::ptrdiff_t others) {
    std::string cause = "a maintenance window of Doze";
    if (const Alarm* const alarm = first.alarm)
        cause = fmt::format("{} {} of {}", alarm->kind == AlarmKind::Clock ? "alarm clock" : "alarm",
                            shown(alarm->tag, tagInCause), shown(alarm->app.name, appInCause));
    if (others > 0) cause += fmt::format(", and {} more", others);
    return cause;
}

} // namespace

std::optional<Wake> nextWake(const State& state, Now now) {
    const std::vector<WakeReason> reasons = reasonsToWake(state, state.world(now));
    if (reasons.empty()) return std::nullopt;
    const Instant when = std::ranges::min(reasons, {}, &WakeReason::at).at;
    const auto isJoined = [when](const WakeReason& reason) { return reason.due <= when; };
    const WakeReason* first = nullptr;
    for (const WakeReason& reason : reasons)
        if (isJoined(reason) && (!first || reason.due < first->due)) first = &reason;
    STINT_CHECK(first); // the earliest is one of them
    return Wake{when, causeOf(*first, std::ranges::count_if(reasons, isJoined) - 1), !first->alarm};
}

void noteWake(Turn& turn) {
    Wakes& wakes = turn.state.wakes;
    if (!wakes.next || !isWokenBy(wakes.next->when, turn.now.elapsed, turn.state.constants)) return;
    turn.effect(Trace{.what = Trace::What::Wake, .because = wakes.next->cause});
    if (wakes.next->isWindow) {
        countWakeUp(turn, windowWord);
        wakes.inWindow.emplace();
    }
    wakes.past.push_back({turn.now.elapsed, std::move(wakes.next->cause), wakes.next->isWindow});
    if (wakes.past.size() > keptWakes) wakes.past.pop_front();
}

void noteRunInWindow(Turn& turn, const AppId& app) {
    auto& apps = turn.state.wakes.inWindow;
    if (apps && apps->insert(app).second) noteWakeUp(turn, app, windowWord);
}

void planWake(Turn& turn) {
    if (turn.state.deviceState.doze.deep != DeepState::IdleMaintenance) turn.state.wakes.inWindow.reset();
    const Sleep& sleep = turn.state.sleep;
    const bool sleeps = sleep.since && !sleep.delayed; // else it is awake, or waits for us
    turn.state.wakes.next = sleeps ? nextWake(turn.state, turn.now) : std::nullopt;
}

} // namespace stint
