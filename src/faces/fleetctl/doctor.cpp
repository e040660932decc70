// `stint fleet doctor` (fleet.md §8.1): what campaigns need to go, and which of it is missing, in the form of `stint
// push doctor`.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <sys/timex.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/pushctl/server/findings.hpp"
#include "faces/pushctl/server/serving.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/findings.hpp"
#include "push/serving/serving.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
using wire::Finding;
using Grade = Finding::Grade;
namespace ends = cli::ends;

namespace {

constexpr std::uint64_t nearlyFull = 80; ///< percent

/// /v1/health of the door.
struct Health {
    bool isOpen = false;
    std::string why;
    std::uint32_t devices = 0, unseen = 0, ending = 0, cloned = 0;
    std::optional<std::uint64_t> used, most; ///< bytes of reports; nullopt: the broker is away
};
Result<Health> healthIn(const cli::Json& row) {
    Members members(row);
    const Health health{.isOpen = members.flag("open"),
                        .why = members.text("why"),
                        .devices = members.count("devices"),
                        .unseen = members.count("unseen"),
                        .ending = members.count("ending"),
                        .cloned = members.count("cloned"),
                        .used = members.sizeOrNull("used"),
                        .most = members.sizeOrNull("most")};
    if (members.isWrong()) return noAnswer();
    return health;
}

Finding aboutBroker(const Health& health) {
    if (health.isOpen) return {"broker", Grade::Enforced, "it is there, and all of it was read: campaigns go", ""};
    return {"broker", Grade::Trouble, fmt::format("nothing goes: {}", printable(health.why)),
            "see what stint fleet serve tells; it starts a nats-server that has ended, and not one that is stopped"};
}

Finding aboutReports(std::uint64_t used, std::uint64_t most) {
    const std::uint64_t percent = most == 0 ? 0 : used / (most / 100 + 1);
    if (percent < nearlyFull) return {"reports", Grade::Enforced, fmt::format("their store is {} % full", percent), ""};
    return {
        "reports", Grade::Trouble,
        fmt::format("their store is {} % full: where it has no room, no device can tell its end", percent),
        "what is older than 30 d goes by itself; stint push revoke and stint fleet remove keep out a device that fills "
        "it"};
}

Finding aboutCertificates(const Health& health) {
    if (health.ending == 0) return {"certificates", Grade::Enforced, "none ends within 14 d", ""};
    return {"certificates", Grade::Advisory,
            fmt::format("those of {} end within 14 d, or have ended, and were not renewed",
                        counted(health.ending, "device")),
            "a device renews its own when it is there; one that is not any more: stint fleet remove DEVICE"};
}

Finding aboutUnseen(const Health& health) {
    if (health.devices == 0)
        return {"devices", Grade::Enforced, "none has joined", "stint fleet invite prints the line by which one does"};
    if (health.unseen == 0)
        return {"devices", Grade::Enforced,
                fmt::format("{}, each of which was there within 14 d", counted(health.devices, "device")), ""};
    return {"devices", Grade::Advisory,
            fmt::format("{} of {} were not there for 14 d", health.unseen, counted(health.devices, "device")),
            "stint fleet devices \"seen>14d\" lists them"};
}

Finding aboutCloned(const Health& health) {
    if (health.cloned == 0) return {"clones", Grade::Enforced, "no device was found twice, or put back", ""};
    return {"clones", Grade::Trouble,
            fmt::format("{} there twice, or put back to an older state: nothing runs there",
                        health.cloned == 1 ? "a device is" : fmt::format("{} devices are", health.cloned)),
            "stint fleet devices names them as cloned; each leaves the fleet, and joins it anew: stint fleet leave"};
}

/// Waves, expiries and statements go by this machine's clock.
Finding aboutClock() {
    timex now{};
    const int state = ::adjtimex(&now);
    if (state >= 0 && state != TIME_ERROR)
        return {"clock", Grade::Enforced, "this machine's is kept right by the network", ""};
    return {"clock", Grade::Advisory,
            "nothing says that this machine's is right: devices take the fleet's time from it, and it only moves on",
            "timedatectl set-ntp true"};
}

} // namespace

int doctor(const Arguments& given, const Screen& screen) {
    const auto push = pushctl::directoryOf(given, "push", push::serverDirectory());
    if (!push.ok()) return failed(screen, "cannot look", push.error());
    std::vector<Finding> findings;
    const auto door = Door::of(given);
    const auto row = door.ok() ? door->get("/v1/health") : door.error();
    const auto health = row.ok() ? healthIn(*row) : row.error();
    if (health.ok()) {
        findings.push_back({"server", Grade::Enforced, "the fleet's server answers", ""});
        findings.push_back(aboutBroker(*health));
        if (health->used && health->most) findings.push_back(aboutReports(*health->used, *health->most));
        findings.push_back(aboutCertificates(*health));
        findings.push_back(aboutUnseen(*health));
        findings.push_back(aboutCloned(*health));
    } else {
        findings.push_back(
            {"server", Grade::Trouble, printable(health.error().message), "stint fleet serve starts it"});
    }
    findings.push_back(aboutClock());
    for (Finding& each : pushctl::findingsOfServer(*push, true, "stint fleet serve"))
        findings.push_back(std::move(each));
    const int code = cli::showFindings(findings, screen, "ok");
    return health.ok() ? code : ends::unavailable;
}

} // namespace stint::fleetctl
