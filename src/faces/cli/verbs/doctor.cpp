// `stint doctor`: what Stint found on this machine, what it enforces and what is only advisory, and how to get more.
// The findings are the daemon's; a client adds whether it answers, and what of its account's jobs a logout leaves.
#include "base/result/errors.hpp"
#include "base/version/version.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/servers.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/views/findings.hpp"
#include "faces/views/json_row.hpp"

namespace stint::cli {
namespace {

using wire::Finding;
using Grade = Finding::Grade;

Finding aboutLogout() {
    const auto does = lingers();
    if (!does)
        return {"logout", Grade::Absent, "no logind tells: a boot or a login may leave jobs to the first stint command",
                "logind or elogind; or let the boot start stintd as you"};
    if (*does) return {"logout", Grade::Enforced, "jobs go on after a logout, and after a boot without a login", ""};
    return {"logout", Grade::Advisory, "jobs stop when you log out, and go on when you log in",
            fmt::format("{}: they go on without you", enableLinger)};
}

std::string nameOfBuild(std::string_view program, std::string_view version, std::string_view commit) {
    constexpr std::size_t enough = 12;
    if (version.empty()) return fmt::format("{} of no version that it tells", program);
    return commit.empty() ? fmt::format("{} {}", program, version)
                          : fmt::format("{} {} ({})", program, version, commit.substr(0, enough));
}

/// Programs of two builds beside each other: an upgrade that was not finished, or two prefixes.
std::optional<Finding> aboutBuilds(const std::vector<wire::ProgramRow>& running) {
    const Build& own = ownBuild();
    std::string others;
    for (const wire::ProgramRow& each : running)
        if (each.version != own.version || each.commit != own.commit)
            others += (others.empty() ? "" : ", ") + nameOfBuild(each.program, each.version, each.commit);
    if (others.empty()) return std::nullopt;
    return Finding{"builds", Grade::Advisory,
                   fmt::format("{}; what runs is {}", nameOfBuild("this is stint", own.version, own.commit), others),
                   "systemctl --user restart stintd, or sudo systemctl restart stint-netguard; where that changes "
                   "nothing, two of Stint are installed"};
}

Result<std::vector<Finding>> withDaemon() {
    auto daemon = STINT_TRY(Daemon::connectIfThere());
    auto findings = STINT_TRY(daemon.ask(calls::diagnose()));
    const auto programs = daemon.ask(calls::versions());
    if (auto builds = aboutBuilds(programs ? *programs : std::vector{wire::ProgramRow{.program = "stintd"}}))
        findings.push_back(*std::move(builds));
    findings.push_back(aboutLogout());
    return findings;
}

int doctor(const Arguments&, const Screen& screen) {
    auto findings = withDaemon();
    const bool reached = findings.ok() || findings.error().code != Errc::UNAVAILABLE;
    if (!findings.ok()) findings = findingsWithoutDaemon(findings.error());
    if (!findings.ok()) return screen.fail("cannot ask stintd what it found", findings.error());
    const int code = showFindings(*findings, screen);
    return reached ? code : ends::unavailable;
}

} // namespace

int version(const Screen& screen) {
    const Build& own = ownBuild();
    if (!screen.json()) {
        screen.print(fmt::format("stint {}", own.version));
        return ends::ok;
    }
    std::vector<wire::ProgramRow> running; // none where no daemon answers, or only one that is too old to tell
    if (auto daemon = Daemon::connectIfThere())
        if (auto told = daemon->ask(calls::versions())) running = *std::move(told);
    Json line = header();
    line["version"] = own.version;
    line["commit"] = own.commit;
    line["storeSchema"] = own.storeSchema;
    line["features"] = own.features;
    line["running"] = jsonRows(running);
    screen.print(dumped(line));
    return ends::ok;
}

Verb doctorVerb() {
    return {.name = "doctor",
            .words = "",
            .summary = "what Stint found on this machine, what it enforces, and how to get more",
            .about = "Each thing is enforced (it holds, whatever an app does), advisory (it holds for apps that "
                     "cooperate), absent (Stint does without), or trouble (something to fix).\n"
                     "Ends with 1 where there is trouble, 69 where no daemon answers.",
            .options = {},
            .examples = {{"stint doctor --json", "one object a line, for a bug report"}},
            .run = doctor,
            .elsewhere = {"check", "diagnose", "daemon", "server", "service"}};
}

} // namespace stint::cli
