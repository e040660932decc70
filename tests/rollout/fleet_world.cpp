#include "fleet_world.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/core.h>

namespace stint::fleet {

using namespace std::chrono_literals;

std::size_t namedBy(const Decision& decision) {
    std::size_t named = 0;
    for (const Record& record : decision.records)
        std::visit(
            [&](const auto& noted) {
                if constexpr (requires { noted.devices; }) named += noted.devices.size();
                if constexpr (requires { noted.device; }) ++named;
            },
            record);
    for (const Effect& effect : decision.effects)
        if (const auto* order = std::get_if<Order>(&effect); order && order->again) ++named;
    return named;
}

FleetWorld::FleetWorld(std::uint64_t seed) : random_(seed) {}

std::int64_t FleetWorld::number(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
}
bool FleetWorld::once(int in) { return number(1, in) == 1; }
Duration FleetWorld::soon(Duration longest) { return Duration(number(0, longest.count())); }
void FleetWorld::at(Duration after, std::function<void()> what) {
    timed_.push({now_ + after, ordered_++, std::move(what)});
}

void FleetWorld::makePlan() {
    plan_.atATime = static_cast<std::uint32_t>(number(1, 5));
    for (auto waves = number(0, 3); waves > 0; --waves)
        plan_.waves.push_back(once(2) ? Amount{static_cast<std::uint32_t>(number(1, 8)), 0}
                                      : Amount{0, static_cast<Share>(number(100, 9'000))});
    plan_.waves.push_back({0, wholeShare});
    plan_.waveOk = static_cast<Share>(number(3'000, 10'000));
    plan_.soak = once(2) ? Duration(0) : soon(2h);
    if (once(2)) plan_.stopAt = static_cast<Share>(number(1'000, 10'000));
    plan_.stopMin = static_cast<std::uint32_t>(number(0, 6));
    plan_.failures.add(Outcome::Failed).add(Outcome::TimedOut);
    if (once(2)) plan_.failures.add(Outcome::Rejected);
    plan_.beginWithin = 1h + soon(48h);
    plan_.endWithin = 20min + soon(4h);
    expires_ = now_ + 24h + soon(48h);
    isOpen_ = once(4);
    most_ = once(4) ? mostInDecision : static_cast<std::uint32_t>(number(1, 6));
}

std::string FleetWorld::play() {
    now_ = WallTime(std::chrono::hours(500'000));
    makePlan();
    makeSteps();
    phones_.resize(static_cast<std::size_t>(number(1, 24)));
    hasBegun_.resize(phones_.size());
    for (Phone& phone : phones_) {
        phone.rate = 1 + static_cast<double>(number(-1'000, 1'000)) / 1e6;
        phone.isAbsent = once(6);
        phone.isOnline = !phone.isAbsent && !once(3);
        phone.isHostile = once(20);
        phone.started = now_;
    }
    for (Device device = 0; device < phones_.size(); ++device)
        start(device);
    for (Server& server : servers_) {
        server.skew = Duration(number(-60'000, 60'000));
        rebuild(server);
    }
    while (joined_ < phones_.size()) { // and whoever begins to lead meanwhile joins the rest
        Join rest;
        for (std::size_t device = joined_; device < phones_.size(); ++device)
            rest.devices.push_back(enrolmentOf(static_cast<Device>(device)));
        serve(0, rest);
        while (servers_[0].rollout && joined_ < phones_.size())
            serve(0, Tick{});
    }
    servers_[1].isDead = once(2);
    chaos();
    while (wrong_.empty() && !timed_.empty()) {
        const Timed next = timed_.top();
        timed_.pop();
        now_ = std::max(now_, next.when);
        next.what();
        check();
    }
    if (!wrong_.empty()) return wrong_;

    // Whoever leads has all that there is to know, and so has whoever begins anew.
    Server last;
    rebuild(last);
    for (std::size_t turn = 0; turn < 500 && wrong_.empty(); ++turn) {
        for (; last.heard < reports_.size(); ++last.heard)
            (void)append(last, last.rollout->handle(reports_[last.heard].report, now_));
        const auto next = last.rollout->nextDeadline();
        if (!next) break;
        now_ = std::max(now_, *next);
        if (!append(last, last.rollout->handle(Tick{}, now_))) return "nobody else leads, and yet it does not";
    }
    if (last.rollout->nextDeadline()) return "it waits without an end";
    if (last.rollout->state() != Rollout::State::Ended) return "a campaign that nobody runs has not ended";
    if (last.rollout->slots() != 0) return fmt::format("{} slots of nobody", last.rollout->slots());
    for (Device device = 0; device < phones_.size(); ++device) {
        const Target& target = last.rollout->targets()[device];
        const Phone& phone = phones_[device];
        if (phone.isHostile) continue;
        const Kept& kept = phone.kept;
        ++ends_[static_cast<std::size_t>(target.outcome)];
        // An operator offered it anew, and the campaign ended before the phone had that.
        const bool isPast = kept.outcome != Outcome::Succeeded && kept.round < target.round && target.isPresumed;
        if (kept.outcome != Outcome::None && !isPast && (target.outcome != kept.outcome || target.isPresumed))
            return fmt::format("phone {} ended as {}, and is told as {}", device, static_cast<int>(kept.outcome),
                               static_cast<int>(target.outcome));
        if (kept.outcome == Outcome::None && kept.sequence != 0) return fmt::format("phone {} waits for ever", device);
        if (phone.isAbsent && target.isSeen()) return "an absent phone was seen";
        if (target.outcome == Outcome::Succeeded && kept.outcome != Outcome::Succeeded) return "a success of nobody";
    }
    Server again;
    rebuild(again);
    for (const Arrived& arrived : reports_)
        again.rollout->apply(arrived.report, arrived.at);
    if (!again.rollout->isSame(*last.rollout)) return "made anew it is another campaign";
    return wrong_;
}

void FleetWorld::check() {
    if (!wrong_.empty()) return;
    const auto running =
        std::count_if(phones_.begin(), phones_.end(), [](const Phone& p) { return p.errand && p.errand->isRunning(); });
    if (running > plan_.atATime) wrong_ = fmt::format("{} run, and {} may", running, plan_.atATime);
    for (const Server& server : servers_)
        if (server.rollout && wrong_.empty()) wrong_ = server.rollout->contradiction();
    if (!wrong_.empty()) return;
    Rollout const* leads = nullptr;
    for (const Server& server : servers_)
        if (server.rollout && server.read == log_.size()) leads = &*server.rollout;
    const auto begun = static_cast<std::uint32_t>(std::count(hasBegun_.begin(), hasBegun_.end(), true));
    if (leads && begun > leads->capacity(opened_))
        wrong_ = fmt::format("{} have begun in wave {} of {}", begun, opened_, leads->capacity(opened_));
}

// ---- What goes wrong ----

void FleetWorld::chaos() {
    for (auto times = number(20, 120); times > 0; --times)
        at(soon(60h), [this] { fault(); });
    at(60h, [this] { // from here on all that can come back does
        isQuiet_ = true;
        servers_[0].isDead = false;
        if (!servers_[0].rollout) rebuild(servers_[0]);
        for (Device device = 0; device < phones_.size(); ++device)
            if (!phones_[device].isAbsent) wake(device);
    });
}

void FleetWorld::fault() {
    const auto device = static_cast<Device>(number(0, static_cast<std::int64_t>(phones_.size()) - 1));
    const auto server = static_cast<std::size_t>(number(0, 1));
    if (phones_[device].isHostile) return attack(device, server);
    switch (number(0, 12)) {
    case 0:
    case 1:
        return die(device);
    case 2:
        phones_[device].isOnline = false;
        return;
    case 3:
    case 4:
    case 5:
        return wake(device);
    case 6:
        servers_[server].rollout.reset();
        return; // it dies, and comes back
    case 7:
        servers_[server].isDead = !servers_[server].isDead;
        return;
    case 8:
        return once(3) ? serve(server, Pause{}) : serve(server, Resume{});
    case 9:
        return serve(server, Resume{});
    case 10:
        return serve(server, Retry{});
    case 11:
        if (once(8)) serve(server, Cancel{});
        return;
    default:
        if (!reports_.empty()) // one comes again
            reports_.push_back(
                {reports_[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(reports_.size()) - 1))].report,
                 now_});
    }
}

/// It says whatever can be said in its own name.
void FleetWorld::attack(Device device, std::size_t server) {
    const auto round = static_cast<std::uint8_t>(once(2) ? 0 : number(0, 3));
    const auto slot = static_cast<std::uint32_t>(once(20) ? UINT32_MAX : number(0, 6));
    if (once(2)) return serve(server, Ask{device, enrolmentOf(device), round, slot});
    const auto phase = static_cast<Phase>(number(0, 6));
    const auto outcome = static_cast<Outcome>(number(0, outcomes - 1));
    const auto sequence = static_cast<std::uint32_t>(number(0, 30));
    reports_.push_back({Report{device, enrolmentOf(device), {round, sequence, slot, phase, outcome, 0, 0, {}}}, now_});
    hear(server);
}

// ---- A server ----

void FleetWorld::rebuild(Server& server) const {
    server.rollout.emplace(plan_, expires_, isOpen_, most_);
    server.read = server.heard = 0;
    server.leads = false;
    for (const Logged& logged : log_)
        if (!server.rollout->apply(logged.record, logged.at).ok()) std::abort();
    server.read = log_.size();
}

bool FleetWorld::append(Server& server, const Decision& decision) {
    if (namedBy(decision) > most_) wrong_ = "a decision names more devices than one may";
    if (decision.records.empty()) return true;
    if (server.read != log_.size()) {
        server.rollout.reset();
        return false;
    }
    for (const Record& record : decision.records) {
        log_.push_back({record, now_});
        if (const auto* opened = std::get_if<WaveOpened>(&record)) opened_ = opened->wave;
        if (const auto* joined = std::get_if<Joined>(&record)) joined_ += joined->devices.size();
        if (std::holds_alternative<Cancelled>(record)) {
            isCancelled_ = true;
            for (Device device = 0; device < phones_.size(); ++device)
                at(soon(1h), [this, device] {
                    if (phones_[device].isOnline) tell(device, Errand::Cancel{});
                });
        }
    }
    server.read = log_.size();
    return true;
}

void FleetWorld::serve(std::size_t number, const Event& event, std::optional<Instant> asked) {
    Server& server = servers_.at(number);
    if (server.isDead) return;
    if (!server.rollout) rebuild(server);
    if (!std::exchange(server.leads, true)) carryOut({{}, server.rollout->lead()}, std::nullopt);
    const Decision decision = server.rollout->handle(event, now_ + server.skew);
    // It may die between any two of these.
    if (once(60)) return server.rollout.reset();
    if (!append(server, decision)) return;
    if (once(60)) return server.rollout.reset();
    carryOut(decision, asked);
    tick(number);
}

void FleetWorld::carryOut(const Decision& decision, std::optional<Instant> asked) {
    for (const Effect& effect : decision.effects) {
        if (const auto* sent = std::get_if<Order>(&effect)) {
            if (sent->again && once(4)) continue; // a hint that is lost
            at(soon(10s), [this, device = sent->device, round = sent->round] { order(device, round); });
        }
        const auto* told = std::get_if<Told>(&effect);
        if (!told || !asked || once(8)) continue; // or the answer is lost
        at(soon(15s), [this, told = *told, asked = *asked] {
            if (phones_[told.device].isOnline) tell(told.device, Errand::Answered{told.slot, asked, told.reply});
        });
    }
}

void FleetWorld::tick(std::size_t number) {
    const Server& server = servers_.at(number);
    const auto next = server.rollout ? server.rollout->nextDeadline() : std::nullopt;
    if (!next) return;
    const Duration late = once(3) ? soon(10s) : Duration(0); // between two pieces of a decision much may happen
    const Duration after = std::max(Duration(0), *next - (now_ + server.skew));
    at(after + late, [this, number, next] {
        const Server& same = servers_.at(number);
        if (same.rollout && same.rollout->nextDeadline() == next) serve(number, Tick{});
    });
}

void FleetWorld::hear(std::size_t number) {
    Server& server = servers_.at(number);
    if (server.isDead || !server.rollout) return;
    if (server.read != log_.size()) rebuild(server); // the log is read to its end first
    while (server.rollout && server.heard < reports_.size())
        serve(number, reports_[server.heard++].report);
}

} // namespace stint::fleet
