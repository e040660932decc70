#include "faces/cli/run/guard_wanted.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/core.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/text/app_id.hpp"
#include "base/unix/program.hpp"
#include "contract/model/app.hpp"
#include "contract/rules/guard_condition.hpp"
#include "faces/control/app_scope.hpp"
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
                    "--app \"{}\" is no app's id: write the name of its desktop file, such as org.kde.kmail",
                    printable(id));
    if (terms.guardElse != GuardElse::Freeze)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "an app that the desktop starts can be frozen, and not be held by --else {}: "
                    "leave it out, or guard its program",
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
    const auto findings = STINT_TRY(daemon.diagnose());
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

} // namespace stint::cli
