#include "stintd/netcut/netcut.hpp"

#include <algorithm>
#include <utility>

#include <sys/stat.h>

#include "base/result/errors.hpp"
#include "base/unix/event_source.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"

namespace stint {

void Waker::want(std::optional<Wake> wish) {
    if (wish == wish_) return;
    wish_ = std::move(wish);
    pump();
}

void Waker::servedAnew() {
    arming_.reset();
    told_.reset();
    alarm_ = 0;
    askAgain();
}

void Waker::askAgain() {
    refusal_.clear();
    pump();
}

void Waker::pump() {
    if (!guard_.isThere() || arming_ || !refusal_.empty() || wish_ == told_) return;
    disarm();
    if (auto asked = wish_ ? arm() : Result<void>(); !asked) refuse(asked.error());
}

/// Disarms without waiting for the answer: an alarm that has gone off needs no disarming.
void Waker::disarm() {
    told_.reset();
    const std::uint32_t alarm = std::exchange(alarm_, 0);
    if (!alarm) return;
    if (auto call = guardCall(guard_, "Disarm"); call && sd_bus_message_append(call->get(), "u", alarm) >= 0)
        (void)wire::send(guard_.bus(), *call);
}

Result<void> Waker::arm() {
    STINT_CHECK(!arming_);
    STINT_CHECK(alarm_ == 0); // one alarm at a time
    const wire::Message call = STINT_TRY(guardCall(guard_, "ArmWake"));
    int result = sd_bus_message_append(call.get(), "ts", wish_->when, wish_->reason.c_str());
    sd_bus_slot* slot = nullptr;
    if (result >= 0) result = sd_bus_call_async(guard_.bus(), &slot, call.get(), armed, this, UINT64_MAX);
    arming_.reset(slot);
    if (result < 0) return wire::errorFromErrno(-result);
    told_ = wish_;
    return {};
}

void Waker::refuse(const Error& error) {
    refusal_ = error.message;
    told_.reset();
    tell_("alarms do not wake a machine that sleeps: " + refusal_);
    refused_(error);
}

int Waker::armed(sd_bus_message* answer, void* data, sd_bus_error*) {
    auto& self = *static_cast<Waker*>(data);
    STINT_CHECK(self.arming_);
    const wire::Slot ended = std::move(self.arming_);
    const auto message = wire::Message::sharing(answer);
    const auto alarm = message.isError() ? Result<std::uint32_t>(guardError(message)) : wire::Reader(message).uint32();
    if (alarm)
        self.alarm_ = *alarm;
    else
        self.refuse(alarm.error());
    self.pump();
    return 0;
}

namespace {

/// The calls of Watch at once: far fewer than the helper allows a connection.
constexpr int mostWatching = 16;

/// A helper that ends is started again at once, so many times in a row; then it is left to systemd, or to the next call
/// that needs it. A helper that has served this long (µs) ends the row.
constexpr unsigned mostStarts = 5;
constexpr std::uint64_t lasting = 60'000'000;

constexpr const char* authorityChanges =
    "type='signal',sender='org.freedesktop.PolicyKit1',path='/org/freedesktop/PolicyKit1/Authority',"
    "interface='org.freedesktop.PolicyKit1.Authority',member='Changed'";

std::uint64_t inodeOf(const Fd& directory) {
    struct stat about {};
    return ::fstat(directory.get(), &about) == 0 ? about.st_ino : 0;
}

} // namespace

Netcut::Netcut(sd_event* loop, CgroupOf cgroupOf, Tell tell, Counted counted)
    : cgroupOf_(std::move(cgroupOf)), tell_(std::move(tell)), counted_(std::move(counted)),
      bus_(loop, services::Which::System),
      guard_(bus_, wire::netguardName, services::Service::Start::Yes, [this] { guardChanged(); }),
      passed_(guard_, wire::objectPath, wire::netguardInterface, "Passed",
              [this](const wire::Message& signal) { passed(signal); }),
      loop_(loop), again_(loop), waker_(guard_, tell_, [this](const Error& error) { askLater(error); }) {}

void Netcut::open() {
    wanted_ = true;
    bus_.connect();
    if (!bus_.isAsking()) failed({Errc::UNAVAILABLE, "there is no system bus"}, false);
}

Netcut::App& Netcut::appOf(const AppId& name) {
    App& app = apps_[name];
    app.owner = this;
    app.name = name;
    return app;
}

void Netcut::set(const AppId& name, bool allowed) {
    // An app that was never cut need not be named.
    if (allowed && !apps_.contains(name)) return;
    App& app = appOf(name);
    app.allowed = allowed;
    app.refusal.clear();
    wake();
}

void Netcut::starting(const AppId& name) {
    App& app = appOf(name);
    app.refusal.clear();
    // A cgroup that was made anew is a new one to the kernel.
    if (app.cgroup) {
        const auto directory = cgroupOf_(name);
        if (directory && inodeOf(*directory) != app.inode) {
            if (auto call = guardCall(guard_, "Forget");
                call && sd_bus_message_append(call->get(), "t", app.cgroup) >= 0)
                (void)wire::send(guard_.bus(), *call);
            unwatch(app);
        }
    }
    wake();
}

void Netcut::uninstalled(const AppId& name) {
    const auto found = apps_.find(name);
    if (found == apps_.end()) return;
    if (found->second.cgroup)
        if (auto call = guardCall(guard_, "Forget");
            call && sd_bus_message_append(call->get(), "t", found->second.cgroup) >= 0)
            (void)wire::send(guard_.bus(), *call);
    apps_.erase(found);
}

void Netcut::unwatch(App& app) {
    const bool was = app.cgroup != 0;
    app.cgroup = 0;
    app.cut = false;
    app.received = app.sent = 0;
    app.marking.reset();
    app.marked = 0;
    app.tells = true;
    app.tellsLater = false;
    app.telling = false;
    if (was) tellCounting(app);
}

Netcut::State Netcut::state() const {
    State state{.serves = guard_.isThere(), .installed = installed_, .problem = problem_};
    if (!state.serves && state.problem.empty()) state.problem = "stint-netguard is being started";
    for (const auto& [name, app] : apps_)
        if (state.problem.empty()) state.problem = app.refusal;
    const auto cut = std::ranges::count_if(apps_, [](const auto& each) { return each.second.cut != false; });
    state.cut = static_cast<std::size_t>(cut);
    state.noWake = waker_.refusal();
    state.noMarks = noMarks_;
    state.refused = state.serves && authority_ != nullptr;
    state.version = version_;
    state.commit = commit_;
    return state;
}

void Netcut::wakeAt(std::optional<Waker::Wake> wish) {
    if (!wanted_) return;
    // Each turn of the core calls this; only a new wish is worth looking for a helper.
    if (wish && waker_.wants() != wish) connected();
    waker_.want(std::move(wish));
}

/// Looks again for a bus or a helper that was lost, since there is something to send.
void Netcut::connected() {
    bus_.connect();
    if (installed_) guard_.start();
}

void Netcut::wake() {
    if (!wanted_) return;
    connected();
    pump();
}

void Netcut::guardChanged() {
    if (guard_.owner() != servedBy_)
        servedAnew();
    else if (guard_.failure())
        failed(guard_.failure()->error, guard_.failure()->installed);
}

void Netcut::servedAnew() {
    servedBy_ = guard_.owner();
    for (auto& [name, app] : apps_) {
        app.watching.reset();
        unwatch(app);
        app.refusal.clear();
    }
    questions_.clear();
    asked_.clear();
    counting_.reset();
    blocking_.reset();
    authority_.reset();
    asking_.reset();
    version_.clear();
    commit_.clear();
    waker_.servedAnew();
    again_.clear();
    pause_.reset();
    const std::uint64_t now = loopTime(loop_);
    const std::uint64_t since = std::exchange(servedSince_, now);
    if (!guard_.isThere()) {
        failed({Errc::UNAVAILABLE, "stint-netguard has gone; nobody is cut off"}, true);
        if (now - since >= lasting) starts_ = 0;
        if (starts_++ < mostStarts) guard_.start();
        return;
    }
    installed_ = true;
    problem_.clear();
    told_.clear();
    noMarks_.clear();
    tell_("stint-netguard enforces limits on the network");
    askVersion();
    pump();
}

void Netcut::askVersion() {
    const auto call = guardCall(guard_, "Version");
    sd_bus_slot* slot = nullptr;
    if (call) sd_bus_call_async(guard_.bus(), &slot, call->get(), versionTold, this, UINT64_MAX);
    asking_.reset(slot);
}

/// One that is too old to have a version answers with an error.
int Netcut::versionTold(sd_bus_message* answer, void* data, sd_bus_error*) {
    auto& self = *static_cast<Netcut*>(data);
    const wire::Slot ended = std::move(self.asking_);
    const auto message = wire::Message::sharing(answer);
    if (message.isError()) return 0;
    wire::Reader reader(message);
    auto version = reader.string();
    auto commit = reader.string();
    if (!version || !commit) return 0;
    self.version_ = *std::move(version);
    self.commit_ = *std::move(commit);
    return 0;
}

void Netcut::failed(const Error& error, bool installed) {
    installed_ = installed;
    problem_ = error.message;
    complain(problem_);
}

/// Logs a problem once, as long as it is the same.
void Netcut::complain(const std::string& problem) {
    if (problem == told_) return;
    told_ = problem;
    tell_("limits on the network are not enforced: " + problem);
}

void Netcut::pump() {
    if (!guard_.isThere()) return;
    tellBlocked();
    tellMarks();
    auto watching = std::ranges::count_if(apps_, [](const auto& each) { return each.second.watching != nullptr; });
    for (auto& [name, app] : apps_) {
        if (app.cgroup || app.watching || !app.refusal.empty()) continue;
        if (watching++ >= mostWatching) return;
        watch(app);
    }
}

void Netcut::watch(App& app) {
    STINT_CHECK(!app.cgroup);
    STINT_CHECK(!app.watching); // one call of Watch at a time
    const auto directory = cgroupOf_(app.name);
    if (!directory) return refuse(app, directory.error());
    app.inode = inodeOf(*directory);
    auto call = guardCall(guard_, "Watch");
    if (!call) return refuse(app, call.error());
    int result = sd_bus_message_append(call->get(), "h", directory->get());
    sd_bus_slot* slot = nullptr;
    if (result >= 0) result = sd_bus_call_async(guard_.bus(), &slot, call->get(), watched, &app, UINT64_MAX);
    app.watching.reset(slot);
    if (result < 0) refuse(app, wire::errorFromErrno(-result));
}

int Netcut::watched(sd_bus_message* answer, void* data, sd_bus_error*) {
    App& app = *static_cast<App*>(data);
    Netcut& self = *app.owner;
    STINT_CHECK(app.watching); // only a question is answered
    const wire::Slot ended = std::move(app.watching);
    const auto message = wire::Message::sharing(answer);
    if (message.isError()) {
        self.refuse(app, guardError(message));
    } else if (const auto cgroup = wire::Reader(message).uint64(); !cgroup) {
        self.refuse(app, cgroup.error());
    } else {
        app.cgroup = *cgroup;
        self.tellCounting(app);
    }
    self.pump();
    return 0;
}

/// Sends what has changed, as much as one call may carry; the rest, and changes during it, go with the next.
void Netcut::tellBlocked() {
    if (blocking_) return;
    const auto news = [](const App& app) { return app.cgroup && app.refusal.empty() && app.cut != !app.allowed; };
    if (std::ranges::none_of(apps_, [&](const auto& each) { return news(each.second); })) return;
    auto call = guardCall(guard_, "SetBlocked");
    if (!call) return complain(call.error().message);
    sd_bus_message* const message = call->get();
    int result = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "(tb)");
    std::size_t told = 0;
    for (auto& [name, app] : apps_) {
        app.telling = told < wire::mostGuarded && news(app);
        if (!app.telling) continue;
        ++told;
        app.cut = !app.allowed;
        if (result >= 0) result = sd_bus_message_append(message, "(tb)", app.cgroup, static_cast<int>(!app.allowed));
    }
    if (result >= 0) result = sd_bus_message_close_container(message);
    sd_bus_slot* slot = nullptr;
    if (result >= 0) result = sd_bus_call_async(guard_.bus(), &slot, message, blocked, this, UINT64_MAX);
    blocking_.reset(slot);
    if (result < 0) settleBlocked(wire::errorFromErrno(-result));
}

