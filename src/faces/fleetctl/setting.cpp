// `stint fleet set` (fleet.md §4.3): the words of a line made into one document of desired state, which is signed here.
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "base/time/clock.hpp"
#include "contract/policy/policy.hpp"
#include "faces/fleetctl/desk.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/password.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "fleet/document/app_settings.hpp"
#include "fleet/trust/papers.hpp"
#include "fleet/trust/signed.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

/// Values by their keys: of limits, and of each app.
struct Wishes {
    std::map<std::string, std::string> limits;
    std::map<std::string, std::map<std::string, std::string>> apps;
};

Result<Wishes> wishesOf(std::span<const std::string> words) {
    Wishes wishes;
    for (const std::string& word : words) {
        const auto sign = word.find('=');
        if (sign == std::string::npos) return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is no KEY=VALUE", printable(word));
        const std::string key = word.substr(0, sign), value = word.substr(sign + 1);
        const auto slash = key.rfind('/');
        auto& its = slash == std::string::npos ? wishes.limits : wishes.apps[key.substr(0, slash)];
        if (!its.emplace(key.substr(slash + 1), value).second) // npos + 1 is 0
            return fail(Errc::ILLEGAL_ARGUMENT, "{} is given twice", printable(key));
    }
    return wishes;
}

/// A string of JSON is one of TOML.
std::string inQuotes(std::string_view text) {
    return cli::Json(std::string(text)).dump(-1, ' ', false, cli::Json::error_handler_t::replace);
}

bool isQuoted(ConstantKind kind, std::string_view value) {
    switch (kind) {
    case ConstantKind::Number:
    case ConstantKind::Factor:
    case ConstantKind::Flag:
        return false;
    case ConstantKind::NumberOrNone:
        return value == "none";
    default:
        return true;
    }
}

Result<std::string> policyOf(const Wishes& wishes) {
    Constants constants;
    std::string text;
    for (const auto& [key, value] : wishes.limits) {
        STINT_TRY(setConstant(constants, key, value));
        const ConstantRow* const row = STINT_TRY(constantRow(key));
        const std::string written = constantText(constants, *row);
        text += fmt::format("{} = {}\n", key, isQuoted(row->kind, written) ? inQuotes(written) : written);
    }
    STINT_TRY(applyPolicy({}, text, "the limits"));
    return text;
}

Result<std::string> settingsOf(const Wishes& wishes) {
    std::string text;
    for (const auto& [package, settings] : wishes.apps) {
        text += fmt::format("[[app]]\npackage = {}\n", inQuotes(package));
        for (const auto& [key, value] : settings) {
            std::string list;
            for (const std::string_view each : splitAt(value, ","))
                list += (list.empty() ? "" : ", ") + inQuotes(each);
            const bool isList = key == "revoke" || key == "grant";
            text += fmt::format("{} = {}\n", inQuotes(key), isList ? "[" + list + "]" : inQuotes(value));
        }
    }
    if (!text.empty()) STINT_TRY(fleet::settingsIn(text, "the settings"));
    return text;
}

Result<fleet::Desired> desiredBy(const std::vector<std::string>& words, WallTime now) {
    const auto targets = STINT_TRY(fleet::Query::parse(words.front()));
    if (!isLasting(targets))
        return fail(Errc::ILLEGAL_ARGUMENT, "`seen` says nothing of how a device is to be; leave it out");
    const Wishes wishes = STINT_TRY(wishesOf(std::span(words).subspan(1)));
    fleet::Desired desired{.version = 1, .made = now, .targets = targets.text(), .policy = {}, .settings = {}};
    desired.policy = STINT_TRY(policyOf(wishes));
    desired.settings = STINT_TRY(settingsOf(wishes));
    return fleet::desiredIn(documentOf(desired)); // which has its bounds
}

Result<std::uint32_t> nextVersion(const Door& door) {
    const auto said = STINT_TRY(door.get("/v1/desired"));
    Members members(said);
    const std::uint32_t newest = members.count("version");
    if (members.isWrong()) return noAnswer();
    return newest + 1;
}

} // namespace

int set(const Arguments& given, const Screen& screen) {
    constexpr std::string_view what = "cannot set that";
    auto desired = desiredBy(given.words, wallNow());
    if (!desired.ok()) return failed(screen, what, desired.error());
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, what, door.error());
    const auto version = nextVersion(*door);
    if (!version.ok()) return failed(screen, what, version.error());
    const auto reach = reachOf(*door, desired->targets);
    const auto checked = reach.ok() ? checkReach(*reach, given) : reach.error();
    if (!checked.ok()) return failed(screen, what, checked.error());
    desired->version = *version;
    screen.tell(fmt::format("version {} of the desired state, for: {}", desired->version, desired->targets));
    for (auto word = given.words.begin() + 1; word != given.words.end(); ++word)
        screen.tell("  " + *word);
    if (given.words.size() == 1) screen.tell("  nothing is desired of them");
    Passwords passwords(screen);
    const auto key = keyOf(given, passwords, screen);
    if (!key.ok()) return failed(screen, what, key.error());
    if (!*key) return cli::exitCodeOfSignal(passwords.signal());
    const auto paper = signedBy(**key, *desired);
    if (!paper.ok()) return failed(screen, what, paper.error());
    const auto said = handOver(*door, "/v1/desired", {{"signed", textOf(*paper)}, {"all", given.has("all")}}, screen);
    if (!said.ok()) return failed(screen, what, said.error());
    Members members(*said);
    const std::uint32_t devices = members.count("devices");
    if (members.isWrong()) return failed(screen, what, noAnswer());
    if (screen.json()) {
        screen.print(lineOf(*said));
    } else {
        screen.print(fmt::format("version {}", desired->version));
        screen.tell(fmt::format("{} {} told; `stint fleet drift` lists those that are not so",
                                counted(devices, "device"), devices == 1 ? "is" : "are"));
    }
    return ends::ok;
}

} // namespace stint::fleetctl
