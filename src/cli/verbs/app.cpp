// `stint app`: shows one app with its limits, or changes its settings (limits.md §9, §2.7; architecture.md, what is
// visible).
#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/clock.hpp"
#include "base/fail.hpp"
#include "base/try.hpp"
#include "cli/daemon/lookup.hpp"
#include "cli/line/commands.hpp"
#include "cli/print/json.hpp"
#include "cli/print/limit_text.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/text.hpp"

namespace stint::cli {
namespace {

std::vector<std::string> serviceNames(const Manifest& manifest) {
    std::vector<std::string> names;
    for (const auto& [name, service] : manifest.services)
        names.push_back(name);
    return names;
}

std::string permissionsText(const AppView& app) {
    std::vector<std::string> texts;
    for (const auto& permission : app.manifest.permissions)
        texts.push_back(permission + (app.revoked.contains(permission) ? " (revoked)" : ""));
    return fmt::format("{}", fmt::join(texts, ", "));
}

void describe(const AppView& app, WallTime now, const Screen& screen) {
    const Manifest& manifest = app.manifest;
    auto row = [&](std::string_view key, const std::string& value) {
        screen.print(fmt::format("{:<12}{}", key, printable(value.empty() ? "-" : value)));
    };
    row("package", manifest.package.name);
    row("label", manifest.label);
    row("version", manifest.version);
    row("state", stateText(app));
    row("importance", std::to_string(app.importance));
    row("bucket", bucketText(app));
    row("battery", std::string(nameOf(app.batteryUse)));
    row("network", networkText(app));
    row("data saver", app.dataSaverExempt ? "does not hold for it" : "holds for it");
    row("quota", quotaText(app.quota, now));
    row("expedited", quotaText(app.expedited, now));
    row("jobs", fmt::format("{}, {} of them running", app.jobs, app.running));
    row("services", fmt::format("{}", fmt::join(serviceNames(manifest), ", ")));
    row("permissions", permissionsText(app));
    row("manifest", manifest.file);
    if (!noteOf(app).empty()) row("note", noteOf(app));
}

bool sets(const Arguments& given) {
    for (const char* option : {"state", "bucket", "battery", "data-saver-exempt", "revoke", "grant"})
        if (given.has(option)) return true;
    return false;
}

/// Only permissions that the manifest declares can be revoked.
Result<void> setPermissions(Daemon& daemon, const AppView& app, const Arguments& given) {
    const auto revoke = given.value("revoke"), grant = given.value("grant");
    if (!revoke && !grant) return {};
    const Manifest& manifest = app.manifest;
    for (const auto& permission : {revoke, grant})
        if (permission && !manifest.declares(*permission))
            return fail(
                Errc::IllegalArgument, "its manifest does not declare {}; it declares {}", printable(*permission),
                manifest.permissions.empty() ? "none" : fmt::format("{}", fmt::join(manifest.permissions, ", ")));
    std::set<std::string, std::less<>> revoked = app.revoked;
    if (revoke) revoked.insert(*revoke);
    if (grant) revoked.erase(*grant);
    return daemon.setRevoked(manifest.package.name, {revoked.begin(), revoked.end()});
}

/// The battery before the bucket: an unrestricted app has only one bucket (limits.md §2.7).
Result<void> set(Daemon& daemon, const AppView& app, const Arguments& given) {
    const std::string& package = app.manifest.package.name;
    STINT_TRY(setPermissions(daemon, app, given));
    if (auto state = given.value("state")) STINT_TRY(daemon.setAppState(package, *state));
    if (auto use = given.value("battery")) STINT_TRY(daemon.setBatteryUse(package, *use));
    if (auto word = given.value("data-saver-exempt")) STINT_TRY(daemon.setDataSaverExempt(package, *word == "yes"));
    if (auto bucket = given.value("bucket")) STINT_TRY(daemon.setStandbyBucket(package, *bucket));
    return {};
}

/// Sets all, then checks the bucket: an app may not drop below its lowest one (limits.md §2.5).
int setAll(Daemon& daemon, const AppView& before, const Arguments& given, const Screen& screen) {
    const std::string& package = before.manifest.package.name;
    const std::string what = fmt::format("cannot set {}", printable(package));
    const auto done = set(daemon, before, given);
    if (!done.ok()) return screen.fail(what, done.error());
    const auto bucket = given.value("bucket");
    if (!bucket) return ends::ok;
    const auto app = findApp(daemon, package);
    if (!app.ok()) return screen.fail(what, app.error());
    if (!*app || nameOf((*app)->bucket) == *bucket) return ends::ok;
    return screen.fail(ends::refused, fmt::format("{} stays in the bucket {}, the lowest it can have; `stint app {}` "
                                                  "shows its battery and its permissions",
                                                  printable(package), nameOf((*app)->bucket), printable(package)));
}

} // namespace

int app(const Arguments& given, const Screen& screen) {
    const std::string& package = given.words[0];
    const std::string what = fmt::format("cannot {} {}", sets(given) ? "set" : "show", printable(package));
    auto daemon = Daemon::connect();
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const auto found = findApp(*daemon, package);
    if (!found.ok()) return screen.fail(what, found.error());
    if (!*found) return noSuchApp(screen, what, package);
    if (sets(given)) return setAll(*daemon, **found, given, screen);
    if (screen.json())
        screen.print(jsonOf(**found));
    else
        describe(**found, wallNow(), screen);
    return ends::ok;
}

} // namespace stint::cli
