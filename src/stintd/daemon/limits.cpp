// Alarms, messages and limits, between the bus, the core and the apps' processes; and the core's limits on an app's
// network, on their way to what enforces them (limits.md §8.1).
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <ranges>

#include <pwd.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text/number.hpp"
#include "stintd/daemon/clock.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"
#include "stintd/daemon/resources.hpp"

namespace stint {
namespace {

constexpr int shownWakes = 5;

std::optional<WallTime> wallOf(const std::optional<Instant>& when, Now now) {
    return when ? std::optional(wallAt(*when, now)) : std::nullopt;
}

/// For an administrator to paste: a rule that lets this user, wherever it is active.
std::string polkitRule() {
    const passwd* const user = ::getpwuid(::getuid());
    return fmt::format("as root, in /etc/polkit-1/rules.d/50-stint.rules: polkit.addRule(function(action, subject) {{ "
                       "if (action.id.indexOf(\"org.stint.netguard.\") == 0 && subject.user == \"{}\") return "
                       "polkit.Result.YES; }});",
                       user ? user->pw_name : "USER");
}

} // namespace

template <class Delivery> void Daemon::deliver(const Delivery& delivery, const AppId& app) {
    hosts_->deliver(delivery, {now_.elapsed, core_->constants().alarmListenerTimeout});
    arrived_.emplace_back(seen(app));
}
template void Daemon::deliver(const DeliverAlarm&, const AppId&);
template void Daemon::deliver(const DeliverMessage&, const AppId&);

wire::LineView Daemon::viewOf(const LineWanted& wanted) {
    wire::LineView line{.place = wanted.place,
                        .network = {},
                        .stored = static_cast<std::uint64_t>(core_->constants().pushStored),
                        .entries = {},
                        .watch = wanted.watch};
    for (const NetworkSeen& seen : deviceSource_.networks())
        if (seen.carries) line.network = seen.name;
    for (const auto& [registration, urgencies, closed, doubted] : wanted.of)
        line.entries.push_back({.name = registration.name,
                                .app = registration.app.name,
                                .connector = registration.connector,
                                .details = registration.details,
                                .fetched = urgencies,
                                .cursors = registration.cursors,
                                .ended = registration.ended,
                                .rotates = registration.rotates,
                                .replaced = !registration.successor.empty(),
                                .closed = closed,
                                .revoked = registration.revoked,
                                .own = registration.own,
                                .vapid = registration.vapid,
                                .encrypted = registration.encrypted,
                                .doubted = doubted});
    return line;
}

wire::LineView Daemon::lineView() { return viewOf(core_->line()); }

std::optional<WallTime> Daemon::nextAlarmClock() {
    std::optional<WallTime> next;
    for (const AlarmView& view : core_->alarms(now_)) {
        const Alarm& alarm = view.alarm;
        if (alarm.kind == AlarmKind::Clock && (!next || alarm.requestedWall < *next)) next = alarm.requestedWall;
    }
    return next;
}

std::optional<AppView> Daemon::app(const AppId& app) {
    std::vector<AppView> views = core_->apps(now_);
    const auto found =
        std::ranges::find_if(views, [&app](const AppView& view) { return view.manifest.package == app; });
    if (found == views.end()) return std::nullopt;
    return std::move(*found);
}

std::vector<wire::PolicyRow> Daemon::policy() {
    const Constants standard;
    std::vector<wire::PolicyRow> rows;
    for (const ConstantRow& row : constantRows()) {
        const auto origin = policy_.origins.find(row.key);
        std::string source = row.key == slotsKey ? "memory" : "default";
        if (origin != policy_.origins.end()) source = origin->second;
        std::string value = constantText(core_->constants(), row);
        if (value != constantText(policy_.constants, row)) source = "cmd deviceidle"; // until the daemon starts again
        rows.push_back({.key = std::string(row.key),
                        .value = std::move(value),
                        .standard = constantText(standard, row),
                        .source = std::move(source),
                        .meaning = std::string(row.meaning)});
    }
    for (const NetworkBudget& budget : core_->constants().networkBudgets) {
        const auto origin = policy_.origins.find(keyOf(budget));
        rows.push_back(
            {.key = keyOf(budget),
             .value = budget.bytes ? exactSize(*budget.bytes) : "none",
             .standard = "none",
             .source = origin == policy_.origins.end() ? "default" : origin->second,
             .meaning = fmt::format("bytes over {} networks in a {}", nameOf(budget.cost), nameOf(budget.period))});
    }
    return rows;
}

wire::DozeView Daemon::doze() {
    const Device& device = core_->device();
    const DeviceState& state = core_->deviceState();
    return {.deep = std::string(nameOf(state.doze.deep)),
            .light = std::string(nameOf(state.doze.light)),
            .force = device.dozeForce ? std::string(nameOf(*device.dozeForce)) : std::string(),
            .deepUntil = wallOf(state.doze.deepTimer, now_),
            .lightUntil = wallOf(state.doze.lightTimer, now_),
            .nextAlarmClock = nextAlarmClock(),
            .screenOn = device.screenOn,
            .locked = device.locked,
            .plugged = device.plugged,
            .charging = state.charging,
            .network = device.network.has_value(),
            .chargingAt = wallOf(state.chargingAt, now_)};
}

// limits.md §13, Wake-ups: a machine that sleeps is woken if the kernel lets us, or stint-netguard does it; otherwise
// the event that is due goes off when the machine is awake.
void Daemon::openWakeTimer() {
    const auto nothing = [](sd_event_source*, std::uint64_t, void*) { return 0; };
    const int added = sd_event_add_time(loop_.get(), &wake_, CLOCK_BOOTTIME_ALARM, 0, 0, nothing, nullptr);
    if (added < 0) {
        wakeRefusal_ = -added;
        logInfo(fmt::format("alarms do not wake a machine that sleeps: {}", std::strerror(-added)));
        return;
    }
    sd_event_source_set_enabled(wake_, SD_EVENT_OFF);
}

void Daemon::armWakeTimer() {
    const auto next = degraded_ ? std::nullopt : core_->nextWake(now_);
    const std::chrono::microseconds when = next ? next->when.time_since_epoch() : Duration{0};
    if (!wake_) { // stint-netguard is asked instead, which may do more than this process
        std::optional<Waker::Wake> wish;
        if (next) wish = {static_cast<std::uint64_t>(when.count()), next->cause};
        return netcut_->wakeAt(std::move(wish));
    }
    if (next) sd_event_source_set_time(wake_, static_cast<std::uint64_t>(std::max<std::int64_t>(when.count(), 1)));
    sd_event_source_set_enabled(wake_, next ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

// Adds rows for `stint device`: the next reason to be awake, the program that wakes the machine for it, and recent
// wakes.
void Daemon::addWakes(std::vector<wire::DeviceRow>& rows) const {
    if (const auto next = core_->nextWake(now_)) {
        const Netcut::State guard = netcut_->state();
        const bool isGuards = guard.serves && guard.noWake.empty();
        rows.push_back({.key = "wake.next",
                        .value = fmt::format("in {}: {}", roughDuration(next->when - now_.elapsed), next->cause),
                        .source = wake_      ? "stintd"
                                  : isGuards ? "stint-netguard"
                                             : "nobody (stint doctor)",
                        .decides = "when a machine that sleeps is awake next"});
    }
    int number = 1;
    for (const Wake& wake : std::views::reverse(core_->wakes()) | std::views::take(shownWakes)) {
        const std::string which = number == 1 ? "" : fmt::format(".{}", number);
        rows.push_back({.key = "wake.last" + which,
                        .value = wake.cause,
                        .source = "what was due",
                        .since = wallAt(wake.when, now_)});
        ++number;
    }
}

void Daemon::sayGoodbye() {
    if (degraded_) return;
    now_ = readClocks();
    const Step step = core_->handle(ShuttingDown{}, now_);
    // Effects mean that something fell due at this very moment. It is left to the next daemon: nothing may be recorded
    // as done.
    if (!step.effects.empty() || step.records.empty()) return;
    if (auto written = write(step.records); !written) logWarning(written.error().message);
}

void Daemon::openNetcut() {
    netcut_ = std::make_unique<Netcut>(
        loop_.get(), [this](const AppId& app) { return processes_->cgroupOf(app); }, logInfo,
        [this](const AppId& app, Netcut::Counting how) {
            arrived_.emplace_back(
                NetworkCounted{.app = app, .on = how != Netcut::Counting::No, .tells = how == Netcut::Counting::Told});
        });
    // Without cgroups nothing can be cut.
    if (!processes_->enclosesAll()) return;
    netcut_->open();
    // One app is named at once, so that obstacles, if there are any, are known before a limit holds.
    netcut_->starting({transferPackage});
}

void Daemon::count(const CountNetwork& asked) {
    netcut_->count(asked.app,
                   used({.app = asked.app, .metered = asked.metered, .roaming = asked.roaming, .job = asked.job}));
}

void Daemon::mark(const MarkNetwork& mark) {
    const auto at = mark.at ? std::optional(static_cast<std::uint64_t>(*mark.at)) : std::nullopt;
    netcut_->mark(mark.app, at, used({.app = mark.app, .metered = mark.metered, .roaming = mark.roaming}));
}

Netcut::Used Daemon::used(NetworkUsed use) {
    return [this, use = std::move(use)](std::uint64_t received, std::uint64_t sent) {
        constexpr auto most = static_cast<std::uint64_t>(mostCountedBytes);
        NetworkUsed& event = std::get<NetworkUsed>(arrived_.emplace_back(use));
        event.received = static_cast<Bytes>(std::min(received, most));
        event.sent = static_cast<Bytes>(std::min(sent, most));
    };
}

wire::Finding Daemon::aboutNetwork() const {
    using Grade = wire::Finding::Grade;
    const char* const topic = "background network";
    const char* const advisory = "an app whose network is blocked is told so and its jobs wait; no packet is stopped";
    if (!processes_->enclosesAll())
        return {topic, Grade::Advisory, fmt::format("{}: no cgroup", advisory),
                "run stintd as a unit with a cgroup of its own: systemctl --user enable --now stintd (Delegate=yes)"};
    const Netcut::State state = netcut_->state();
    if (state.serves && state.problem.empty()) {
        const std::string stops =
            fmt::format("stint-netguard stops the packets of an app that may not use the network; {} cut off now",
                        counted(state.cut, "app"));
        if (state.noMarks.empty()) return {topic, Grade::Enforced, stops, ""};
        return {topic, Grade::Enforced,
                fmt::format("{}; how far budgets are used it is asked at times, for it does not tell by itself: {}",
                            stops, state.noMarks),
                "where it is older than this stintd: sudo systemctl restart stint-netguard"};
    }
    const std::string found = fmt::format("{}: {}", advisory, state.problem);
    if (state.refused) return {topic, Grade::Advisory, found, polkitRule()};
    if (state.installed) return {topic, Grade::Advisory, found, "journalctl -u stint-netguard tells more"};
    const std::filesystem::path setup = (options_.libexec / "netguard-setup").lexically_normal();
    std::error_code unknown;
    if (std::filesystem::exists(setup, unknown))
        return {topic, Grade::Advisory, found, fmt::format("sudo {}", setup.string())};
    return {
        topic, Grade::Advisory, found,
        setup.native().starts_with("/usr/lib")
            ? "the package stint-netguard, which a running stintd finds by itself"
            : "build Stint where clang, libbpf-dev, libcap-ng-dev and libseccomp-dev are installed, then install it "
              "and do as stint doctor says"};
}

} // namespace stint
