#include "sim/world.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/check.hpp"
#include "base/overloaded.hpp"
#include "sim/device.hpp"

namespace stint::sim {
namespace {

// More deeds than any scenario has at one instant: beyond it something feeds itself.
constexpr int mostAtOneInstant = 1'000'000;

} // namespace

World::World(Constants constants, WallTime start, const DeviceChange& device, bool recordedTicks)
    : constants_(std::move(constants)), recordedTicks_(recordedTicks), wallAtZero_(start), device_(defaultDevice()) {
    apply(device, device_);
    boot(true);
}

void World::boot(bool another) {
    if (another) bootId_ = BootId{fmt::format("boot {}", ++boots_)};
    core_ = std::make_unique<Scheduler>(constants_);
    take(core_->restore(store_.load(bootId_), bootId_, now()));
    tell(DeviceChanged{{}, device_}, {});
    runs_.setRates(device_.network ? device_.network->downstream : 0, device_.network ? device_.network->upstream : 0);
    apps_.announceAll(another);
}

void World::advance(Duration at) {
    const Instant target = zero + at;
    Instant instant = elapsed_;
    for (int deeds = 0; doNext(target);) {
        deeds = elapsed_ == instant ? deeds + 1 : 0;
        instant = elapsed_;
        STINT_CHECK(deeds < mostAtOneInstant);
    }
    elapsed_ = target;
}

// The first thing due by `target`; of one instant deadlines come first, then what apps do.
bool World::doNext(Instant target) {
    const auto deadline = core_ && !recordedTicks_ ? core_->nextDeadline() : std::nullopt;
    const auto deed = agenda_.next();
    const auto transfer = runs_.nextTransfer();
    std::optional<Instant> first;
    for (const auto& when : {deadline, deed, transfer})
        if (when && (!first || *when < *first)) first = when;
    if (!first || *first > target) return false;
    elapsed_ = std::max(elapsed_, *first);
    if (deadline && *deadline <= elapsed_)
        tick();
    else if (deed && *deed <= elapsed_)
        agenda_.doNext();
    else
        runs_.reportTransfers();
    return true;
}

void World::tick() {
    if (!core_) return;
    ++events_;
    take(core_->handle(Tick{}, now()));
}

void World::change(const DeviceChange& change) {
    const Memory before = device_.memory;
    apply(change, device_);
    runs_.setRates(device_.network ? device_.network->downstream : 0, device_.network ? device_.network->upstream : 0);
    if (!core_) return; // seen at boot
    if (device_ != core_->device()) tell(DeviceChanged{{}, device_}, {});
    if (before != Memory::Normal || device_.memory == Memory::Normal) return;
    for (const AppId& app : apps_.expendable()) {
        note({.what = Trace::What::Killed, .app = app, .during = "low_memory"});
        die(app, false);
    }
}

void World::setClock(WallTime to) {
    wallAtZero_ = to - at();
    tell(ClockSet{}, {});
}

void World::reboot(Duration offFor, std::optional<WallTime> clock) {
    runs_.loseAll();
    apps_.allDead();
    agenda_.clear();
    core_.reset();
    later(offFor, [this, clock] {
        if (clock) wallAtZero_ = *clock - at();
        boot(true);
    });
}

void World::restartDaemon() {
    runs_.loseAll();
    boot(false);
}

VerbAnswer World::shell(std::span<const std::string> words) {
    Step step;
    const VerbAnswer answer = runVerb(*core_, words, now(), step);
    take(std::move(step));
    return answer;
}

void World::tell(Event event, const std::function<void(const Reply&)>& answered) {
    if (!core_) return;
    const CallId call{++lastCall_};
    std::visit(
        [&](auto& one) {
            if constexpr (requires { one.call; }) one.call = call;
        },
        event);
    ++events_;
    Step step = core_->handle(event, now());
    for (const Effect& effect : step.effects) {
        const auto* reply = std::get_if<Reply>(&effect);
        if (reply && reply->call == call && answered) answered(*reply);
    }
    take(std::move(step));
}

void World::take(Step step) {
    store_.commit(std::move(step.records), bootId_, now().wall);
    for (const Effect& effect : step.effects)
        perform(effect);
}

void World::perform(const Effect& effect) {
    std::visit(Overloaded{[&](const Trace& e) { note(e); }, [&](const Bind& e) { runs_.bind(e); },
                          [&](const CallStart& e) { runs_.start(e); }, [&](const CallStop& e) { runs_.stop(e); },
                          [&](const EndRun& e) { runs_.end(e); }, [&](const KillApp& e) { die(e.app, false); },
                          // An app moves its traffic by itself, and nobody looks at a simulated notification.
                          [](const CallNetworkChanged&) {}, [](const CallAction&) {}, [](const ShowNotification&) {},
                          [](const WithdrawNotification&) {}, [](const Reply&) {}},
               effect);
}

void World::die(const AppId& app, bool crash) {
    apps_.dead(app);
    runs_.lose(app, crash);
}

} // namespace stint::sim
