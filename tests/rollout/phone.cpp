// A phone of a FleetWorld: the machine of fleet/errand, on a device that dies, restarts, and is out of reach.
#include <algorithm>

#include "fleet_world.hpp"

namespace stint::fleet {

using namespace std::chrono_literals;

void FleetWorld::makeSteps() {
    const auto add = [&](StepKind kind) -> Step& {
        campaign_.steps.push_back({});
        Step& step = campaign_.steps.back();
        step.kind = kind;
        if (kind != StepKind::Get) step.timeout = plan_.endWithin / 2;
        return step;
    };
    for (auto steps = number(1, 3); steps > 0; --steps) {
        Step& step = add(once(2) ? StepKind::Get : StepKind::Run);
        step.idempotent = once(2);
        step.commit = steps == 1 && once(2) && step.kind == StepKind::Run;
    }
    if (once(2)) add(StepKind::Verify).afterRestart = once(2);
    plan_.retries = static_cast<std::uint32_t>(number(0, 2));
    plan_.retryAfter = soon(1h);
}

Instant FleetWorld::clockOf(const Phone& phone) const {
    return Instant(
        Duration(static_cast<std::int64_t>(static_cast<double>((now_ - phone.started).count()) * phone.rate)));
}

/// Its agent starts, on whatever the store has.
void FleetWorld::start(Device device) {
    Phone& phone = phones_[device];
    if (phone.isAbsent || phone.isHostile || phone.errand) return;
    phone.errand.emplace(campaign_, phone.kept, std::to_string(phone.boot), once(2) ? Duration(0) : soon(1h));
    const auto effects = phone.errand->begin(clockOf(phone));
    phone.kept = phone.errand->kept();
    carryOut(device, effects);
}

void FleetWorld::die(Device device) {
    Phone& phone = phones_[device];
    if (!phone.errand) return;
    phone.errand.reset();
    ++phone.life;
    at(soon(once(3) ? 3h : 2min), [this, device] { start(device); });
}

void FleetWorld::reboot(Device device) {
    Phone& phone = phones_[device];
    if (!phone.errand) return;
    phone.errand.reset();
    ++phone.life;
    ++phone.boot;
    at(soon(once(3) ? 6h : 2min), [this, device] {
        Phone& same = phones_[device];
        if (same.errand) return;
        same.started = now_;
        start(device);
    });
}

void FleetWorld::wake(Device device) {
    Phone& phone = phones_[device];
    if (phone.isAbsent || phone.isHostile) return;
    phone.isOnline = true;
    start(device);
    if (const auto sent = std::exchange(phone.mailbox, std::nullopt)) order(device, *sent);
    if (isCancelled_) tell(device, Errand::Cancel{});
    send(device);
}

void FleetWorld::order(Device device, std::uint8_t round) {
    Phone& phone = phones_[device];
    if (!phone.isOnline || !phone.errand) {
        phone.mailbox = round;
        return;
    }
    if (round >= phone.kept.round && phone.kept.sequence == 0 && once(12))
        return tell(device, Errand::Refused{round, Outcome::Rejected, "not here"});
    tell(device, Errand::Offered{round});
}

/// Its machine's state is written down, and then effects are done; it may die before, between and after.
void FleetWorld::tell(Device device, const Errand::Event& event) {
    Phone& phone = phones_[device];
    if (!phone.errand) return;
    const bool ran = phone.errand->isRunning();
    const auto effects = phone.errand->handle(event, clockOf(phone));
    if (once(150)) return once(2) ? die(device) : reboot(device);
    phone.kept = phone.errand->kept();
    if (once(150)) return once(2) ? die(device) : reboot(device);
    if (phone.errand->isRunning() && !ran) {
        ++runs_;
        hasBegun_[device] = true;
    }
    carryOut(device, effects);
}

void FleetWorld::carryOut(Device device, const std::vector<Errand::Effect>& effects) {
    for (const Errand::Effect& effect : effects) {
        if (const auto* waits = std::get_if<Errand::Wait>(&effect)) wait(device, *waits);
        if (const auto* asked = std::get_if<Errand::AskForSlot>(&effect)) ask(device, *asked);
        if (const auto* begun = std::get_if<Errand::BeginStep>(&effect)) play(device, begun->step);
        if (std::holds_alternative<Errand::StopStep>(effect)) ++phones_[device].step;
        if (std::holds_alternative<Errand::Send>(effect)) send(device);
        if (std::holds_alternative<Errand::Restart>(effect))
            at(soon(1min), [this, device, life = phones_[device].life] {
                if (phones_[device].life == life) reboot(device);
            });
        if (std::holds_alternative<Errand::Over>(effect)) ++phones_[device].job;
    }
    timer(device);
}

/// The job runs when its conditions hold, and is stopped when they don't.
void FleetWorld::wait(Device device, const Errand::Wait& waits) {
    Phone& phone = phones_[device];
    const Duration conditions = waits.isFree || isQuiet_ ? soon(5min) : soon(once(4) ? 20h : 5min);
    at(waits.after + conditions, [this, device, job = ++phone.job, life = phone.life] {
        Phone& same = phones_[device];
        if (same.job != job || same.life != life) return;
        tell(device, Errand::Run{});
        if (once(6))
            at(soon(2h), [this, device, job, life] {
                if (phones_[device].job == job && phones_[device].life == life) tell(device, Errand::Stop{});
            });
    });
}

void FleetWorld::ask(Device device, const Errand::AskForSlot& asked) {
    if (!phones_[device].isOnline) return;
    const Ask ask{device, enrolmentOf(device), asked.round, asked.slot};
    for (int copies = once(8) ? 2 : 1; copies > 0; --copies)
        at(soon(once(10) ? 100s : 20s),
           [this, ask, at = asked.asked] { serve(static_cast<std::size_t>(number(0, 1)), ask, at); });
}

void FleetWorld::play(Device device, std::uint32_t) {
    Phone& phone = phones_[device];
    const Duration takes = soon(once(6) ? plan_.endWithin * 2 : plan_.endWithin / 6);
    at(takes, [this, device, step = ++phone.step, life = phone.life] {
        const Phone& same = phones_[device];
        if (same.step == step && same.life == life)
            tell(device, Errand::StepEnded{once(8) ? 1 : 0, once(4), "the last line"});
    });
}

void FleetWorld::send(Device device) {
    Phone& phone = phones_[device];
    if (!phone.isOnline || !phone.errand) return;
    if (const auto& unsent = phone.kept.unsent)
        at(soon(once(10) ? 30min : 5s), [this, device, telling = *unsent] {
            if (once(20)) return; // it is lost on the way
            reports_.push_back({Report{device, enrolmentOf(device), telling}, now_});
            for (std::size_t server = 0; server < servers_.size(); ++server)
                at(soon(once(10) ? 10min : 2s), [this, server] { hear(server); });
            at(soon(5s), [this, device, sequence = telling.sequence] {
                if (phones_[device].isOnline && !once(10)) tell(device, Errand::Acknowledged{sequence});
            });
        });
    // Reports that nobody has acknowledged are sent again.
    if (phone.kept.unsent)
        at(1h, [this, device, last = phone.kept.sequence] {
            Phone& same = phones_[device];
            if (same.kept.unsent && same.kept.sequence == last) send(device);
        });
}

void FleetWorld::timer(Device device) {
    const Phone& phone = phones_[device];
    const auto next = phone.errand ? phone.errand->nextDeadline() : std::nullopt;
    if (!next) return;
    const auto since =
        static_cast<std::int64_t>(static_cast<double>(next->time_since_epoch().count()) / phone.rate) + 1;
    at(std::max(Duration(0), phone.started + Duration(since) - now_), [this, device, next, life = phone.life] {
        const Phone& same = phones_[device];
        if (same.life == life && same.errand && same.errand->nextDeadline() == next) tell(device, Errand::Tick{});
    });
}

} // namespace stint::fleet
