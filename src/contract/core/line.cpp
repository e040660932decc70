#include "contract/core/line.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "contract/core/device.hpp"
#include "contract/core/registrations.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/admission.hpp"
#include "contract/rules/forecast.hpp"
#include "contract/rules/push.hpp"

namespace stint {
namespace {

constexpr Duration shortestKeepAlive = 1min;
// No store has given out more: what claims so would keep every later message from its app.
constexpr std::uint64_t mostSequence = (std::uint64_t{1} << 62) - 1;

std::uint64_t& cursorOf(Registration& registration, Urgency urgency) {
    return registration.cursors.at(placeOf(urgency));
}

// Names the app's memory, also before it is announced again after a restart. nullptr: nobody knows it.
const AppMemory* memoryOf(const State& state, const AppId& id) {
    if (const App* const app = state.app(id)) return &app->memory;
    return findIn(state.memories, id);
}

Registration registrationIn(const Registered& event) {
    return {.name = event.name,
            .app = event.app,
            .receiver = event.receiver,
            .connector = event.connector,
            .details = event.details,
            .endpoint = event.endpoint,
            .own = event.own};
}

// The line makes what is wanted, and nothing else.
std::optional<Error> wishError(const State& state, const Registered& event) {
    if (event.own.empty() || wantedAs(state.line, event.app, event.own)) return std::nullopt;
    return fail(Errc::ILLEGAL_STATE, "{} wants no registration \"{}\"", event.app.name, printable(event.own));
}

std::optional<Error> errorIn(const State& state, const Registered& event) {
    const auto& entries = state.line.entries;
    const auto known = entries.find(event.name);
    if (auto error = wishError(state, event)) return error;
    if (known == entries.end()) {
        const Registration* const old = registrationOf(state.line, event.replaces);
        if (!event.replaces.empty() && !(old && old->app == event.app && (old->rotates || old->isWish())))
            return fail(Errc::ILLEGAL_STATE, "no registration of {} is to be replaced by it", event.app.name);
        if (auto error = roomError(state, registrationIn(event), event.caller, event.replaces)) return error;
    } else {
        if (known->second.registration.app != event.app)
            return fail(Errc::ILLEGAL_ARGUMENT, "another app has a registration of that name");
        if (known->second.registration.ended)
            return fail(Errc::ILLEGAL_ARGUMENT, "the registration of that name has ended");
        if (auto error = wordsError(registrationIn(event))) return error;
    }
    const App* const app = state.app(event.app);
    if (!app) return notInstalled(event.app);
    const bool isAsked = event.connector.empty() && event.own.empty(); // else it was, when it was wanted
    return isAsked ? receiverError(app->manifest, event.receiver) : std::nullopt;
}

// push.md §4.1, epochs: cursors above a sequence that was given out twice would pass over new messages. True where
// there was one, or where the store is another.
bool follow(Line& line, const LineRead& read, std::set<std::string>& moved) {
    bool isAnew = false;
    const auto lower = [&](std::uint64_t most) {
        for (auto& [name, entry] : line.entries)
            for (std::uint64_t& cursor : entry.registration.cursors) {
                if (cursor <= most) continue;
                cursor = most;
                moved.insert(name);
            }
    };
    if (line.place.stream != read.stream) {
        isAnew = !line.place.stream.empty();
        lower(0);
        line.place = {.stream = read.stream};
    }
    for (const LineEpoch& epoch : read.epochs) {
        if (epoch.number <= line.place.epoch || epoch.number > mostSequence) continue;
        lower(epoch.from);
        line.place.epoch = epoch.number;
    }
    return isAnew || !moved.empty();
}

// The app is told once (push.md §4.1): a note that waits already stays, or becomes as urgent as this one.
void noteMissed(Turn& turn, const Registration& registration, Urgency urgency) {
    Messages& messages = turn.state.messages;
    PushMessage note{.app = registration.app,
                     .receiver = registration.receiver,
                     .urgency = urgency,
                     .ttl = turn.state.constants.pushTtlMax,
                     .arrived = turn.now.elapsed,
                     .arrivedWall = turn.now.wall,
                     .registration = registration.name,
                     .deleted = true,
                     .came = turn.now.wall};
    if (const auto known = messages.noteFor(note)) {
        if (messages.waiting().at(*known).message.urgency >= urgency) return;
        drop(turn, *known, MessageState::Replaced);
    }
    takeIn(turn, std::move(note));
}

// Room for one more (push.md §4.1): nobody is there to be told no.
void makeRoom(Turn& turn, const PushMessage& message, const Registration& registration) {
    Messages& messages = turn.state.messages;
    const App* const app = turn.app(message.app);
    const bool passes = app && passageOf(message.urgency, app->memory, turn.world()).passes();
    if (passes && !turn.state.deliveries.isBusy(message.app, turn.state.constants)) return;
    const auto replaced = std::ssize(messages.replacedBy(message));
    if (!waitingError(message.app, messages.countFor(message.app) - replaced, turn.state.constants)) return;
    const auto least = messages.leastOf(message.app);
    if (!least) return;
    drop(turn, *least, MessageState::Deleted);
    noteMissed(turn, registration, Urgency::Normal);
}

// push.md §7: a server may wake the device only so often. What it kept while nobody fetched it does not count.
void noteHigh(Turn& turn, const LineMessage& read) {
    constexpr Duration counted = 1min;
    Line& line = turn.state.line;
    const Constants& constants = turn.state.constants;
    const bool isLive = turn.state.boot.clockGood && read.sent > turn.now.wall - counted;
    if (read.of.urgency != Urgency::High || !isLive) return;
    while (!line.highs.empty() && line.highs.front() <= turn.now.elapsed - counted)
        line.highs.pop_front();
    line.highs.push_back(turn.now.elapsed);
    if (std::ssize(line.highs) <= constants.pushHighRate) return;
    line.highs.clear();
    line.closedUntil = turn.now.elapsed + constants.pushClosed;
    line.flooded = turn.now.wall;
    ++line.floods;
}

void take(Turn& turn, const LineMessage& read, Registration& registration) {
    const Constants& constants = turn.state.constants;
    // push.md §4.1, TTL: by the device's wall clock, if that can be right. What is older than any TTL is no younger for
    // it.
    const WallTime oldest = turn.now.wall - constants.pushTtlMax - Duration{1};
    const WallTime sent = turn.state.boot.clockGood ? std::clamp(read.sent, oldest, turn.now.wall) : turn.now.wall;
    // One that no store keeps is told as it is sent.
    const Duration since = read.ttl == Duration{0} ? Duration{0} : turn.now.wall - sent;
    PushMessage message{.app = registration.app,
                        .receiver = registration.receiver,
                        .urgency = read.of.urgency,
                        .ttl = std::min(read.ttl.value_or(constants.pushTtlMax), constants.pushTtlMax),
                        .topic = read.topic,
                        .data = read.data,
                        .arrived = turn.now.elapsed - since,
                        .arrivedWall = sent,
                        .registration = registration.name,
                        .lineId = read.id,
                        .came = turn.now.wall};
    if (messageError(message)) return; // passed over, like all that cannot be a message
    registration.last = turn.now.wall;
    noteHigh(turn, read);
    makeRoom(turn, message, registration);
    takeIn(turn, std::move(message));
}

bool isNew(Turn& turn, const std::string& id) {
    if (!turn.state.line.seen.try_emplace(id, turn.now.wall).second) return false;
    turn.record(SaveSeenMessage{id, turn.now.wall});
    return true;
}

void noteAsked(Turn& turn) {
    turn.state.line.asked = turn.now.elapsed;
    turn.state.line.next.reset();
}

// In Doze the line asks when a window opens, if that comes about when it is to (push.md §4.1): the window asks anyway.
Instant nextAsk(const State& state, Duration keepAlive, Now now) {
    const Instant due = state.line.asked + keepAlive;
    const World world = state.world(now);
    if (!world.state.doze.idle()) return due;
    const Duration about = keepAlive / 5;
    const auto opens = dozeOpens(world, dozeInputs(state), now.elapsed, AfterIdle::AtOnce);
    return opens && *opens >= due - about && *opens <= due + about ? *opens : due;
}

void check(Turn& turn) {
    Line& line = turn.state.line;
    turn.effect(Trace{.what = Trace::What::Line, .because = "keepalive"});
    turn.effect(CheckLine{});
    noteAsked(turn);
    if (line.keepAlive) line.next = nextAsk(turn.state, *line.keepAlive, turn.now);
}

void keepAlive(Turn& turn) {
    Line& line = turn.state.line;
    // A machine that sleeps is not woken for it; it asks when it is awake.
    if (line.entries.empty() || turn.state.device.sleeping) return line.next.reset();
    if (turn.state.device.network && std::exchange(line.mayBeDead, false)) return check(turn);
    if (!line.keepAlive) return line.next.reset();
    const bool dozes = turn.state.deviceState.doze.idle();
    if (!line.next || line.inDoze != dozes) line.next = nextAsk(turn.state, *line.keepAlive, turn.now);
    line.inDoze = dozes;
    if (*line.next <= turn.now.elapsed) check(turn);
}

// A connection does not outlive the route that it took, nor, most often, a sleep: then it asks at once.
void noteRoute(Turn& turn) {
    Line& line = turn.state.line;
    const Device& device = turn.state.device;
    std::string_view route;
    if (device.network) route = device.network->interface.empty() ? "?" : std::string_view(device.network->interface);
    const bool isAnother = line.route && *line.route != route;
    if (!line.route || isAnother) line.route = route;
    const bool isCut = device.sleeping || (isAnother && !route.empty());
    line.mayBeDead = !line.entries.empty() && (line.mayBeDead || isCut);
    if (isAnother) line.told = line.told && line.entries.empty();
}

void forgetOldIds(Turn& turn) {
    auto& seen = turn.state.line.seen;
    const Duration kept = turn.state.constants.pushIdsKept;
    const WallTime from = turn.now.wall - kept;
    const WallTime to = turn.now.wall + kept; // a clock that was ahead
    const auto old = std::erase_if(seen, [&](const auto& entry) { return entry.second < from || entry.second > to; });
    if (old > 0) turn.record(KeepSeenMessages{from, to});
}

} // namespace

const Registration* registrationOf(const Line& line, const std::string& name) {
    const auto found = line.entries.find(name);
    return found == line.entries.end() || found->second.registration.ended ? nullptr : &found->second.registration;
}

void endRegistration(Turn& turn, Line::Entry& entry) {
    if (std::exchange(entry.registration.ended, true)) return;
    entry.registration.rotates = false;
    turn.record(SaveRegistration{entry.registration});
    turn.state.line.told = false;
}

LineWanted wantedOf(const Line& line) {
    LineWanted wanted{.place = line.place, .of = {}, .watch = line.watch};
    for (const auto& [name, entry] : line.entries)
        wanted.of.push_back({entry.registration, entry.fetched, entry.closed, entry.doubted});
    return wanted;
}

// Names of the bus are to be had for nothing: a process that asks by several has no more room for it.
std::optional<Error> roomError(const State& state, const Registration& wanted, const std::string& caller,
                               const std::string& replaces) {
    RegistrationsThere there;
    std::int64_t ofCaller = 0;
    for (const auto& [name, entry] : state.line.entries) {
        if (!entry.registration.successor.empty() || name == replaces) continue; // another has its place
        there.its += entry.registration.app == wanted.app;
        ofCaller += !caller.empty() && entry.caller == caller;
        ++(entry.registration.ended ? there.ended : there.all);
    }
    there.its = std::max(there.its, ofCaller);
    return registrationError(wanted, there, state.constants);
}

std::string heldInStore(const Line& line, const PushMessage& message) {
    const auto entry = line.entries.find(message.registration);
    if (entry == line.entries.end()) return {};
    const Line::Opened& opened = entry->second.opened.at(placeOf(message.urgency));
    return message.arrived < opened.at ? opened.because : std::string();
}

std::optional<Instant> nextLineChange(const Line& line) {
    return earlier(earlier(line.next, line.closedUntil), line.changes);
}

void restoreLine(State& state, Snapshot& snapshot) {
    Line& line = state.line;
    line.place = std::move(snapshot.linePlace);
    line.seen = std::move(snapshot.seenMessages);
    line.told = snapshot.registrations.empty();
    for (Registration& registration : snapshot.registrations) {
        const std::string name = registration.name;
        line.entries.try_emplace(name,
                                 Line::Entry{.registration = std::move(registration), .fetched = {}, .opened = {}});
    }
    // A successor that the store has lost is none.
    for (auto& [name, entry] : line.entries) {
        Registration& registration = entry.registration;
        if (!line.entries.contains(registration.successor)) registration.successor.clear();
        if (registration.successor.empty()) registration.retires.reset();
    }
}

void apply(Turn& turn, const Registered& event) {
    Line& line = turn.state.line;
    Reply reply{.call = event.call, .error = errorIn(turn.state, event)};
    if (!reply.error) {
        const bool isNew = !line.entries.contains(event.name);
        auto& entry = line.entries[event.name];
        Registration wanted = registrationIn(event);
        wanted.cursors = entry.registration.cursors;
        wanted.made = isNew ? turn.now.wall : entry.registration.made;
        wanted.last = entry.registration.last;
        wanted.rotates = entry.registration.rotates;
        wanted.successor = entry.registration.successor;
        wanted.retires = entry.registration.retires;
        wanted.unknown = entry.registration.unknown;
        beAsWanted(line, wanted);
        wanted.untold = entry.registration.untold;
        if (!event.caller.empty()) entry.caller = event.caller;
        if (isTold(wanted, entry.registration)) {
            wanted.untold = true;
            entry.telling.reset();
        }
        if (entry.registration != wanted) {
            entry.registration = std::move(wanted);
            turn.record(SaveRegistration{entry.registration});
            line.told = false;
        }
        if (isNew && !event.replaces.empty()) succeed(turn, event.replaces, event.name);
        if (!event.endpoint.empty()) beginRetirement(turn, event.name);
        turn.state.messages.tryAgain(event.name); // its app is there
    }
    turn.effect(std::move(reply));
}

void apply(Turn& turn, const Unregistered& event) {
    Line& line = turn.state.line;
    if (const auto found = line.entries.find(event.name); found != line.entries.end()) {
        Registration& registration = found->second.registration;
        const bool isRefused = event.everywhere && !registration.ended;
        if (!registration.ended) endReplaced(turn, event.name, event.everywhere);
        if (event.everywhere) {
            if (isRefused && !wantedBeside(line, registration)) tellEnd(turn, registration);
            handOver(turn, registration);
            turn.record(DropRegistration{event.name});
            line.entries.erase(found);
            line.told = false;
        } else if (registration.revoked) { // its connector knows that now
            registration.revoked = false;
            turn.record(SaveRegistration{registration});
            line.told = false;
        } else {
            handOver(turn, registration);
            endRegistration(turn, found->second);
        }
    }
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const LineRead& event) {
    Line& line = turn.state.line;
    const LinePlace before = line.place;
    std::set<std::string> moved;
    if (follow(line, event, moved)) {
        line.anew = turn.now.wall;
        turn.effect(Trace{.what = Trace::What::Line, .result = "anew"});
    }
    // The registration where the line has read further; nullptr: nobody has it, or it was read so far already.
    const auto reads = [&](const Subject& of, std::uint64_t sequence) -> Registration* {
        if (!registrationOf(line, of.registration) || sequence > mostSequence) return nullptr;
        Registration& registration = line.entries.at(of.registration).registration;
        if (sequence == 0) return &registration; // the store does not keep it
        std::uint64_t& cursor = cursorOf(registration, of.urgency);
        if (sequence <= cursor) return nullptr;
        cursor = sequence;
        moved.insert(of.registration);
        return &registration;
    };
    for (const Subject& of : event.missed)
        if (const Registration* const registration = registrationOf(line, of.registration))
            noteMissed(turn, *registration, of.urgency);
    forgetOldIds(turn);
    for (const LineMessage& message : event.messages) {
        Registration* const registration = reads(message.of, message.sequence);
        if (registration && isNew(turn, message.id)) take(turn, message, *registration);
    }
    for (const LineCursor& cursor : event.cursors)
        reads(cursor.of, cursor.sequence);
    for (const std::string& name : event.misused)
        rotateMisused(turn, name);
    noteAsked(turn);
    if (line.place != before) {
        turn.record(SaveLinePlace{line.place});
        line.told = false; // with cursors that it does not know
    }
    for (const std::string& name : moved)
        turn.record(SaveRegistration{line.entries.at(name).registration});
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const LineReported& event) {
    Line& line = turn.state.line;
    if (!line.since || line.up != event.up) line.since = turn.now.wall;
    line.up = event.up;
    line.server = event.up ? event.server : "";
    line.trouble = event.up ? "" : event.trouble;
    line.roundTrip = event.up ? event.roundTrip : Duration{0};
    line.keepAlive.reset();
    if (event.up && event.keepAlive > Duration{0}) line.keepAlive = std::max(event.keepAlive, shortestKeepAlive);
    noteAsked(turn); // a connection begins with a question
}

void apply(Turn& turn, const LinePassedOver& event) {
    constexpr std::size_t mostReasons = 32; // our own line has fewer
    auto& leftOut = turn.state.line.leftOut;
    for (const LeftOut& each : event.what)
        if (leftOut.size() < mostReasons || leftOut.contains(each.reason)) leftOut[each.reason] += each.count;
}

void dropRegistrations(Turn& turn, const AppId& app) {
    for (auto& [name, entry] : turn.state.line.entries)
        if (entry.registration.app == app) endRegistration(turn, entry);
}

void settleLine(Turn& turn) {
    Line& line = turn.state.line;
    if (line.closedUntil && *line.closedUntil <= turn.now.elapsed) line.closedUntil.reset();
    noteRoute(turn);
    settleRotation(turn);
    settleUnknown(turn);
    settleReceivers(turn);
    if (line.entries.empty() && line.told) return;
    const World world = turn.world();
    Urgencies now;
    bool differs = !std::exchange(line.told, true), opens = false;
    for (auto& [name, entry] : line.entries) {
        const bool isThere = !entry.registration.ended && !entry.registration.isWish();
        const AppMemory* const memory = isThere ? memoryOf(turn.state, entry.registration.app) : nullptr;
        Urgencies fetched;
        for (const Urgency urgency : {Urgency::VeryLow, Urgency::Low, Urgency::Normal, Urgency::High}) {
            const std::size_t place = placeOf(urgency);
            const Passage passage = memory ? passageOf(urgency, *memory, world) : Passage{};
            fetched[place] = memory && !line.closedUntil && passage.passes();
            Line::Opened& opened = entry.opened.at(place);
            if (!fetched[place])
                opened.because = passage.heldBy();
            else if (!entry.fetched[place])
                opened.at = turn.now.elapsed;
        }
        now |= fetched;
        differs = differs || fetched != entry.fetched;
        opens = opens || (fetched & ~entry.fetched).any();
        entry.fetched = fetched;
    }
    const bool watch = wantsWatch(turn.state);
    differs = std::exchange(line.watch, watch) != watch || differs;
    if (std::exchange(line.fetched, now) != now)
        turn.effect(Trace{.what = Trace::What::Line, .result = line.closedUntil ? "flood" : "", .to = lettersOf(now)});
    if (differs) turn.effect(wantedOf(line));
    if (opens) noteAsked(turn); // it asks for what waits there
    keepAlive(turn);
}

std::vector<RegistrationView> RegistrationView::all(const State& state, Now now) {
    std::vector<RegistrationView> views;
    for (const auto& [name, entry] : state.line.entries) {
        const Registration& registration = entry.registration;
        views.push_back({.app = registration.app,
                         .connector = registration.connector,
                         .receiver = registration.receiver,
                         .endpoint = registration.endpoint,
                         .fetched = lettersOf(entry.fetched),
                         .made = registration.made,
                         .last = registration.last,
                         .waiting = state.messages.countOf(name),
                         .ended = registration.ended,
                         .retires = registration.retires,
                         .name = registration.own});
        if (const App* const app = state.app(registration.app))
            views.back().messages = messagesViewOf(state, *app, now);
    }
    std::ranges::stable_sort(views, {}, &RegistrationView::app);
    return views;
}

std::vector<LineStatus> LineStatus::all(const State& state, Now now) {
    const Line& line = state.line;
    const auto wall = [&](const std::optional<Instant>& when) {
        return when ? std::optional(wallAt(*when, now)) : std::nullopt;
    };
    LineStatus status{.up = line.up,
                      .server = line.server,
                      .trouble = line.trouble,
                      .since = line.since,
                      .keepAlive = line.keepAlive.value_or(Duration{0}),
                      .asked = line.up ? wall(line.asked) : std::nullopt,
                      .asks = wall(line.next),
                      .fetched = lettersOf(line.fetched),
                      .closedUntil = wall(line.closedUntil),
                      .registrations = std::ssize(line.entries),
                      .unwatched = line.watch ? unwatchedBecause(state) : "",
                      .roundTrip = line.roundTrip,
                      .anew = line.anew,
                      .floods = line.floods,
                      .flooded = line.flooded};
    for (const auto& [reason, count] : line.leftOut)
        status.leftOut.push_back({reason, count});
    for (const auto& [name, entry] : line.entries)
        status.waiting += state.messages.countOf(name);
    return {status};
}

} // namespace stint
