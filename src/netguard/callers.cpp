#include "netguard/callers.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/fail.hpp"
#include "base/try.hpp"
#include "wire/errors.hpp"
#include "wire/reader.hpp"
#include "wire/session_bus.hpp"

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

std::size_t Callers::countOf(uid_t uid) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        callers_, [uid](const auto& each) { return each.second->peer && each.second->peer->uid == uid; }));
}

std::size_t Callers::countUnknown() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(callers_, [](const auto& each) { return !each.second->peer; }));
}

void Callers::identify(const std::string& name, Then then) {
    const auto found = callers_.find(name);
    if (found != callers_.end()) {
        Caller& caller = *found->second;
        if (caller.peer) return then(*caller.peer);
        return caller.waiting.push_back(std::move(then));
    }
    if (countUnknown() >= mostUnknown) return then(fail(Errc::BUSY, "too many callers at once; ask again"));
    auto caller = std::make_unique<Caller>();
    caller->owner = this;
    caller->name = name;
    const int result = ask(*caller);
    if (result < 0) return then(wire::errorFromErrno(-result));
    caller->waiting.push_back(std::move(then));
    callers_.emplace(name, std::move(caller));
}

/// Behind the watch: whoever leaves between the two is told of.
int Callers::ask(Caller& caller) {
    const std::string leaves = fmt::format("type='signal',sender='{0}',path='{1}',interface='{0}',"
                                           "member='NameOwnerChanged',arg0='{2}',arg2=''",
                                           wire::busName, wire::busPath, caller.name);
    sd_bus_slot* slot = nullptr;
    int result = sd_bus_add_match_async(bus_, &slot, leaves.c_str(), left, watched, &caller);
    caller.watch.reset(slot);
    if (result < 0) return result;
    slot = nullptr;
    result = sd_bus_call_method_async(bus_, &slot, wire::busName, wire::busPath, wire::busName,
                                      "GetConnectionCredentials", told, &caller, "s", caller.name.c_str());
    caller.question.reset(slot);
    return result;
}

/// The bus has a limit of rules, too: then this caller cannot be served, and all others can.
int Callers::watched(sd_bus_message* answer, void* data, sd_bus_error*) {
    auto& caller = *static_cast<Caller*>(data);
    const auto message = wire::Message::sharing(answer);
    if (message.isError()) caller.owner->settle(caller, fail(Errc::BUSY, "too many callers on this bus; ask again"));
    return 0;
}

int Callers::left(sd_bus_message*, void* data, sd_bus_error*) {
    auto& caller = *static_cast<Caller*>(data);
    Callers& self = *caller.owner;
    const auto gone = self.callers_.extract(caller.name);
    if (!gone.empty()) self.gone_(gone.key());
    return 0;
}

int Callers::told(sd_bus_message* answer, void* data, sd_bus_error*) {
    auto& caller = *static_cast<Caller*>(data);
    Callers& self = *caller.owner;
    auto peer = peerIn(wire::Message::sharing(answer));
    if (peer && self.countOf(peer->uid) >= mostOfUser)
        peer = fail(Errc::BUSY, "user {} has {} connections to stint-netguard already", peer->uid, mostOfUser);
    self.settle(caller, std::move(peer));
    return 0;
}

void Callers::settle(Caller& caller, Result<Peer> peer) {
    const auto waiting = std::exchange(caller.waiting, {});
    if (peer)
        caller.peer = *peer;
    else
        callers_.erase(std::string(caller.name));
    for (const Then& then : waiting)
        then(peer);
}

} // namespace stint
