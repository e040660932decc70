#include "stintd/daemon/daemon.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iterator>

#include <sys/wait.h>
#include <systemd/sd-daemon.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"
#include "base/version/version.hpp"
#include "contract/model/bucket.hpp"
#include "contract/model/device_fields.hpp"
#include "link/wire/connect.hpp"
#include "stintd/daemon/clock.hpp"
#include "stintd/daemon/log.hpp"
#include "stintd/daemon/resources.hpp"

namespace stint {
namespace {

// Returns the fault that a test wants: a function that returns true if a commit is to fail.
std::function<bool()> faultOf(const std::string& kind) {
    if (kind == "alternate") return [fails = true]() mutable { return fails = !fails; };
    long left = std::strtol(kind.c_str(), nullptr, 10);
    if (left <= 0) return {};
    return [left]() mutable { return --left == 0; };
}

/// A step of the start. One that took long is logged with what it waits for, which mostly is a disk that others keep
/// busy.
class StartStep {
public:
    explicit StartStep(std::string on) : on_(std::move(on)) {}
    ~StartStep() {
        const Duration took = steadyNow() - began_;
        if (took >= slow) logWarning(fmt::format("the start waited {} for {}", formatDuration(took), on_));
    }
    StartStep(const StartStep&) = delete;
    StartStep& operator=(const StartStep&) = delete;

private:
    static constexpr Duration slow = 1s;

