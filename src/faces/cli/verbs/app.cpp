// `stint app`: shows one app with its limits, or changes its settings (limits.md §9, §2.7; architecture.md, what is
// visible).
#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/time/clock.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/app_facts.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/limit_text.hpp"

namespace stint::cli {
namespace {

void describe(const AppView& app, WallTime now, const Screen& screen) {
    for (const AppFact& fact : factsOf(app, now))
        screen.print(fmt::format("{:<12}{}", fact.key, printable(fact.value)));
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
                Errc::ILLEGAL_ARGUMENT, "its manifest does not declare {}; it declares {}", printable(*permission),
                manifest.permissions.empty() ? "none" : fmt::format("{}", fmt::join(manifest.permissions, ", ")));
    std::set<std::string, std::less<>> revoked = app.revoked;
    if (revoke) revoked.insert(*revoke);
    if (grant) revoked.erase(*grant);
    return daemon.setRevoked(manifest.package.name, {revoked.begin(), revoked.end()});
}

/// Sets the battery's use before the bucket: an unrestricted app has only one bucket (limits.md §2.7).
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
    const auto app = lookUpApp(daemon, package);
    if (!app.ok()) return failOfLookUp(screen, what, app.error());
    if (nameOf(app->bucket) == *bucket) return ends::ok;
    return screen.fail(ends::refused, fmt::format("{} stays in the bucket {}, the lowest it can have; `stint app {}` "
                                                  "shows its battery and its permissions",
                                                  printable(package), nameOf(app->bucket), printable(package)));
}

int app(const Arguments& given, const Screen& screen) {
    const std::string& package = given.words[0];
    const std::string what = fmt::format("cannot {} {}", sets(given) ? "set" : "show", printable(package));
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const auto found = lookUpApp(*daemon, package);
    if (!found.ok()) return failOfLookUp(screen, what, found.error());
    if (sets(given)) return setAll(*daemon, *found, given, screen);
    if (screen.json())
        screen.print(jsonOfRow(*found));
    else
        describe(*found, wallNow(), screen);
    return ends::ok;
}

} // namespace

Verb appVerb() {
    static const std::string buckets = bucketChoices("|");
    return {.name = "app",
            .words = "PACKAGE",
            .fewest = 1,
            .most = 1,
            .summary = "show an app with its bucket, network and quotas, or change its settings",
            .about = "--state overrides what is seen; auto removes the override. --bucket holds until the app is "
                     "used again. --battery is the user's choice: an unrestricted app runs in Doze and has no bucket's "
                     "limits, a restricted one runs nothing in the background, on the charger either.\n"
                     "Ends with 66 where there is no such app, 77 where it stays in another bucket because that is the "
                     "lowest it can have.",
            .options = {{"--state", "top|visible|background|auto", "as if a window told so"},
                        {"--bucket", buckets, "put it into this bucket"},
                        {"--battery", "unrestricted|optimized|restricted", "what it may use the battery for"},
                        {"--data-saver-exempt", "yes|no", "it may use metered networks under Data Saver"},
                        {"--revoke", "PERMISSION",
                         "take back one that its manifest declares, such as SCHEDULE_EXACT_ALARM"},
                        {"--grant", "PERMISSION", "give it back"}},
            .examples = {{"stint app com.example.mail --state top", "it may start user-initiated jobs"},
                         {"stint app com.example.mail --bucket rare", "as if it were hardly used"},
                         {"stint app com.example.mail --battery unrestricted", "its jobs run in Doze"}},
            .run = app};
}

} // namespace stint::cli
