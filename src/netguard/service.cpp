#include "netguard/service.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <sys/epoll.h>

#include "base/result/errors.hpp"
#include "base/version/version.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/names.hpp"
#include "link/wire/reader.hpp"

namespace stint {
namespace {

/// The most messages that are taken in before a piece of work is done. The bus delivers everybody's in one queue, so
/// taking in or refusing them comes first, but not for ever.
constexpr unsigned messagesAPiece = 64;

std::string senderOf(const wire::Message& call) {
    const char* const sender = sd_bus_message_get_sender(call.get());
    return sender ? sender : "";
}

/// A list is read before its user's turn: one that is too long is refused before it is read through.
Error tooMany(const char* what) {
    return fail(Errc::ILLEGAL_ARGUMENT, "more than {} {} in one call; make several", wire::mostGuarded, what);
}

/// All of a call that an answer needs. Its descriptors and its contents would be kept as long as it is not answered.
Result<wire::Message> withoutContents(const wire::Message& call) {
    sd_bus_message* made = nullptr;
    int result = sd_bus_message_new_method_call(
        sd_bus_message_get_bus(call.get()), &made, nullptr, sd_bus_message_get_path(call.get()),
        sd_bus_message_get_interface(call.get()), sd_bus_message_get_member(call.get()));
    auto rest = wire::Message::owning(made);
    if (result >= 0) result = sd_bus_message_set_sender(made, sd_bus_message_get_sender(call.get()));
    if (result >= 0) result = sd_bus_message_set_expect_reply(made, call.expectsReply());
    if (result >= 0) result = sd_bus_message_seal(made, call.cookie(), 0);
    if (result < 0) return wire::errorFromErrno(-result);
    return rest;
}

Result<void> replyWith(const wire::Message& call, const char* type, auto... value) {
    const wire::Message reply = STINT_TRY(wire::newReply(call));
    if (const int result = sd_bus_message_append(reply.get(), type, value...); result < 0)
        return wire::errorFromErrno(-result);
    if (const int result = sd_bus_send(nullptr, reply.get(), nullptr); result < 0) return wire::errorFromErrno(-result);
    return {};
}

Result<void> replyRows(const wire::Message& call, const std::vector<Claims::Row>& rows) {
    const wire::Message reply = STINT_TRY(wire::newReply(call));
    int result = sd_bus_message_open_container(reply.get(), SD_BUS_TYPE_ARRAY, "(ttt)");
    for (const auto& [cgroup, counted] : rows)
        if (result >= 0) result = sd_bus_message_append(reply.get(), "(ttt)", cgroup.value, counted.in, counted.out);
    if (result >= 0) result = sd_bus_message_close_container(reply.get());
    if (result >= 0) result = sd_bus_send(nullptr, reply.get(), nullptr);
    if (result < 0) return wire::errorFromErrno(-result);
    return {};
}

} // namespace

NetguardService::NetguardService(sd_bus* bus, Turns& turns, Result<Claims*> claims, WakeTimer& wakes,
                                 std::filesystem::path mount)
    : bus_(bus), turns_(turns), claims_(std::move(claims)), wakes_(wakes), mount_(std::move(mount)),
      callers_(bus, [this](const std::string& caller) { gone(caller); }), authority_(bus) {}

Result<void> NetguardService::open() {
    // dbus/org.stint.NetGuard1.xml has the same; a test compares them.
    // clang-format off
    static const sd_bus_vtable methods[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Version",    "",      "ss",     handle<&NetguardService::version>,    SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Watch",      "h",     "t",      handle<&NetguardService::watch>,      SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Forget",     "t",     "",       handle<&NetguardService::forget>,     SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("SetBlocked", "a(tb)", "",       handle<&NetguardService::setBlocked>, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Counters",   "at",    "a(ttt)", handle<&NetguardService::counters>,   SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("TellAt",     "tt",    "",       handle<&NetguardService::tellAt>,     SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_SIGNAL("Passed",     "ttt",   0),
        SD_BUS_METHOD("ArmWake",    "ts",    "u",      handle<&NetguardService::armWake>,    SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Disarm",     "u",     "",       handle<&NetguardService::disarm>,     SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
    };
    // clang-format on
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_add_object_vtable(bus_, &slot, wire::objectPath, wire::netguardInterface, methods, this);
    object_.reset(slot);
    if (result < 0) return wire::errorFromErrno(-result);
    return callers_.open();
}

Result<void> NetguardService::serve(sd_event* loop) {
    sd_bus_slot* slot = nullptr;
    int result = sd_bus_add_filter(bus_, &slot, heardMessage, this);
    messagesHeard_.reset(slot);
    sd_event_source* source = nullptr;
    if (result >= 0) result = sd_event_add_post(loop, &source, takeAll, this);
    rest_.reset(source);
    source = nullptr;
    constexpr std::uint64_t exactly = 1;
    if (result >= 0) result = sd_event_add_time(loop, &source, CLOCK_MONOTONIC, 0, exactly, doPiece, this);
    turn_.reset(source);
    if (result >= 0) result = sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IDLE);
    if (result < 0) return wire::errorFromErrno(-result);
    turns_.whenChanged([this] { awaitTurn(); });
    awaitTurn();
    return {};
}

/// Takes in more messages, up to `messagesAPiece`. The bus's own event source takes one for each turn of the loop,
/// which costs more than refusing one: a flood would come faster than it is taken.
int NetguardService::takeAll(sd_event_source*, void* data) {
    NetguardService& self = *static_cast<NetguardService*>(data);
    for (unsigned n = 0; n < messagesAPiece && sd_bus_process(self.bus_, nullptr) > 0; ++n) {
    }
    return 0;
}

int NetguardService::doPiece(sd_event_source*, std::uint64_t, void* data) {
    NetguardService& self = *static_cast<NetguardService*>(data);
    self.messages_ = 0;
    self.serveNext();
    return 0;
}

void NetguardService::serveNext() {
    turns_.next(Turns::Time(loopTime(sd_event_source_get_event(turn_.get()))));
    awaitTurn();
}

void NetguardService::awaitTurn() {
    const auto at = turns_.nextAt();
    if (at)
        sd_event_source_set_time(turn_.get(), static_cast<std::uint64_t>(std::max(*at, Turns::Time::zero()).count()));
    sd_event_source_set_enabled(turn_.get(), at ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

Result<void> NetguardService::mayCall(std::string_view caller) const {
    const auto found = inFlight_.find(caller);
    static const Error busy = fail(Errc::BUSY, "{} of your calls are not answered yet; wait for them", mostInFlight);
    if (found != inFlight_.end() && found->second >= mostInFlight) return busy;
    return callers_.mayCall(caller);
}

/// Refuses the calls of a caller with too many before anything else of the message is read: that must be cheaper than
/// sending it.
int NetguardService::heardMessage(sd_bus_message* message, void* data, sd_bus_error*) {
    NetguardService& self = *static_cast<NetguardService*>(data);
    if (++self.messages_ % messagesAPiece == 0) self.serveNext();
    const char* const caller = sd_bus_message_get_sender(message);
    if (!caller || sd_bus_message_is_method_call(message, nullptr, nullptr) <= 0) return 0;
    const auto allowed = self.mayCall(caller);
    if (allowed) return 0; // it is dispatched
    if (sd_bus_message_get_expect_reply(message) > 0)
        (void)wire::replyError(wire::Message::sharing(message), allowed.error());
    return 1;
}

template <NetguardService::Handler handler>
int NetguardService::handle(sd_bus_message* message, void* data, sd_bus_error*) {
    const auto call = wire::Message::sharing(message);
    if (auto taken = static_cast<NetguardService*>(data)->take(call, handler); !taken)
        (void)wire::replyError(call, taken.error());
    return 1;
}

void NetguardService::gone(const std::string& caller) {
    if (claims_) (*claims_)->gone(caller);
    wakes_.gone(caller);
    inFlight_.erase(caller);
}

Result<void> NetguardService::take(const wire::Message& call, Handler handler) {
    const std::string caller = senderOf(call);
    const auto parsed = (this->*handler)(call);
    // A call that is wrong waits for its turn, too: it has cost as much as any.
    const Work work =
        parsed ? *parsed : Work{.act = [error = parsed.error()](const wire::Message&, const Peer&) -> Result<void> {
            return error;
        }};
    const wire::Message rest = STINT_TRY(withoutContents(call));
    ++inFlight_[caller];
    callers_.identify(caller, [=, this](const Result<Peer>& peer) {
        if (!peer) return answer(rest, peer.error());
        turns_.add(peer->uid, [=, this, who = *peer] {
            perform(rest, work, who);
            return Turns::Then::Done;
        });
    });
    return {};
}

void NetguardService::perform(const wire::Message& call, const Work& work, const Peer& peer) {
    if (!work.action) return answer(call, work.act(call, peer));
    if (auto allowed = work.may ? work.may(peer) : Result<void>(); !allowed) return answer(call, allowed);
    const std::string caller = senderOf(call);
    authority_.ask(caller, peer, work.action, [=, this](const Result<void>& allowed) {
        // The state of a caller that has gone meanwhile would stay for ever.
        if (!inFlight_.contains(caller)) return;
        answer(call, allowed ? work.act(call, peer) : allowed);
    });
}

void NetguardService::answer(const wire::Message& call, const Result<void>& done) {
    const auto waiting = inFlight_.find(senderOf(call));
    STINT_CHECK(waiting == inFlight_.end() || waiting->second > 0);
    if (waiting != inFlight_.end() && --waiting->second == 0) inFlight_.erase(waiting);
    if (!done) (void)wire::replyError(call, done.error());
}

Result<NetguardService::Work> NetguardService::version(const wire::Message&) {
    return Work{.act = [](const wire::Message& call, const Peer&) {
        const Build& own = ownBuild();
        return replyWith(call, "ss", std::string(own.version).c_str(), std::string(own.commit).c_str());
    }};
}

Result<NetguardService::Work> NetguardService::watch(const wire::Message& asked) {
    Claims* const claims = STINT_TRY(claims_);
    wire::Reader arguments(asked);
    // Shared, since a function object is copied.
    const auto cgroup = std::make_shared<Claims::Cgroup>();
    cgroup->directory = STINT_TRY(arguments.descriptor());
    cgroup->id = STINT_TRY(cgroupIdOf(cgroup->directory));
    return Work{.act = [=](const wire::Message& call, const Peer& peer) -> Result<void> {
                    const CgroupId id = cgroup->id;
                    STINT_TRY(claims->watch(senderOf(call), peer.uid, std::move(*cgroup)));
                    return replyWith(call, "t", id.value);
                },
                .action = networkAction,
                .may = [=, this](const Peer& peer) -> Result<void> {
                    cgroup->depth = STINT_TRY(mayName(cgroup->directory, peer, mount_));
                    return {};
                }};
}

Result<NetguardService::Work> NetguardService::forget(const wire::Message& asked) {
    Claims* const claims = STINT_TRY(claims_);
    wire::Reader arguments(asked);
    const CgroupId cgroup{STINT_TRY(arguments.uint64())};
    return Work{.act = [=](const wire::Message& call, const Peer&) -> Result<void> {
        STINT_TRY(claims->forget(senderOf(call), cgroup));
        return wire::replyDone(call);
    }};
}

Result<NetguardService::Work> NetguardService::setBlocked(const wire::Message& asked) {
    Claims* const claims = STINT_TRY(claims_);
    std::vector<Claims::Change> changes;
    wire::Reader arguments(asked);
    STINT_TRY(arguments.array("(tb)", [&](wire::Reader& each) -> Result<void> {
        if (changes.size() >= wire::mostGuarded) return tooMany("changes");
        return each.structure("tb", [&](wire::Reader& fields) -> Result<void> {
            const CgroupId cgroup{STINT_TRY(fields.uint64())};
            const bool blocked = STINT_TRY(fields.boolean());
            changes.push_back({cgroup, blocked});
            return {};
        });
    }));
    return Work{.act = [=](const wire::Message& call, const Peer&) -> Result<void> {
        STINT_TRY(claims->setBlocked(senderOf(call), changes));
        return wire::replyDone(call);
    }};
}

Result<NetguardService::Work> NetguardService::counters(const wire::Message& asked) {
    Claims* const claims = STINT_TRY(claims_);
    std::vector<CgroupId> cgroups;
    wire::Reader arguments(asked);
    STINT_TRY(arguments.array("t", [&](wire::Reader& each) -> Result<void> {
        if (cgroups.size() >= wire::mostGuarded) return tooMany("cgroups");
        const CgroupId cgroup{STINT_TRY(each.uint64())};
        cgroups.push_back(cgroup);
        return {};
    }));
    return Work{.act = [=](const wire::Message& call, const Peer&) -> Result<void> {
        const auto rows = STINT_TRY(claims->counters(senderOf(call), cgroups));
        return replyRows(call, rows);
    }};
}

Result<NetguardService::Work> NetguardService::tellAt(const wire::Message& asked) {
    Claims* const claims = STINT_TRY(claims_);
    wire::Reader arguments(asked);
    const CgroupId cgroup{STINT_TRY(arguments.uint64())};
    const std::uint64_t total = STINT_TRY(arguments.uint64());
    return Work{.act = [=, this](const wire::Message& call, const Peer&) -> Result<void> {
        tellPassed(); // reports first, so that the ring has room for this one
        STINT_TRY(claims->tellAt(senderOf(call), cgroup, total));
        STINT_TRY(wire::replyDone(call));
        tellPassed();
        return {};
    }};
}

/// Sends each caller only its own.
void NetguardService::tellPassed() {
    for (const Claims::Passed& each : (*claims_)->passed()) {
        const auto& [cgroup, counted] = each.row;
        const auto signal = wire::newSignal(bus_, wire::netguardInterface, "Passed");
        if (signal && sd_bus_message_set_destination(signal->get(), each.caller.c_str()) >= 0 &&
            sd_bus_message_append(signal->get(), "ttt", cgroup.value, counted.in, counted.out) >= 0)
            (void)wire::send(bus_, *signal);
    }
}

Result<void> NetguardService::hear(sd_event* loop, int ring) {
    sd_event_source* source = nullptr;
    const auto passed = [](sd_event_source*, int, std::uint32_t, void* self) {
        static_cast<NetguardService*>(self)->tellPassed();
        return 0;
    };
    const int result = sd_event_add_io(loop, &source, ring, EPOLLIN, passed, this);
    heard_.reset(source);
    if (result < 0) return wire::errorFromErrno(-result);
    return {};
}

Result<NetguardService::Work> NetguardService::armWake(const wire::Message& asked) {
    wire::Reader arguments(asked);
    const std::uint64_t when = STINT_TRY(arguments.uint64());
    const std::string reason = STINT_TRY(arguments.string());
    STINT_TRY(WakeBook::checkReason(reason)); // it is kept until its turn comes
    constexpr std::uint64_t latest = INT64_MAX;
    if (when > latest) return fail(Errc::ILLEGAL_ARGUMENT, "{} µs since the boot is not a time", when);
    const WakeBook::Time at(static_cast<std::int64_t>(when));
    return Work{.act = [=, this](const wire::Message& call, const Peer& peer) -> Result<void> {
                    const std::uint32_t alarm = STINT_TRY(wakes_.arm(senderOf(call), peer.uid, at, reason));
                    return replyWith(call, "u", alarm);
                },
                .action = wakeAction};
}

Result<NetguardService::Work> NetguardService::disarm(const wire::Message& asked) {
    wire::Reader arguments(asked);
    const std::uint32_t alarm = STINT_TRY(arguments.uint32());
    return Work{.act = [=, this](const wire::Message& call, const Peer&) -> Result<void> {
        STINT_TRY(wakes_.disarm(senderOf(call), alarm));
        return wire::replyDone(call);
    }};
}

} // namespace stint
