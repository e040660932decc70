#include "contract/rules/push.hpp"

#include <algorithm>
#include <array>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"

namespace stint {
namespace {

static_assert(messageHolds[byDoze].name == "doze" && messageHolds[byBattery].name == "battery" &&
              messageHolds[byPower].name == "power" && messageHolds[byNetwork].name == "network" &&
              messageHolds[byApp].name == "app");

MessageHolds held(HoldPlace by, bool holds = true) { return MessageHolds().set(by, holds); }

// The table of push.md §4.2 but for Doze.
MessageHolds lacksOf(Urgency urgency, const World& world) {
    if (urgency == Urgency::High) return {};
    const bool plugged = world.device.plugged;
    const bool batteryLow = world.state.batteryLow && !plugged;
    if (urgency == Urgency::Normal) return held(byBattery, batteryLow && world.constants.pushLowBatteryHoldsNormal);
    const auto& network = world.device.network;
    const bool unmetered = network && network->has(NET_CAPABILITY_NOT_METERED);
    const bool wantsNetwork = urgency == Urgency::VeryLow || !plugged;
    return held(byBattery, batteryLow) | held(byPower, urgency == Urgency::VeryLow && !plugged) |
           held(byNetwork, wantsNetwork && !unmetered);
}

} // namespace

std::optional<Error> messageError(const PushMessage& message) {
    if (message.ttl < Duration{0})
        return fail(Errc::ILLEGAL_ARGUMENT, "the message's TTL is {}; it is at least 0s", formatDuration(message.ttl));
    if (!isTopic(message.topic))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "the topic \"{}\" has {} characters; it is 1 to {} letters, digits, - and _ (RFC 8030 §5.4)",
                    printable(message.topic), message.topic.size(), longestTopic);
    return std::nullopt;
}

Passage passageOf(Urgency sent, const AppMemory& memory, const World& world) {
    const bool counts = sent != Urgency::High || !downgraded(memory, world.now.elapsed, world.constants);
    const Urgency urgency = counts ? sent : Urgency::Normal;
    const bool dozes = urgency < Urgency::High && world.state.doze.idle();
    return {.holds = held(byDoze, dozes) | lacksOf(urgency, world), .urgency = urgency};
}

std::string lettersOf(Urgencies urgencies) {
    std::string letters;
    for (const Urgency urgency : {Urgency::High, Urgency::Normal, Urgency::Low, Urgency::VeryLow}) {
        if (!urgencies[placeOf(urgency)]) continue;
        if (!letters.empty()) letters += ',';
        letters += letterOf(urgency);
    }
    return letters;
}

std::optional<Error> wordsError(const Registration& registration) {
    constexpr std::size_t longestConnector = 255, mostDetails = 1'024;
    if (registration.connector.size() > longestConnector)
        return fail(Errc::ILLEGAL_ARGUMENT, "the connector's name has {} bytes; at most {} are allowed",
                    registration.connector.size(), longestConnector);
    if (registration.details.size() > mostDetails)
        return fail(Errc::ILLEGAL_ARGUMENT, "the registration's details have {} bytes; at most {} are allowed",
                    registration.details.size(), mostDetails);
    return std::nullopt;
}

std::optional<Error> registrationNameError(const std::string& name, std::size_t longest) {
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    if (!name.empty() && name.size() <= longest && name.find_first_not_of(allowed) == std::string::npos)
        return std::nullopt;
    return fail(Errc::ILLEGAL_ARGUMENT,
                "a registration cannot be called \"{}\"; its name is 1 to {} letters, digits, -, _ and .",
                printable(name), longest);
}

