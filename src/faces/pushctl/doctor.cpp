// `stint push doctor` (push.md §5): the parts of the way on which messages come to this machine's apps, and which of
// them is missing.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <systemd/sd-bus.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "faces/control/daemon.hpp"
#include "faces/pushctl/server/findings.hpp"
#include "faces/pushctl/server/post.hpp"
#include "faces/pushctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/views/findings.hpp"
#include "push/joining/settings.hpp"
#include "push/joining/words.hpp"

namespace stint::pushctl {
namespace {

using wire::Finding;
using Grade = Finding::Grade;
using Findings = std::vector<Finding>;
namespace ends = cli::ends;

constexpr std::string_view everyDistributor = "org.unifiedpush.Distributor.";
constexpr std::string_view ours = "org.unifiedpush.Distributor.stint";
constexpr Duration clocksDiffer = 60s; // PROPOSAL

/// A list of strings that sd-bus has allocated.
struct Names {
    char** list = nullptr;
    Names() = default;
    Names(const Names&) = delete;
    Names& operator=(const Names&) = delete;
    ~Names() {
        for (char** each = list; each && *each; ++each)
            std::free(*each);                // NOLINT(cppcoreguidelines-no-malloc): sd_bus_list_names(3) says so
        std::free(static_cast<void*>(list)); // NOLINT(cppcoreguidelines-no-malloc)
    }
    void addTo(std::vector<std::string>& found) const {
        for (char** each = list; each && *each; ++each)
            if (std::string_view(*each).starts_with(everyDistributor)) found.emplace_back(*each);
    }
};

/// Distributors that are on the session bus, or are started by it; nullopt: there is no session bus.
std::optional<std::vector<std::string>> distributors() {
    sd_bus* opened = nullptr;
    if (sd_bus_open_user(&opened) < 0) return std::nullopt;
    const wire::Bus bus(opened);
    Names there, startable;
    if (sd_bus_list_names(opened, &there.list, &startable.list) < 0) return std::nullopt;
    std::vector<std::string> found;
    there.addTo(found);
    startable.addTo(found);
    std::ranges::sort(found);
    found.erase(std::ranges::unique(found).begin(), found.end());
    return found;
}

void addDistributors(Findings& findings) {
    auto all = distributors();
    if (!all) {
        findings.push_back({"distributor", Grade::Trouble, "there is no session bus: no app can ask for messages",
                            "a session bus, as a login has it: apt install dbus-user-session"});
        return;
    }
    if (std::erase(*all, ours) > 0)
        findings.push_back({"distributor", Grade::Enforced, fmt::format("apps find {} on the session bus", ours), ""});
    else
        findings.push_back({"distributor", Grade::Trouble,
                            fmt::format("{} is not on the session bus: no app finds it", ours),
                            "install stint-push; where it is, log in again: the bus reads its services then"});
    if (all->empty()) return;
    findings.push_back({"others", Grade::Advisory,
                        fmt::format("{} {} there, too", fmt::join(*all, ", "), all->size() == 1 ? "is" : "are"),
                        "an app asks the one that its user has chosen in it; whose messages come over another one "
                        "are not Stint's"});
}

void addLine(Findings& findings, bool& isDaemonThere) {
    auto daemon = cli::Daemon::connectIfThere();
    auto found = daemon.ok() ? daemon->ask(cli::calls::diagnose()) : daemon.error();
    isDaemonThere = found.ok() || found.error().code != Errc::UNAVAILABLE;
    if (!found.ok()) {
        auto instead = cli::findingsWithoutDaemon(found.error());
        found = instead.ok() ? std::move(instead) : Findings{{"daemon", Grade::Trouble, found.error().message, ""}};
        for (Finding& each : *found)
            findings.push_back(std::move(each));
        return;
    }
    for (Finding& each : *found)
        if (each.topic == "line") {
            each.more.clear(); // it names this very verb
            findings.push_back(std::move(each));
        }
}

/// The clocks of both ends: a TTL begins by one and ends by the other.
std::optional<Finding> aboutClock(const Answer& answer) {
    if (!answer.date) return std::nullopt;
    const Duration ahead = wallNow() - *answer.date;
    if (ahead > -clocksDiffer && ahead < clocksDiffer)
        return Finding{"clock", Grade::Enforced, "this machine's and the server's agree", ""};
    return Finding{
        "clock", Grade::Advisory,
        fmt::format("this machine's is {} {} the server's: how long a message is worth something is reckoned "
                    "by both",
                    formatDuration(ahead < Duration{0} ? -ahead : ahead), ahead < Duration{0} ? "behind" : "ahead of"),
        "set the one that is wrong: timedatectl set-ntp true"};
}

// A question that is none: it is answered, whatever else is wrong, and counts for nothing.
void addServer(const std::string& origin, Findings& findings) {
    const auto answer = get({.url = origin + std::string(push::devicesPath)});
    const std::string name = printable(origin);
    if (!answer.ok()) {
        findings.push_back({"server", Grade::Trouble,
                            fmt::format("{} is not reached: {}", name, answer.error().message),
                            "see that it runs, and that this machine has a network"});
        return;
    }
    constexpr long noGet = 405, noDevices = 404;
    if (answer->status != noGet && answer->status != noDevices)
        findings.push_back(
            {"server", Grade::Trouble,
             fmt::format("{} answers {}{}", name, answer->status, answer->status >= 500 ? ": it has failed" : ""),
             "what is there is no stint-endpoint, or the proxy before it does not reach it"});
    else
        findings.push_back({"server", Grade::Enforced, name + " answers", ""});
    if (auto clock = aboutClock(*answer)) findings.push_back(*std::move(clock));
}

void addJoined(Findings& findings) {
    const auto joined = push::LineSettings::read(push::LineSettings::directory());
    if (!joined.ok()) {
        findings.push_back({"joined", Grade::Trouble, joined.error().message, "mend that file, or join anew"});
        return;
    }
    if (!*joined) {
        findings.push_back({"joined", Grade::Absent, "this device has joined no server: apps get no endpoint",
                            "stint push serve on this machine, or stint push join URL CODE"});
        return;
    }
    findings.push_back({"joined", Grade::Enforced, "this device has joined " + printable((*joined)->origin), ""});
    addServer((*joined)->origin, findings);
}

} // namespace

int doctor(const cli::Arguments& given, const cli::Screen& screen) {
    const auto data = directoryOf(given);
    if (!data.ok()) return screen.fail("cannot look", data.error());
    Findings findings;
    bool isDaemonThere = false;
    addDistributors(findings);
    addLine(findings, isDaemonThere);
    addJoined(findings);
    for (Finding& each : findingsOfServer(*data, given.has("data"), "stint push serve"))
        findings.push_back(std::move(each));
    const int code = cli::showFindings(findings, screen);
    return isDaemonThere ? code : ends::unavailable;
}

} // namespace stint::pushctl
