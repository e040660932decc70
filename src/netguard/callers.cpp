#include "netguard/callers.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/result/errors.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"

namespace stint {
namespace {

Result<Peer> peerIn(const wire::Message& answer) {
    if (answer.isError()) return fail(Errc::UNAVAILABLE, "you have left the bus");
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> pid;
    wire::Reader reader(answer);
    STINT_TRY(reader.array("{sv}", [&](wire::Reader& each) {
        return each.entry("sv", [&](wire::Reader& entry) -> Result<void> {
            const std::string key = STINT_TRY(entry.string());
            return entry.variant([&](wire::Reader& value, std::string_view type) -> Result<void> {
                if (key == "UnixUserID" && type == "u")
                    uid = STINT_TRY(value.uint32());
                else if (key == "ProcessID" && type == "u")
                    pid = STINT_TRY(value.uint32());
                else
                    STINT_TRY(value.skip(std::string(type).c_str()));
                return {};
            });
        });
    }));
    if (!uid || !pid) return fail(Errc::SECURITY, "the bus does not say who you are");
    return Peer{*uid, static_cast<pid_t>(*pid)};
}

} // namespace

Result<void> Callers::open() {
    const std::string leaves = wire::ownerChanges("arg2=''");
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_add_match(bus_, &slot, leaves.c_str(), left, this);
    leaving_.reset(slot);
    if (result < 0) return wire::errorFromErrno(-result);
    return {};
}

void Callers::identify(const std::string& name, Then then) {
    const auto found = callers_.find(name);
    if (found != callers_.end()) {
        Caller& caller = *found->second;
        if (caller.peer) return then(admitted(caller));
        return caller.waiting.push_back(std::move(then));
    }
    auto caller = std::make_unique<Caller>();
    caller->owner = this;
    caller->name = name;
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_call_method_async(bus_, &slot, wire::busName, wire::busPath, wire::busName,
                                                "GetConnectionCredentials", answered, caller.get(), "s", name.c_str());
    caller->question.reset(slot);
    if (result < 0) return then(wire::errorFromErrno(-result));
    caller->waiting.push_back(std::move(then));
    callers_.emplace(name, std::move(caller));
}

Result<void> Callers::mayCall(std::string_view name) const {
    const auto found = callers_.find(name);
    if (found != callers_.end() && found->second->peer) STINT_TRY(admitted(*found->second));
    return {};
}

/// A connection too many stays known, so that its calls cost no further question.
Result<Peer> Callers::admitted(Caller& caller) const {
    if (!caller.isServed) {
        const auto served = std::ranges::count_if(callers_, [&](const auto& each) {
            return each.second->isServed && each.second->peer->uid == caller.peer->uid;
        });
        if (static_cast<std::size_t>(served) >= mostOfUser)
            return fail(Errc::BUSY, "user {} has {} connections to stint-netguard already", caller.peer->uid,
                        mostOfUser);
        caller.isServed = true;
    }
    return *caller.peer;
}

int Callers::left(sd_bus_message* signal, void* data, sd_bus_error*) {
    Callers& self = *static_cast<Callers*>(data);
    const auto change = wire::ownerChangeIn(signal);
    if (!change) return 0;
    const auto gone = self.callers_.extract(change->name);
    if (!gone.empty()) self.gone_(gone.key());
    return 0;
}

int Callers::answered(sd_bus_message* answer, void* data, sd_bus_error*) {
    auto& caller = *static_cast<Caller*>(data);
    caller.owner->settle(caller, peerIn(wire::Message::sharing(answer)));
    return 0;
}

void Callers::settle(Caller& caller, Result<Peer> peer) {
    const auto waiting = std::exchange(caller.waiting, {});
    if (peer) {
        caller.peer = *peer;
        peer = admitted(caller);
    } else {
        callers_.erase(std::string(caller.name));
    }
    for (const Then& then : waiting)
        then(peer);
}

namespace {

constexpr const char* polkitName = "org.freedesktop.PolicyKit1";
constexpr const char* polkitPath = "/org/freedesktop/PolicyKit1/Authority";
constexpr const char* polkitInterface = "org.freedesktop.PolicyKit1.Authority";

Result<void> verdictIn(const wire::Message& answer, const char* action) {
    if (answer.isError()) {
        const Error error = answer.error();
        if (error.code == Errc::BUSY ||
            error.code == Errc::UNAVAILABLE) // somebody has filled its queue, or it has ended
            return fail(Errc::BUSY, "polkit does not say now whether you may ({})", error.message);
        return fail(Errc::SECURITY, "polkit cannot be asked whether you may ({}); without it only root may",
                    error.message);
    }
    bool may = false;
    wire::Reader reader(answer);
    STINT_TRY(reader.structure("bba{ss}", [&](wire::Reader& fields) -> Result<void> {
        may = STINT_TRY(fields.boolean());
        return fields.skip("ba{ss}");
    }));
    if (may) return {};
    return fail(Errc::SECURITY,
                "polkit does not let you ({}): it lets users who are active at this machine; an administrator can let "
                "others by a rule in /etc/polkit-1/rules.d",
                action);
}

} // namespace

void Authority::ask(const std::string& name, const Peer& peer, const char* action, Allowed then) {
    if (peer.uid == 0) return then({});
    users_[peer.uid].waiting.push_back(
        std::make_unique<Question>(Question{this, name, peer.uid, action, std::move(then)}));
    askNext(peer.uid);
}

void Authority::askNext(uid_t user) {
    User& its = users_[user];
    while (its.asked < mostAtOnce && !its.waiting.empty()) {
        auto question = std::move(its.waiting.front());
        its.waiting.pop_front();
        constexpr std::uint32_t noInteraction = 0;
        const int result =
            sd_bus_call_method_async(bus_, nullptr, polkitName, polkitPath, polkitInterface, "CheckAuthorization",
                                     answered, question.get(), "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s",
                                     question->name.c_str(), question->action, 0, noInteraction, "");
        if (result < 0) {
            question->then(wire::errorFromErrno(-result));
            continue;
        }
        ++its.asked;
        (void)question.release(); // answered() owns it; an answer always comes, if only that none came in time
    }
    if (its.asked == 0) users_.erase(user);
}

int Authority::answered(sd_bus_message* answer, void* data, sd_bus_error*) {
    const std::unique_ptr<Question> question(static_cast<Question*>(data));
    --question->owner->users_[question->user].asked;
    question->then(verdictIn(wire::Message::sharing(answer), question->action));
    question->owner->askNext(question->user);
    return 0;
}

} // namespace stint