std::optional<Error> registrationError(const Registration& registration, const RegistrationsThere& there,
                                       const Constants& constants) {
    constexpr std::size_t longest = 255;
    if (auto error = registrationNameError(registration.name, longest)) return error;
    if (auto error = wordsError(registration)) return error;
    if (there.its >= constants.pushRegistrationsPerApp)
        return fail(
            Errc::LIMIT_EXCEEDED,
            "{}, with the other names of its process, has {} registrations already; it takes one away before it "
            "adds another",
            registration.app.name, there.its);
    if (there.all >= constants.pushRegistrations)
        return fail(Errc::LIMIT_EXCEEDED, "all apps together have {} registrations already, and no more are kept",
                    there.all);
    if (there.all + there.ended >= 2 * constants.pushRegistrations)
        return fail(Errc::LIMIT_EXCEEDED, "of {} registrations that have ended the server has still to be told",
                    there.ended);
    return std::nullopt;
}

Instant triedAgainAt(std::size_t tries, Instant now) {
    constexpr std::array<Duration, 3> pauses{1min, 5min, 30min};
    return tries < pauses.size() ? now + pauses.at(tries) : Instant::max();
}

Retirement retirementOf(const Registration& registration, WallTime now, const Constants& constants) {
    if (registration.ended || !registration.retires) return Retirement::None;
    if (now < *registration.retires) return Retirement::Waits;
    return now < *registration.retires + constants.pushTtlMax ? Retirement::Closed : Retirement::Over;
}

std::optional<WallTime> rotatesAt(const Registration& registration, Duration age) {
    const bool isGoing = registration.ended || registration.rotates || !registration.successor.empty();
    if (isGoing || registration.endpoint.empty()) return std::nullopt;
    return registration.made + age;
}

std::optional<WallTime> changesAt(const Registration& registration, WallTime now, const Constants& constants) {
    switch (retirementOf(registration, now, constants)) {
    case Retirement::None:
        return rotatesAt(registration, constants.pushRotateAfter);
    case Retirement::Waits:
        return registration.retires;
    case Retirement::Closed:
        return *registration.retires + constants.pushTtlMax;
    case Retirement::Over:
        break;
    }
    return std::nullopt;
}

std::string_view Passage::heldBy() const {
    for (std::size_t place = 0; place < holds.size(); ++place)
        if (holds[place]) return messageHolds.at(place).name;
    return {};
}

std::optional<Instant> passesAt(const PushMessage& message, const AppMemory& memory, const World& world,
                                std::optional<Instant> dozeOpens) {
    const Passage passage = passageOf(message.urgency, memory, world);
    const bool isDowngraded = passage.urgency != message.urgency; // whose end no one foretells
    if (isDowngraded || passage.holds != held(byDoze)) return std::nullopt;
    return dozeOpens && *dozeOpens < message.runsOut() ? dozeOpens : std::nullopt;
}

std::optional<Error> waitingError(const AppId& app, std::int64_t waiting, const Constants& constants) {
    if (waiting < constants.pushMaxWaiting) return std::nullopt;
    return fail(Errc::LIMIT_EXCEEDED,
                "{} messages wait for {} already, and no more are kept; try again when it has them", waiting, app.name);
}

namespace {

/// The counts that decide: messages that are held for or against the app.
struct Judged {
    std::int64_t all = 0, shown = 0;

    void add(const PushNote& note, std::int64_t sign) {
        all += sign;
        shown += note.shown ? sign : 0;
    }
    bool areTooFew(const Constants& constants) const {
        constexpr std::int64_t whole = 100;
        return all >= constants.pushMinMessages && shown * whole < all * constants.pushMinRatio;
    }
};

bool isOld(const PushNote& note, Instant now, const Constants& constants) {
    return note.delivered <= now - constants.pushWindow;
}

Judged judgedOf(const AppMemory& memory, Instant now, const Constants& constants) {
    Judged judged;
    for (const PushNote& note : memory.pushes) {
        if (isOld(note, now, constants)) continue;
        const Shown shown = shownOf(note, now, constants);
        if (shown == Shown::Yes || shown == Shown::No) judged.add(note, 1);
    }
    return judged;
}

} // namespace