int Netcut::blocked(sd_bus_message* answer, void* data, sd_bus_error*) {
    auto& self = *static_cast<Netcut*>(data);
    STINT_CHECK(self.blocking_);
    const wire::Slot ended = std::move(self.blocking_);
    const auto message = wire::Message::sharing(answer);
    self.settleBlocked(message.isError() ? Result<void>(guardError(message)) : Result<void>());
    self.pump();
    return 0;
}

void Netcut::settleBlocked(const Result<void>& done) {
    for (auto& [name, app] : apps_) {
        if (!std::exchange(app.telling, false)) continue;
        if (done) {
            tell_(fmt::format("{} app={}", *app.cut ? "cut" : "freed", app.name.name));
        } else {
            app.cut.reset();
            refuse(app, done.error());
        }
    }
}

void Netcut::refuse(App& app, const Error& error) {
    app.refusal = fmt::format("{}: {}", app.name.name, error.message);
    complain(app.refusal);
    askLater(error);
}

/// Asks again when the answer may be another one.
void Netcut::askLater(const Error& refusal) {
    if (refusal.code == Errc::SECURITY) awaitAuthority();
    const bool isForNow = refusal.code == Errc::BUSY || refusal.code == Errc::SYSTEM;
    if (isForNow && !again_.isSet()) again_.set(pause_.next(), [this] { askAgain(); });
}

/// Waits for polkit's signal that it may answer otherwise now, such as when a person sits down at the machine.
void Netcut::awaitAuthority() {
    if (authority_) return;
    sd_bus_slot* slot = nullptr;
    sd_bus_add_match_async(
        guard_.bus(), &slot, authorityChanges, authorityChanged,
        [](sd_bus_message*, void*, sd_bus_error*) { return 0; }, this);
    authority_.reset(slot);
}

int Netcut::authorityChanged(sd_bus_message*, void* data, sd_bus_error*) {
    auto& self = *static_cast<Netcut*>(data);
    const wire::Slot ended = std::move(self.authority_);
    self.askAgain();
    return 0;
}

void Netcut::askAgain() {
    for (auto& [name, app] : apps_) {
        app.refusal.clear();
        if (!std::exchange(app.tellsLater, false)) continue;
        app.tells = true;
        noMarks_.clear();
        tellCounting(app);
    }
    waker_.askAgain();
    pump();
}

} // namespace stint
