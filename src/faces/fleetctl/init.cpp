#include <array>
#include <filesystem>
#include <string>

#include <pwd.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "base/unix/paths.hpp"
#include "faces/fleetctl/password.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/text.hpp"
#include "fleet/enrolment/fleet_keys.hpp"
#include "fleet/enrolment/founding.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
using fleet::FleetKeys;
namespace ends = cli::ends;

namespace {

constexpr std::string_view what = "cannot found a fleet";

std::string machineName() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "fleet";
    return name.data();
}
std::string personName() {
    const passwd* const user = ::getpwuid(::getuid());
    return user && user->pw_name && *user->pw_name ? user->pw_name : "operator";
}

Result<std::filesystem::path> directoryOf(const Arguments& given) {
    const auto named = given.value("dir");
    if (!named) return FleetKeys::directory();
    if (named->empty()) return fail(Errc::ILLEGAL_ARGUMENT, "--dir names no directory");
    const auto here = STINT_TRY(workingDirectory());
    auto path = (here / *named).lexically_normal();
    return path.has_filename() ? path : path.parent_path(); // one that ends with a slash
}

int failOf(const Screen& screen, const Error& error) {
    if (error.code == Errc::ILLEGAL_STATE)
        return screen.fail(ends::cannotCreate, fmt::format("{}: {}", what, error.message));
    return screen.fail(what, error);
}

void tellJson(const Screen& screen, const std::string& directory, const std::string& name,
              const fleet::PublicKey& root) {
    cli::Json line = cli::header();
    line["fleet"] = name;
    line["directory"] = directory;
    line["root"] = root.text();
    screen.print(cli::dumped(line));
}

void tellFiles(const Screen& screen, const std::string& directory, const std::string& name,
               const std::string& itsOperator) {
    screen.print(printable(fmt::format("founded the fleet {} in {}", name, directory)));
    cli::Table table({{"FILE"}, {"IS"}});
    table.add({fleet::rootKeyFile, "the fleet's root: says who may give orders; keep it offline"});
    table.add({fleet::operatorKeyFile, fmt::format("signs orders, as {}, who alone may have it", itsOperator)});
    table.add({fleet::operatorPublicFile, "its public half"});
    table.add({FleetKeys::enrolmentFile, "lets devices in; the server's, without a password"});
    table.add({FleetKeys::statementFile, "says which orders are alive; the server's, likewise"});
    table.add({fleet::operatorsFile(1), "who may give orders, signed by root (and .minisig)"});
    table.add({fleet::Fleet::rootFile, "by which devices know this fleet"});
    table.print(screen);
    screen.print(
        fmt::format("Next: copy {0} to two media that lie in drawers, and remove it here; move {1} to where its "
                    "operator works. Without its password each is lost. What stays is the server's. "
                    "{0} is wanted again when an operator is added or removed: stint-fleet(5).",
                    fleet::rootKeyFile, fleet::operatorKeyFile));
}

} // namespace

int init(const Arguments& given, const Screen& screen) {
    const std::string name = given.value("name").value_or(machineName());
    const std::string itsOperator = given.value("operator").value_or(personName());
    const auto directory = directoryOf(given);
    if (!directory.ok()) return failOf(screen, directory.error());
    for (const auto& [option, word] : {std::pair{"--name", name}, std::pair{"--operator", itsOperator}})
        if (const auto checked = fleet::checkFoundingName(word); !checked.ok())
            return screen.fail(ends::usage, fmt::format("{} is wrong: {}", option, checked.error().message));
    if (const auto place = fleet::checkFoundingPlace(*directory); !place.ok()) return failOf(screen, place.error());

    Passwords passwords(screen);
    const auto rootPassword = passwords.fresh(fleet::rootKeyFile);
    if (!rootPassword.ok()) return failOf(screen, rootPassword.error());
    if (!*rootPassword) return cli::exitCodeOfSignal(passwords.signal());
    const auto operatorPassword = passwords.fresh(fleet::operatorKeyFile);
    if (!operatorPassword.ok()) return failOf(screen, operatorPassword.error());
    if (!*operatorPassword) return cli::exitCodeOfSignal(passwords.signal());

    screen.tell("making the keys; their passwords take some seconds");
    const auto root = fleet::found(*directory, {.fleet = name,
                                                .operatorName = itsOperator,
                                                .rootPassword = (*rootPassword)->text(),
                                                .operatorPassword = (*operatorPassword)->text(),
                                                .now = wallNow()});
    if (!root.ok()) return failOf(screen, root.error());
    if (screen.json())
        tellJson(screen, directory->string(), name, *root);
    else
        tellFiles(screen, directory->string(), name, itsOperator);
    return ends::ok;
}

} // namespace stint::fleetctl
