#include "sim/world/simulated_line.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/result/containers.hpp"
#include "sim/world/world.hpp"

namespace stint::sim {
namespace {

constexpr std::string_view stream = "STINT_P";
constexpr std::size_t mostRead = 200; // push.md §4.1: of one answer

} // namespace

std::string registrationOf(const AppId& app, std::int64_t nth) { return fmt::format("{}.{}", app.name, nth); }

void SimulatedLine::post(const action::Push& posted) {
    LineMessage message{.of = {registrationOf(posted.app, 1), urgencyNamed(posted.priority).value()},
                        .id = fmt::format("post {}", ++posts_),
                        .sent = serverTime(),
                        .ttl = posted.ttl,
                        .topic = posted.topic,
                        .data = posted.notifies ? std::string(notifyingMessage) : std::string{}};
    message.data.resize(std::max(message.data.size(), static_cast<std::size_t>(posted.bytes)), ' ');
    if (serverUp_)
        publish(std::move(message));
    else
        outbox_.push_back(std::move(message));
}

// The server keeps the last push.stored of a subject; one whose TTL is 0 it does not keep (RFC 8030 §5.2).
void SimulatedLine::publish(LineMessage message) {
    if (message.ttl == Duration{0}) {
        if (!isConnected() || !isWanted(message.of)) return;
        return world_.later(Duration{0}, [this, message = std::move(message)] {
            world_.tell(LineRead{.stream = std::string(stream), .messages = {message}});
        });
    }
    message.sequence = ++last_;
    auto& kept = store_[message.of];
    kept.push_back(std::move(message));
    if (std::ssize(kept) > constants_.pushStored) kept.pop_front();
    readSoon();
}

void SimulatedLine::change(const action::ChangeLine& change) {
    up_ = change.up.value_or(up_);
    if (change.keepAlive) {
        keepAlive_ = *change.keepAlive;
        told_ = false;
    }
    report();
    readSoon();
}

void SimulatedLine::report() {
    if (std::exchange(told_, isConnected()) == isConnected()) return;
    world_.later(Duration{0}, [this, up = isConnected()] { world_.tell(LineReported{up, keepAlive_}); });
    endSoon();
}

void SimulatedLine::setServer(bool up) {
    serverUp_ = up;
    report();
    if (!up) return;
    for (LineMessage& message : std::exchange(outbox_, {}))
        publish(std::move(message));
    readSoon();
}

void SimulatedLine::want(const LineWanted& wanted) {
    wanted_.clear();
    for (const LineWanted::Of& of : wanted.of)
        wanted_.emplace(of.registration.name, of);
    report();
    endSoon();
    readSoon();
}

void SimulatedLine::endSoon() {
    if (!isConnected()) return;
    for (const auto& [name, of] : wanted_)
        if (of.registration.ended)
            world_.later(Duration{0}, [this, name] { world_.tell(Unregistered{.name = name, .everywhere = true}); });
}

bool SimulatedLine::isWanted(const Subject& of) const {
    const auto wanted = wanted_.find(of.registration);
    return wanted != wanted_.end() && wanted->second.urgencies[placeOf(of.urgency)];
}

void SimulatedLine::readSoon() {
    if (std::exchange(reads_, true)) return;
    world_.later(Duration{0}, [this] {
        reads_ = false;
        read();
    });
}

void SimulatedLine::read() {
    if (!isConnected()) return;
    LineRead read{.stream = std::string(stream)};
    for (auto& [of, kept] : store_) {
        while (!kept.empty() && kept.front().sent + constants_.pushTtlMax < serverTime())
            kept.pop_front();
        if (!isWanted(of)) continue;
        const std::uint64_t cursor = wanted_.at(of.registration).registration.cursors.at(placeOf(of.urgency));
        const auto first = std::ranges::upper_bound(kept, cursor, {}, &LineMessage::sequence);
        // Older ones may be gone where there are as many as are kept.
        if (kept.end() - first == constants_.pushStored) read.missed.push_back(of);
        read.messages.insert(read.messages.end(), first, kept.end());
    }
    if (read.messages.empty()) return;
    std::ranges::sort(read.messages, {}, &LineMessage::sequence);
    const bool more = read.messages.size() > mostRead;
    if (more) read.messages.resize(mostRead);
    world_.tell(read, [&](const Reply& reply) {
        if (reply.error) return;
        for (const LineMessage& message : read.messages)
            raise(message.of, message.sequence);
    });
    if (more) readSoon();
}

void SimulatedLine::raise(const Subject& of, std::uint64_t sequence) {
    if (auto* const wanted = findIn(wanted_, of.registration))
        wanted->registration.cursors.at(placeOf(of.urgency)) = sequence;
}

} // namespace stint::sim
