#include "faces/cli/run/run_job.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/app_id.hpp"
#include "base/unix/paths.hpp"
#include "contract/model/app.hpp"
#include "contract/rules/guard.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/run/commanding.hpp"
#include "faces/control/detached.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

/// A fate of the program without its condition, and the finding that has to be enforced here for it
/// (stintd/daemon/findings.cpp).
struct Otherwise {
    GuardElse what;
    std::string_view done;
    std::string_view topic;
};
constexpr std::array otherwises{Otherwise{GuardElse::Freeze, "frozen", "processes"},
                                Otherwise{GuardElse::Stop, "stopped, and started again,", ""},
                                Otherwise{GuardElse::Offline, "without a network", "background network"}};

const Otherwise& rowOf(GuardElse otherwise) { return *std::ranges::find(otherwises, otherwise, &Otherwise::what); }

std::string desktopId(const std::string& app) {
    const std::filesystem::path name(app);
    return name.extension() == ".desktop" ? name.stem().string() : app;
}

/// Makes the job that of stint-hold, which holds the app still: it runs while the condition does not hold.
Result<void> holdApp(const std::string& id, StartTerms& terms, CommandWanted& wanted) {
    if (!isDesktopId(id))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "--app \"{}\" is not an app's id; write the name of its desktop file, such as org.kde.kmail",
                    printable(id));
    if (terms.guardElse != GuardElse::Freeze)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "--app can only freeze, and --else is {}; leave --else out, or guard the app's program",
                    nameOf(terms.guardElse));
    if (!hasUserManager())
        return fail(Errc::SYSTEM, "--app needs systemd's manager of this user, whose units tell which process is which "
                                  "app's, and systemd-run; guard its program instead");
    wanted.order.arguments = {(libexecDirectory() / "stint-hold").string(), id};
    terms.guard = fmt::format("not ({})", terms.guard);
    terms.guardElse = GuardElse::Stop;
    return {};
}

/// The name as a part of a package's name.
std::string plainName(std::string name) {
    for (char& c : name)
        if (!isGuardPackage(std::string(guardPackages) + c)) c = '_';
    name.resize(std::min<std::size_t>(name.size(), 100));
    return name;
}

} // namespace

Result<void> readGuard(const Arguments& given, StartTerms& terms, CommandWanted& wanted) {
    if (!given.has("while"))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "a guard needs --while CONDITION, such as --while 'unmetered and not power-saver'");
    terms.guard = *given.value("while");
    // The parser has checked that it is one of the option's words.
    terms.guardElse = guardElseNamed(given.value("else").value_or("freeze")).value_or(GuardElse::Freeze);
    if (const auto condition = GuardCondition::parse(terms.guard); !condition)
        return within("--while", condition.error());
    if (given.has("app") == !given.words.empty())
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "a guard holds either a program, behind --, or an installed app, by --app ID");
    std::string held = given.has("app") ? desktopId(*given.value("app")) : given.words[0];
    if (given.has("app")) STINT_TRY(holdApp(held, terms, wanted));
    wanted.guard = nameOf(terms.guardElse);
    wanted.retries = 0; // its end is its own
    if (given.has("name")) return {};
    wanted.label = plainName(std::filesystem::path(held).filename().string());
    if (!isLabel(wanted.label)) wanted.label = "program-" + wanted.label;
    return {};
}

AppId guardAppOf(const CommandWanted& wanted) { return AppId{std::string(guardPackages) + plainName(wanted.label)}; }

Result<void> checkGuarded(Daemon& daemon, GuardElse otherwise) {
    const std::string_view topic = rowOf(otherwise).topic;
    if (topic.empty()) return {};
    const auto findings = STINT_TRY(daemon.ask(calls::diagnose()));
    const auto finding = std::ranges::find(findings, topic, &wire::Finding::topic);
    if (finding != findings.end() && finding->grade == wire::Finding::Grade::Enforced) return {};
    const std::string found = finding == findings.end() ? "this stintd does not say how" : finding->found;
    const std::string how = finding == findings.end() || finding->more.empty() ? "" : "; to have it: " + finding->more;
    return fail(Errc::SYSTEM, "--else {} cannot be held here: {}{}", nameOf(otherwise), found, how);
}

