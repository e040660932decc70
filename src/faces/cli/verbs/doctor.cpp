// `stint doctor`: what Stint found on this machine, what it enforces and what is only advisory, and how to get more.
// The findings are the daemon's; a client adds whether it answers, and what of its account's jobs a logout leaves.
#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"
#include "base/version/version.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/lingering.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"

namespace stint::cli {
namespace {

using wire::Finding;
using Grade = Finding::Grade;

constexpr std::size_t grades = std::string_view("enforced").size();
constexpr std::size_t narrowest = 30; ///< the least width of a sentence

/// The findings where the daemon does not answer; an Error where it refused.
Result<std::vector<Finding>> withoutDaemon(const Error& error) {
    if (error.code == Errc::UNAVAILABLE)
        return std::vector<Finding>{
            {"daemon", Grade::Trouble, error.message, "systemctl --user enable --now stintd, or: stintd &"}};
    // The answer to every call while the store cannot be written (architecture.md, store).
    if (error.code == Errc::STORAGE)
        return std::vector<Finding>{
            {"store", Grade::Trouble, error.message, "make room, or mend it; stintd tries again by itself"}};
    return error;
}

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

Paint gradePaint(Grade grade) {
    switch (grade) {
    case Grade::Enforced:
        return Paint::Good;
    case Grade::Advisory:
        return Paint::Waiting;
    case Grade::Absent:
        return Paint::Faint;
    case Grade::Trouble:
        return Paint::Bad;
    }
    return Paint::None;
}

/// Prints findings, each with how to get more below it, wrapped.
void print(const std::vector<Finding>& findings, const Screen& screen) {
    std::size_t topics = 0;
    for (const Finding& finding : findings)
        topics = std::max(topics, widthOf(printable(finding.topic)));
    const std::size_t left = topics + columnGap.size() + grades + columnGap.size();
    const std::size_t width = std::max(screen.columns(), left + narrowest) - left;
    for (const Finding& finding : findings) {
        std::string before =
            screen.painted(padRight(printable(finding.topic), topics + columnGap.size()), Paint::Strong) +
            screen.painted(padRight(std::string(nameOf(finding.grade)), grades + columnGap.size()),
                           gradePaint(finding.grade));
        for (const std::string& line : wrapped(printable(finding.found), width))
            screen.print(std::exchange(before, std::string(left, ' ')) + line);
        if (finding.more.empty()) continue;
        for (const std::string& line : wrapped("→ " + printable(finding.more), width))
            screen.print(before + screen.painted(line, Paint::Faint));
    }
}

int doctor(const Arguments&, const Screen& screen) {
    auto findings = withDaemon();
    const bool reached = findings.ok() || findings.error().code != Errc::UNAVAILABLE;
    if (!findings.ok()) findings = withoutDaemon(findings.error());
    if (!findings.ok()) return screen.fail("cannot ask stintd what it found", findings.error());
    if (screen.json()) {
        for (const Finding& finding : *findings)
            screen.print(jsonOfRow(finding));
    } else {
        print(*findings, screen);
    }
    if (!reached) return ends::unavailable;
    const bool trouble = std::ranges::any_of(*findings, [](const auto& f) { return f.grade == Grade::Trouble; });
    return trouble ? ends::failure : ends::ok;
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
