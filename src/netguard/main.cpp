// stint-netguard: cuts apps off the network, counts their bytes, and wakes the machine, for the stintd of each user.
// The one program of Stint with a privilege: it loads its BPF programs, gives up all but two capabilities, and answers
// on the system bus, which starts it. All that it does ends with it, and with the caller that asked for it.
#include <cstring>
#include <optional>
#include <string_view>

#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "base/cgroup/cgroup.hpp"
#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/process.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/names.hpp"
#include "netguard/bpf_filter.hpp"
#include "netguard/confinement.hpp"
#include "netguard/service.hpp"

namespace {

using namespace stint;

constexpr const char* self = "stint-netguard";
/// The account of this program alone, so that no other user may end or freeze its processes. netguard-setup makes it.
constexpr const char* ownAccount = "stint-netguard";

void say(const std::string& line) { complain(self, line); }

Result<std::filesystem::path> mountOfCgroups() {
    const auto mount = unifiedMount();
    if (!mount) return fail(Errc::SYSTEM, "no cgroup v2 is mounted");
    return mount->point;
}

Result<void> serve(const Account& account) {
    const std::filesystem::path mount = STINT_TRY(mountOfCgroups());
    auto filter = BpfFilter::load(mount);
    Turns turns;
    auto sockets = KernelSockets::open(turns);
    sd_event* loop = nullptr;
    if (sd_event_default(&loop) < 0) return Error{Errc::SYSTEM, "cannot make an event loop"};
    // Opened as root: the bus lets nobody else have the name.
    sd_bus* opened = nullptr;
    int result = sd_bus_open_system(&opened);
    const wire::Bus bus(opened);
    if (result < 0) return within("no system bus", wire::errorFromErrno(-result));
    STINT_TRY(confine(account));

    std::optional<Claims> claims;
    if (filter && sockets) claims.emplace(**filter, **sockets);
    // A kernel that refuses the filter may still wake the machine; a request for a cut is answered with the reason.
    if (!filter) say(filter.error().message);
    if (!sockets) say(sockets.error().message);
    WakeTimer wakes(loop, say);
    const auto guarded =
        claims ? Result<Claims*>(&*claims)
               : Result<Claims*>(Error{Errc::UNAVAILABLE, filter ? sockets.error().message : filter.error().message});
    NetguardService service(bus.get(), turns, guarded, wakes, mount);
    STINT_TRY(service.open());
    STINT_TRY(service.serve(loop));
    if (claims) STINT_TRY(service.hear(loop, (*filter)->ring()));
    result = sd_bus_request_name(bus.get(), wire::netguardName, 0);
    if (result < 0)
        return fail(Errc::SYSTEM, "cannot be {} on the system bus: {}", wire::netguardName, std::strerror(-result));
    result = sd_bus_attach_event(bus.get(), loop, SD_EVENT_PRIORITY_NORMAL);
    // systemd ends a process that stands still, which frees everybody it has cut; without systemd nobody watches it.
    if (result >= 0) result = sd_event_set_watchdog(loop, 1);
    if (result >= 0) result = sd_bus_set_exit_on_disconnect(bus.get(), 1);
    if (result < 0) return wire::errorFromErrno(-result);
    sd_notify(0, "READY=1");
    result = sd_event_loop(loop);
    if (result < 0) return wire::errorFromErrno(-result);
    return {};
}

} // namespace

int main(int count, char** words) {
    // The account that it becomes, once it needs root no more.
    std::string user = ownAccount;
    if (count == 3 && std::string_view(words[1]) == "--user")
        user = words[2];
    else if (count > 1)
        return startedByHand(self, "cuts apps off the network for stintd; the system bus starts it", words[1]);
    const auto account = accountOf(user);
    if (!account) {
        say(account.error().message);
        return ends::configuration; // no account: the unit does not restart it
    }
    if (auto served = serve(*account); !served) {
        say(served.error().message);
        return ends::system;
    }
    return 0;
}
