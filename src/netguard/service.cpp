#include "netguard/service.hpp"

#include <utility>
#include <vector>

#include <sys/epoll.h>

#include "base/fail.hpp"
#include "base/try.hpp"
#include "wire/errors.hpp"
#include "wire/names.hpp"
#include "wire/reader.hpp"

namespace stint {
namespace {

constexpr std::size_t mostChanges = Claims::mostOfUser;

std::string senderOf(const wire::Message& call) {
    const char* const sender = sd_bus_message_get_sender(call.get());
    return sender ? sender : "";
}

Error tooMany(const char* what) {
    return fail(Errc::ILLEGAL_ARGUMENT, "more than {} {} in one call", mostChanges, what);
}

Result<void> replyWith(const wire::Message& call, const char* type, auto value) {
    const wire::Message reply = STINT_TRY(wire::newReply(call));
    if (const int result = sd_bus_message_append(reply.get(), type, value); result < 0)
        return wire::errorFromErrno(-result);
    if (const int result = sd_bus_send(nullptr, reply.get(), nullptr); result < 0) return wire::errorFromErrno(-result);
    return {};
}

int appendRow(sd_bus_message* reply, const Claims::Row& row) {
    return sd_bus_message_append(reply, "(ttt)", row.cgroup.value, row.counted.in, row.counted.out);
}

} // namespace

NetguardService::NetguardService(sd_bus* bus, Result<Claims*> claims, WakeTimer& wakes, std::filesystem::path mount)
    : bus_(bus), claims_(std::move(claims)), wakes_(wakes), mount_(std::move(mount)),
      callers_(bus, [this](const std::string& caller) { gone(caller); }) {}

Result<void> NetguardService::open() {
    // dbus/org.stint.NetGuard1.xml; a test compares them.
    // clang-format off
    static const sd_bus_vtable methods[] = {
        SD_BUS_VTABLE_START(0),
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
    return {};
}

template <NetguardService::Handler handler>
int NetguardService::handle(sd_bus_message* message, void* data, sd_bus_error*) {
    auto& self = *static_cast<NetguardService*>(data);
    const auto call = wire::Message::sharing(message);
    if (auto done = (self.*handler)(call); !done) (void)wire::replyError(call, done.error());
    return 1;
}

void NetguardService::gone(const std::string& caller) {
    if (claims_) (*claims_)->gone(caller);
    wakes_.gone(caller);
    inFlight_.erase(caller);
}

Result<void> NetguardService::later(const wire::Message& call, const char* action, Work may, Work work) {
    const std::string caller = senderOf(call);
    unsigned& waiting = inFlight_[caller];
    if (waiting >= mostInFlight)
        return fail(Errc::BUSY, "{} of your calls are not answered yet; wait for them", mostInFlight);
    ++waiting;
    callers_.identify(caller, [=, this](const Result<Peer>& peer) {
        if (!peer) return answer(call, peer.error());
        if (auto allowed = may(*peer); !allowed) return answer(call, allowed);
        askPolkit(bus_, caller, *peer, action, [=, this, who = *peer](const Result<void>& allowed) {
            // Whoever has gone meanwhile would be served for ever.
            if (!inFlight_.contains(caller)) return;
            answer(call, allowed ? work(who) : allowed);
        });
    });
    return {};
}

void NetguardService::answer(const wire::Message& call, const Result<void>& done) {
    const auto waiting = inFlight_.find(senderOf(call));
    if (waiting != inFlight_.end() && --waiting->second == 0) inFlight_.erase(waiting);
    if (!done) (void)wire::replyError(call, done.error());
}

Result<void> NetguardService::watch(const wire::Message& call) {
    Claims* const claims = STINT_TRY(this->claims());
    wire::Reader arguments(call);
    // Shared, because a function object is copied.
    const auto cgroup = std::make_shared<Claims::Cgroup>();
    cgroup->directory = STINT_TRY(arguments.descriptor());
    cgroup->id = STINT_TRY(cgroupIdOf(cgroup->directory));
    return later(
        call, networkAction,
        [=, this](const Peer& peer) -> Result<void> {
            cgroup->depth = STINT_TRY(mayName(cgroup->directory, peer, mount_));
            return {};
        },
        [=, caller = senderOf(call)](const Peer& peer) -> Result<void> {
            const CgroupId id = cgroup->id;
            STINT_TRY(claims->watch(caller, peer.uid, std::move(*cgroup)));
            return replyWith(call, "t", id.value);
        });
}

Result<void> NetguardService::forget(const wire::Message& call) {
    Claims* const claims = STINT_TRY(this->claims());
    wire::Reader arguments(call);
    STINT_TRY(claims->forget(senderOf(call), CgroupId{STINT_TRY(arguments.uint64())}));
    return wire::replyDone(call);
}

Result<void> NetguardService::setBlocked(const wire::Message& call) {
    Claims* const claims = STINT_TRY(this->claims());
    std::vector<Claims::Change> changes;
    wire::Reader arguments(call);
    STINT_TRY(arguments.array("(tb)", [&](wire::Reader& each) -> Result<void> {
        if (changes.size() >= mostChanges) return tooMany("changes");
        return each.structure("tb", [&](wire::Reader& fields) -> Result<void> {
            const CgroupId cgroup{STINT_TRY(fields.uint64())};
            changes.push_back({cgroup, STINT_TRY(fields.boolean())});
            return {};
        });
    }));
    STINT_TRY(claims->setBlocked(senderOf(call), changes));
    return wire::replyDone(call);
}

Result<void> NetguardService::counters(const wire::Message& call) {
    Claims* const claims = STINT_TRY(this->claims());
    std::vector<CgroupId> cgroups;
    wire::Reader arguments(call);
    STINT_TRY(arguments.array("t", [&](wire::Reader& each) -> Result<void> {
        if (cgroups.size() >= mostChanges) return tooMany("cgroups");
        cgroups.push_back({STINT_TRY(each.uint64())});
        return {};
    }));
    const auto rows = STINT_TRY(claims->counters(senderOf(call), cgroups));
    const wire::Message reply = STINT_TRY(wire::newReply(call));
    int result = sd_bus_message_open_container(reply.get(), SD_BUS_TYPE_ARRAY, "(ttt)");
    for (const Claims::Row& row : rows)
        if (result >= 0) result = appendRow(reply.get(), row);
    if (result >= 0) result = sd_bus_message_close_container(reply.get());
    if (result >= 0) result = sd_bus_send(bus_, reply.get(), nullptr);
    if (result < 0) return wire::errorFromErrno(-result);
    return {};
}

Result<void> NetguardService::tellAt(const wire::Message& call) {
    Claims* const claims = STINT_TRY(this->claims());
    wire::Reader arguments(call);
    const CgroupId cgroup{STINT_TRY(arguments.uint64())};
    const std::uint64_t total = STINT_TRY(arguments.uint64());
    tellPassed(); // before, so that there is room for what this one will have told
    STINT_TRY(claims->tellAt(senderOf(call), cgroup, total));
    STINT_TRY(wire::replyDone(call));
    tellPassed();
    return {};
}

/// To each caller alone what is its own.
void NetguardService::tellPassed() {
    for (const Claims::Passed& each : (*claims_)->passed()) {
        const auto& [cgroup, counted] = each.row;
        const auto signal = wire::newSignal(bus_, wire::netguardInterface, "Passed");
        if (signal && sd_bus_message_set_destination(signal->get(), each.caller.c_str()) >= 0 &&
            sd_bus_message_append(signal->get(), "ttt", cgroup.value, counted.in, counted.out) >= 0)
            (void)wire::send(bus_, *signal);
    }
}

Result<void> NetguardService::hear(sd_event* loop, int told) {
    sd_event_source* source = nullptr;
    const auto passed = [](sd_event_source*, int, std::uint32_t, void* self) {
        static_cast<NetguardService*>(self)->tellPassed();
        return 0;
    };
    const int result = sd_event_add_io(loop, &source, told, EPOLLIN, passed, this);
    heard_.reset(source);
    if (result < 0) return wire::errorFromErrno(-result);
    return {};
}

Result<void> NetguardService::armWake(const wire::Message& call) {
    wire::Reader arguments(call);
    const std::uint64_t when = STINT_TRY(arguments.uint64());
    const std::string reason = STINT_TRY(arguments.string());
    constexpr std::uint64_t latest = INT64_MAX;
    if (when > latest) return fail(Errc::ILLEGAL_ARGUMENT, "{} µs since the boot is no time", when);
    const WakeBook::Time at(static_cast<std::int64_t>(when));
    return later(
        call, wakeAction, [](const Peer&) { return Result<void>(); },
        [=, this, caller = senderOf(call)](const Peer& peer) -> Result<void> {
            return replyWith(call, "u", STINT_TRY(wakes_.arm(caller, peer.uid, at, reason)));
        });
}

Result<void> NetguardService::disarm(const wire::Message& call) {
    wire::Reader arguments(call);
    STINT_TRY(wakes_.disarm(senderOf(call), STINT_TRY(arguments.uint32())));
    return wire::replyDone(call);
}

} // namespace stint