std::string guardText(const Arguments& given, const StartTerms& terms) {
    if (const auto app = given.value("app"))
        return fmt::format("{} is frozen while \"{}\" does not hold", printable(*app),
                           printable(*given.value("while")));
    return fmt::format("held to \"{}\": {} while that does not hold", printable(terms.guard),
                       rowOf(terms.guardElse).done);
}

// `stint guard`: a program that knows nothing of Stint is held to a person's condition (jobs.md §14.5).

namespace {

int guard(const Arguments& given, const Screen& screen) { return Commanding("guard", given, screen).run(); }

std::string_view aboutGuard() {
    static const std::string text = [] {
        std::string words;
        for (const std::string& word : guardWords())
            words += (words.empty() ? "" : ", ") + word;
        return fmt::format(
            "The program runs as with `stint run`, but as a person's own: no quota, no limit of time, no Doze ends it, "
            "and "
            "it is not tried again when it ends. It is held to its condition alone, from its first instruction: while "
            "that does not hold, it stands still where it is (freeze), is stopped and started again (stop), or runs on "
            "without a network (offline, which needs stint-netguard). It begins when its condition holds, but for "
            "offline. What it starts is held with it, also what it leaves behind: a guard has ended when nothing of it "
            "is "
            "alive.\n"
            "A condition is of these words, joined by and, or, not and parentheses: {}; and network=any or the like of "
            "a "
            "job's own.\n"
            "It has an app of its own, org.stint.guard.NAME, in which `stint jobs`, `tasks`, `why` and `log` have it; "
            "`stint cancel NAME` ends it, and so does `stint tasks stop`. When stintd ends, so does what it guards, "
            "frozen or not; the next stintd starts it again.\n"
            "With --app it is an installed app that is held: whatever the desktop starts of it, a unit each of the "
            "user's service manager, is frozen while the condition does not hold, also what it starts then. Its guard "
            "runs while the app stands still, and the app goes on when its guard ends, whatever ends it: it is never "
            "killed.\n"
            "Ends as the program does, as `stint run` has it.",
            words);
    }();
    return text;
}

} // namespace

Verb guardVerb() {
    return {
        .name = "guard",
        .words = "[OPTIONS] -- PROGRAM [ARGS…]",
        .most = Verb::many,
        .passes = Verb::Passes::BehindDashes,
        .summary = "hold any program to conditions: frozen, stopped or offline without them",
        .about = aboutGuard(),
        .options = {{"--while", "CONDITION", "what it is held to: 'unmetered and not power-saver'"},
                    {"--else", "freeze|stop|offline", "what becomes of it without that (default: freeze)"},
                    {"--app", "ID", "in place of a program: what the desktop has started of an installed app"},
                    {"--name", "NAME", "what it is called, and its app (default: the program's name)"},
                    {.names = "--persisted",
                     .value = "",
                     .help = "it is started again after a reboot, too",
                     .setter = "setPersisted"},
                    {"--setenv", "NAME=VALUE", "set in its environment; without =VALUE, copied from here", true},
                    {"--working-directory", "DIR", "run in this directory, not here"},
                    {"-p,--property", "NAME=VALUE", "a limit of what it gets, as for `stint run`", true},
                    {"--no-wait", "", "start it and return"}},
        .examples = {{"stint guard --while 'unmetered and not power-saver' -- syncthing", "still on a hotspot"},
                     {"stint guard --while 'charging or screen-off' --else stop -- ./simulate", ""},
                     {"stint guard --while unmetered --else offline --name mail -- thunderbird", "no mail by the byte"},
                     {"stint guard --while plugged --app org.kde.kmail", "frozen on battery, however it was started"}},
        .run = guard,
        .elsewhere = {"throttle"},
        .optionsElsewhere = {{"--network,--unmetered,--charging,--battery-not-low,--device-idle",
                              "what it is held to is one condition: --while 'charging and unmetered'"}}};
}

} // namespace stint::cli