// PROPOSAL: a message that may still be followed in time is not held against the app yet.
Shown shownOf(const PushNote& note, Instant now, const Constants& constants) {
    if (note.shown) return Shown::Yes;
    if (!note.judged) return Shown::NotJudged;
    return note.delivered > now - constants.pushMatch ? Shown::Waits : Shown::No;
}

bool downgraded(const AppMemory& memory, Instant now, const Constants& constants) {
    return judgedOf(memory, now, constants).areTooFew(constants);
}

// Messages grow old in the order in which their push.match ends, for all were delivered in that order.
std::optional<Instant> downgradeChangesAt(const AppMemory& memory, Instant now, const Constants& constants) {
    Judged judged = judgedOf(memory, now, constants);
    const bool isDowngraded = judged.areTooFew(constants);
    const auto end = memory.pushes.end();
    auto old = std::find_if(memory.pushes.begin(), end, [&](auto& note) { return !isOld(note, now, constants); });
    const bool ripensEver = constants.pushMatch < constants.pushWindow;
    const auto waits = [&](const PushNote& note) {
        return ripensEver && shownOf(note, now, constants) == Shown::Waits;
    };
    auto ripe = std::find_if(memory.pushes.begin(), end, waits);
    while (old != end) {
        const Instant oldAt = old->delivered + constants.pushWindow;
        const bool ripens = ripe != end && ripe->delivered + constants.pushMatch <= oldAt;
        const Instant at = ripens ? ripe->delivered + constants.pushMatch : oldAt;
        if (ripens) {
            judged.add(*ripe, 1);
            ripe = std::find_if(std::next(ripe), end, waits);
        } else {
            if (old->shown || (old->judged && ripensEver)) judged.add(*old, -1);
            ++old;
        }
        const bool isMore = (ripe != end && ripe->delivered + constants.pushMatch == at) ||
                            (old != end && old->delivered + constants.pushWindow == at);
        if (!isMore && judged.areTooFew(constants) != isDowngraded) return at;
    }
    return std::nullopt;
}

MessagesView messagesOf(const AppMemory& memory, std::int64_t waiting, Now now, const Constants& constants) {
    MessagesView view{.downgraded = downgraded(memory, now.elapsed, constants),
                      .waiting = waiting,
                      .room = std::max<std::int64_t>(constants.pushMaxWaiting - waiting, 0)};
    for (const PushNote& note : memory.pushes) {
        if (isOld(note, now.elapsed, constants)) continue;
        ++view.delivered;
        view.shown += note.shown;
        view.unjudged += shownOf(note, now.elapsed, constants) == Shown::NotJudged;
    }
    if (!view.downgraded) return view;
    if (const auto until = downgradeChangesAt(memory, now.elapsed, constants)) view.until = wallAt(*until, now);
    return view;
}

// A sender may send without end; each note is written down with its app.
void noteDelivered(AppMemory& memory, PushNote note, const Constants& constants) {
    std::erase_if(memory.pushes, [&](const PushNote& each) { return isOld(each, note.delivered, constants); });
    memory.pushes.push_back(note);
    const std::int64_t tooMany = std::ssize(memory.pushes) - constants.pushMostMessages;
    if (tooMany > 0) memory.pushes.erase(memory.pushes.begin(), memory.pushes.begin() + tooMany);
}

bool noteShown(AppMemory& memory, Instant now, const Constants& constants) {
    bool isNew = false;
    for (PushNote& note : memory.pushes) {
        if (note.shown || note.delivered < now - constants.pushMatch) continue;
        note.shown = note.judged = true;
        isNew = true;
    }
    return isNew;
}

bool noteUnseen(AppMemory& memory, Instant now, const Constants& constants) {
    bool isAny = false;
    for (PushNote& note : memory.pushes) {
        if (shownOf(note, now, constants) != Shown::Waits) continue;
        note.judged = false;
        isAny = true;
    }
    return isAny;
}

} // namespace stint