    std::string on_;
    Duration began_ = steadyNow();
};

// The signal and its sender, for the log: a session's end, a person's kill, or the machine's.
std::string wordsOf(const signalfd_siginfo& signal) {
    const std::string words = fmt::format("SIG{}", ::sigabbrev_np(static_cast<int>(signal.ssi_signo)));
    const auto sender = static_cast<pid_t>(signal.ssi_pid);
    if (sender <= 0) return words + " from the kernel, or from outside this namespace";
    std::string program = readFile(fmt::format("/proc/{}/comm", sender)).value_or("ended since");
    if (program.ends_with('\n')) program.pop_back();
    return fmt::format("{} from process {} ({}) of user {}", words, sender, program, signal.ssi_uid);
}

} // namespace

Daemon::Daemon(DaemonOptions options, Policy policy)
    : options_(std::move(options)), policy_(std::move(policy)), boot_(readBootId()), now_(readClocks()),
      recorder_(options_.store / "recording"),
      visibility_([this](const AppId& app) { arrived_.emplace_back(seen(app)); }),
      windowWatch_(options_.libexec / "stint-windows", "DISPLAY", [this](std::string_view pid) { windowInFront(pid); }),
      toplevelWatch_(options_.libexec / "stint-toplevels", "WAYLAND_DISPLAY",
                     [this](std::string_view word) { windowsClaim(word); }),
      deviceSource_(homeDirectory()),
      contentWatch_(
          options_.libexec / "stint-watch",
          [this](std::string path) { arrived_.emplace_back(ContentChanged{std::move(path)}); },
          [this](const AppId& app, std::string why) {
              arrived_.emplace_back(ContentShort{app, std::move(why)});
          },
          [this](const AppId& app) { replyHeld(app); }),
      clockWatch_([this] { arrived_.emplace_back(ClockSet{}); }) {
    setSlots(policy_);
    deviceSource_.follow(policy_.networks);
}

Daemon::~Daemon() {
    Aborts::watch(nullptr);
    // Edges are destroyed before the loop they use.
    door_.reset();
    hosts_.reset();
    server_.reset();
    netcut_.reset();
    processes_.reset();
    unitShare_.reset();
    registry_.reset();
    desktop_.reset();
    policyWatch_.reset();
    zoneWatch_.reset();
    sd_event_source_unref(timer_);
    sd_event_source_unref(wake_);
    sd_event_source_unref(idle_);
}

Result<void> Daemon::open() {
    sd_event* loop = nullptr;
    if (sd_event_default(&loop) < 0) return Error{Errc::SYSTEM, "cannot make an event loop"};
    loop_.reset(loop);
    sigset_t ends;
    sigemptyset(&ends);
    const auto end = [](sd_event_source* source, const signalfd_siginfo* signal, void*) {
        logInfo("ends: " + wordsOf(*signal));
        return sd_event_exit(sd_event_source_get_event(source), 0);
    };
    for (const int signal : {SIGTERM, SIGINT}) {
        sigaddset(&ends, signal);
        sigprocmask(SIG_BLOCK, &ends, nullptr);
        sd_event_add_signal(loop, nullptr, signal, end, nullptr);
    }
    // A file that may not grow must be an error of a write. The signal is not ignored, or started programs would ignore
    // it, too.
    struct sigaction tooLong {};
    tooLong.sa_handler = [](int) {};
    ::sigaction(SIGXFSZ, &tooLong, nullptr);
    const auto nothing = [](sd_event_source*, std::uint64_t, void*) { return 0; };
    const auto tidy = [](sd_event_source*, void* daemon) {
        static_cast<Daemon*>(daemon)->store_->idle();
        return 0;
    };
    if (sd_event_add_time(loop, &timer_, CLOCK_BOOTTIME, 0, 0, nothing, nullptr) < 0 ||
        sd_event_add_defer(loop, &idle_, tidy, this) < 0) {
        return Error{Errc::SYSTEM, "cannot make a timer"};
    }
    sd_event_source_set_enabled(timer_, SD_EVENT_OFF);
    sd_event_source_set_enabled(idle_, SD_EVENT_OFF);
    sd_event_source_set_priority(idle_, SD_EVENT_PRIORITY_IDLE);
    openWakeTimer();
    STINT_TRY(openEdges());
    logInfo(fmt::format("stintd {} with {}; {}", ownBuild().version, counted(policy_.constants.slots, "slot"),
                        processes_->description()));
    sd_notify(0, "READY=1");
    return {};
}

Result<void> Daemon::openEdges() {
    const auto runtime = STINT_TRY(wire::runtimeDirectory(true));
    {
        const StartStep step("the sources of the device's state");
        deviceSource_.start(loop_.get(), logInfo); // before anything could be decided on a mere default
    }
    STINT_TRY(openStore());
    unitShare_ = std::make_unique<UnitShare>(loop_.get());
    processes_ = STINT_TRY(Processes::open(
        loop_.get(), *this,
        {.helper = options_.libexec / "stint-exec",
         .instance = runtime.string(),
         .adopts = true,
         .descriptors = options_.descriptors,
         .shareChanged = [this](const std::string& unit, std::int64_t weight) { unitShare_->set(unit, weight); },
         .starting = [this](const AppId& app) { netcut_->starting(app); },
         .written = [](const AppId& app, std::string_view line) { logWritten(app, line, readClocks().elapsed); },
         .complain = logWarning}));
    processes_->limitBackground(backgroundLimitsBy(policy_.constants));
    {
        const StartStep step("stint-netguard, on the system bus");
        openNetcut();
    }
    STINT_TRY(openRegistry());
    STINT_TRY(clockWatch_.start(loop_.get()));
    now_ = readClocks(); // the watch reports changes from here on
    contentWatch_.start(loop_.get());
    STINT_TRY(watchPolicy());
    STINT_TRY(watchZone());
    {
        const StartStep step((runtime / "bus").native());
        server_ = STINT_TRY(
            Server::open(loop_.get(), *this, runtime / "bus", {.descriptors = static_cast<int>(descriptorLimit())}));
    }
    const auto killPeer = [this](ConnectionId connection) {
        if (const PeerProcess* peer = visibility_.peer(connection)) sendSignal(peer->pidfd, SIGKILL);
    };
    hosts_ = std::make_unique<Hosts>(
        *server_, *processes_, *registry_, [this](Event event) { arrived(std::move(event)); }, killPeer);
    line_ = std::make_unique<LineEdge>(
        loop_.get(), *server_, [this](Event event) { arrived(std::move(event)); }, logWarning);
    windowWatch_.start(loop_.get());
    toplevelWatch_.start(loop_.get());
    {
        const StartStep step("the session bus");
        openSessionDoor();
        openDesktop();
    }
    const StartStep step(fmt::format("the jobs in {}", options_.store.native()));
    return beginFirst();
}

Result<void> Daemon::openStore() {
    const StartStep step(options_.store.native());
    store_ = STINT_TRY(
        Store::open({.directory = options_.store, .boot = boot_, .failCommit = faultOf(options_.faultCommit)}));
    aborts_.open(options_.store, boot_, std::string(ownBuild().version));
    return {};
}

Result<void> Daemon::openRegistry() {
    const StartStep step("the manifests");
    const auto changed = [this](const Registry::Change& change) {
        if (change.installed) arrived_.emplace_back(AppInstalled{*change.installed});
        if (change.installed && visibility_.maybeVisible(*change.installed))
            arrived_.emplace_back(seen(change.installed->package));
        if (change.removed) netcut_->uninstalled(*change.removed);
        if (change.removed) arrived_.emplace_back(AppUninstalled{*change.removed});
    };
    const auto complain = [](const Error& error) { logWarning(error.message); };
    registry_ =
        STINT_TRY(Registry::open(loop_.get(), options_.apps, builtInManifests(options_.libexec), changed, complain));
    return {};
}

// Reports every edge's present state to the core, as events.
void Daemon::announce() {
    arrived_.emplace_back(ZoneRead{zone_});
    announceDevice({});
    for (const Manifest& manifest : registry_->all()) {
        arrived_.emplace_back(AppInstalled{manifest});
        const AppId& app = manifest.package;
        arrived_.emplace_back(seen(app));
    }
    std::ranges::move(hosts_->foreground(), std::back_inserter(arrived_));
    netcut_->tellCounted();
}

AppSeen Daemon::seen(const AppId& app) const {
    const Manifest* const manifest = registry_->find(app.name);
    return {.app = app,
            .visible = visibility_.visible(app),
            .running = processes_->anyAlive(app),
            .maybeVisible = manifest && visibility_.maybeVisible(*manifest)};
}

void Daemon::announceDevice(CallId call) {
    const Device device = deviceSource_.read();
    if (call.value || device != core_->device()) arrived_.emplace_back(DeviceChanged{call, device});
}

void Daemon::arrived(Event event) {
    if (const auto* asked = std::get_if<Schedule>(&event); asked && !asked->terms.guard.empty() && asked->onBehalf)
        addGuardApp(asked->app, Announce::Yes);
    if (const auto* registered = std::get_if<Registered>(&event))
        addGuest(registered->app, registered->connector, Announce::Yes);
    if (const auto* ended = std::get_if<DeliveryEnded>(&event)) hosts_->delivered(ended->delivery);
    arrived_.push_back(std::move(event));
}

// jobs.md §14.5: a guard's app exists as long as any of its jobs is known.
void Daemon::addGuardApp(const AppId& app, Announce announce) {
    if (!isGuardPackage(app.name) || registry_->find(app.name)) return;
    registry_->addBuiltIn(guardManifest(app, options_.libexec));
    if (announce == Announce::Yes) arrived_.emplace_back(AppInstalled{*registry_->find(app.name)});
}

// push.md §4.4: an app that has no manifest exists as long as any of its registrations is known.
void Daemon::addGuest(const AppId& app, const std::string& connector, Announce announce) {
    if (connector.empty() || registry_->find(app.name)) return;
    registry_->addGuest(app);
    if (announce == Announce::No) return;
    arrived_.emplace_back(AppInstalled{*registry_->find(app.name)});
    guestsChange_ = true; // it may be refused
}

void Daemon::dropGuests() {
    if (!std::exchange(guestsChange_, false) || degraded_) return;
    std::set<AppId> registered;
    for (const LineWanted::Of& of : core_->line().of)
        if (!of.registration.ended) registered.insert(of.registration.app);
    for (const AppId& guest : registry_->guests()) {
        if (registered.contains(guest)) continue;
        const bool isAll = registry_->isGuest(guest.name);
        registry_->dropGuest(guest);
        if (isAll) arrived_.emplace_back(AppUninstalled{guest});
    }
}

void Daemon::shell(CallId call, std::vector<std::string> words) { verbs_.push_back({call, std::move(words)}); }

Result<pid_t> Daemon::startApp(ConnectionId connection, CallId call, MainProgram program) {
    const AppId& app = program.app;
    const Manifest* manifest = registry_->find(app.name);
    if (!manifest) return notInstalled(app);
    if (manifest->command.empty()) return fail(Errc::ILLEGAL_STATE, "{} has no main program to start", app.name);
    Command command{.app = app,
                    .arguments = manifest->command,
                    .background = false,
                    .service = false,
                    .directory = program.directory};
    std::ranges::copy(program.arguments, std::back_inserter(command.arguments));
    for (std::size_t n = 0; n < program.stdio.size() && n < command.stdio.size(); ++n)
        command.stdio[n] = program.stdio[n].get();
    auto started = STINT_TRY(processes_->start(command));
    programs_[started.id] = {connection, started.pid};
    visibility_.startedFrom(connection, app);
    arrived_.emplace_back(AppOpened{call, app});
    arrived_.emplace_back(seen(app));
    return started.pid;
}

Result<std::vector<std::string>> Daemon::openApp(CallId call, const AppId& app) {
    const Manifest* const manifest = registry_->find(app.name);
    if (!manifest) return notInstalled(app);
    if (!manifest->hasWindows) return std::vector<std::string>();
    arrived_.emplace_back(AppOpened{call, manifest->package});
    return manifest->command;
}

Result<void> Daemon::setDevice(CallId call, const std::map<std::string, std::string>& changes) {
    STINT_TRY(deviceSource_.set(changes));
    announceDevice(call);
    return {};
}

Result<void> Daemon::resetDevice(CallId call, const std::vector<std::string>& keys) {
    STINT_TRY(deviceSource_.reset(keys));
    announceDevice(call);
    return {};
}

Result<void> Daemon::markNetwork(CallId call, const std::string& network, std::optional<bool> metered) {
    STINT_TRY(deviceSource_.mark(network, metered));
    announceDevice(call);
    return {};
}

Result<Supposed> Daemon::suppose(const std::map<std::string, std::string>& changes) {
    Supposed supposed{.words = changes};
    std::map<std::string, std::string> ofDevice = changes;
    if (const auto word = ofDevice.extract("bucket"); !word.empty()) {
        supposed.bucket = bucketNamed(word.mapped());
        if (!supposed.bucket)
            return fail(Errc::ILLEGAL_ARGUMENT, "bucket: {} is none; use one of {}", word.mapped(),
                        bucketChoices(", "));
    }
    if (!ofDevice.empty()) supposed.device = STINT_TRY(deviceSource_.imagined(ofDevice));
    return supposed;
}

std::vector<wire::NetworkRow> Daemon::networks() {
    std::vector<wire::NetworkRow> rows;
    for (NetworkSeen& seen : deviceSource_.networks())
        rows.push_back({.name = std::move(seen.name),
                        .interface = std::move(seen.interface),
                        .ssid = std::move(seen.ssid),
                        .transport = std::move(seen.transport),
                        .metered = seen.metered,
                        .by = std::move(seen.by),
                        .inUse = seen.inUse,
                        .carries = seen.carries});
    return rows;
}

std::vector<wire::DeviceRow> Daemon::device() {
    std::vector<wire::DeviceRow> rows;
    for (auto& line : deviceSource_.values()) {
        const bool follows = line.key == "charging" && !core_->device().charging;
        if (follows) line.value = core_->deviceState().charging ? "true" : "false";
        const DeviceField* const field = deviceField(line.key);
        rows.push_back({.key = line.key,
                        .value = line.value,
                        .source = follows ? "level and time" : line.source,
                        .decides = std::string(field ? field->decides : ""),
                        .since = follows ? std::nullopt : line.since});
    }
    addWakes(rows);
    rows.push_back({.key = "notifications", .value = desktop_->description(), .source = "session bus"});
    return rows;
}

std::vector<MeterRow> Daemon::meters() {
    std::vector<MeterRow> rows = meters_.rows();
    std::ranges::move(core_->meters(), std::back_inserter(rows));
    return rows;
}

Result<std::vector<PastRun>> Daemon::pastRuns(const JobKey& key, std::size_t most) {
    return store_->pastRuns(key, most);
}

void Daemon::gone(ProcessId process, const AppId& app, const Processes::End& end) {
    deaths_.push_back({process, app, end});
}

void Daemon::watchContent() {
    if (watched_ == core_->watchedVersion()) return;
    watched_ = core_->watchedVersion();
    contentWatch_.watch(core_->watched(), static_cast<std::size_t>(policy_.constants.contentDirectories));
}

namespace {

std::string wordsOf(const Processes::End& end) {
    const int status = end.status;
    if (!end.limit.empty() && status != 0) return end.limit;
    if (WIFEXITED(status)) return fmt::format("its process ended with exit code {}", WEXITSTATUS(status));
    const char* const name = ::sigabbrev_np(WTERMSIG(status));
    return name ? fmt::format("its process was killed by SIG{}", name)
                : fmt::format("its process was killed by signal {}", WTERMSIG(status));
}

} // namespace

void Daemon::buryTheDead() {
    for (const auto& [process, app, end] : std::exchange(deaths_, {})) {
        const int status = end.status;
        hosts_->gone(process, wordsOf(end), status != 0 && !end.limit.empty());
        if (const auto program = programs_.extract(process); !program.empty()) {
            const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            server_->appExited(program.mapped().starter, program.mapped().pid, code);
        }
        arrived_.emplace_back(seen(app));
    }
}

} // namespace stint
