#include "fleet/steps/settings.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/unix/ends.hpp"
#include "contract/model/bucket.hpp"
#include "contract/model/view.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/views.hpp"
#include "link/wire/writer.hpp"

namespace stint::fleet {

namespace {

/// The daemon answers after one fsync; a busy disk takes its time.
constexpr Duration patience = std::chrono::seconds(30);

using Write = std::function<void(wire::Writer&)>;

Result<wire::Message> ask(sd_bus* daemon, const char* interface, const char* member, const Write& write) {
    const wire::Message message = STINT_TRY(wire::newCall(daemon, interface, member));
    wire::Writer writer(message);
    write(writer);
    { const wire::DictionaryWriter noOptions(writer); }
    STINT_TRY(writer.done());
    return wire::call(daemon, message, patience);
}

Result<std::vector<AppView>> installed(sd_bus* daemon) {
    const auto answer = STINT_TRY(ask(daemon, wire::taskManagerInterface, "ListApps", [](wire::Writer&) {}));
    wire::Reader reader(answer);
    return wire::readRows<AppView>(reader);
}

/// A call that was answered, and its opposite.
class Calls {
public:
    explicit Calls(sd_bus* daemon) : daemon_(daemon) {}

    Result<void> make(const char* interface, const char* member, const Write& write, Write back) {
        STINT_TRY(ask(daemon_, interface, member, write));
        back_.push_back({interface, member, std::move(back)});
        return {};
    }
    /// All that was set is as it was.
    Result<void> takeBack() {
        while (!back_.empty()) {
            const auto [interface, member, write] = std::move(back_.back());
            back_.pop_back();
            STINT_TRY(ask(daemon_, interface, member, write));
        }
        return {};
    }

private:
    struct Back {
        const char* interface;
        const char* member;
        Write write;
    };
    sd_bus* daemon_;
    std::vector<Back> back_;
};

Write revoking(std::string package, const std::set<std::string, std::less<>>& revoked) {
    return [package = std::move(package),
            words = std::vector<std::string>(revoked.begin(), revoked.end())](wire::Writer& writer) {
        writer.string(package);
        wire::DictionaryWriter(writer).put("revoked", words);
    };
}

Write saying(std::string package, std::string word) {
    return [package = std::move(package), word = std::move(word)](wire::Writer& writer) {
        writer.string(package).string(word);
    };
}

Write saying(std::string package, bool on) {
    return [package = std::move(package), on](wire::Writer& writer) { writer.string(package).boolean(on); };
}

/// An unrestricted app has only one bucket, so the battery's use is set before the bucket (limits.md §2.7).
Result<void> set(Calls& calls, const AppSettings& to, const AppView& was) {
    const std::string& package = to.package;
    if (!to.revoke.empty() || !to.grant.empty()) {
        auto revoked = was.revoked;
        revoked.insert(to.revoke.begin(), to.revoke.end());
        for (const std::string& permission : to.grant)
            revoked.erase(permission);
        STINT_TRY(calls.make(wire::taskManagerInterface, "SetApp", revoking(package, revoked),
                             revoking(package, was.revoked)));
    }
    if (!to.battery.empty())
        STINT_TRY(calls.make(wire::limitsInterface, "SetBatteryUse", saying(package, to.battery),
                             saying(package, std::string(nameOf(was.batteryUse)))));
    if (!to.dataSaverExempt.empty())
        STINT_TRY(calls.make(wire::limitsInterface, "SetDataSaverExempt", saying(package, to.dataSaverExempt == "yes"),
                             saying(package, was.dataSaverExempt)));
    if (!to.bucket.empty())
        STINT_TRY(calls.make(wire::limitsInterface, "SetStandbyBucket", saying(package, to.bucket),
                             saying(package, std::string(nameOf(was.bucket)))));
    return {};
}

const AppView* viewOf(const std::vector<AppView>& apps, std::string_view package) {
    const auto found =
        std::ranges::find_if(apps, [&](const AppView& app) { return app.manifest.package.name == package; });
    return found == apps.end() ? nullptr : &*found;
}

/// The first thing that cannot be set; empty: all can.
std::string impossible(const std::vector<AppSettings>& all, const std::vector<AppView>& apps) {
    for (const AppSettings& one : all) {
        const AppView* const app = viewOf(apps, one.package);
        if (!app) return fmt::format("there is no app {}", printable(one.package));
        for (const auto* const list : {&one.revoke, &one.grant})
            for (const std::string& permission : *list)
                if (!app->manifest.declares(permission))
                    return fmt::format("the manifest of {} does not declare {}", one.package, printable(permission));
    }
    return {};
}

/// limits.md §2.5: an app may not drop below its lowest bucket.
std::string otherBucket(const std::vector<AppSettings>& all, const std::vector<AppView>& apps) {
    for (const AppSettings& one : all) {
        const AppView* const app = viewOf(apps, one.package);
        if (app && !one.bucket.empty() && nameOf(app->bucket) != one.bucket)
            return fmt::format("{} stays in the bucket {}, the lowest it can have", one.package, nameOf(app->bucket));
    }
    return {};
}

/// The key that is not so; empty: all are.
std::string_view differing(const AppSettings& one, const AppView& app) {
    const auto isRevoked = [&](const std::string& permission) { return app.revoked.contains(permission); };
    if (!one.battery.empty() && nameOf(app.batteryUse) != one.battery) return "battery";
    if (!one.dataSaverExempt.empty() && app.dataSaverExempt != (one.dataSaverExempt == "yes"))
        return "data-saver-exempt";
    // A permission that is revoked and granted at once is granted.
    const auto mayHave = [&](const std::string& permission) {
        return std::ranges::find(one.grant, permission) != one.grant.end() || isRevoked(permission);
    };
    if (!std::ranges::all_of(one.revoke, mayHave)) return "revoke";
    return std::ranges::any_of(one.grant, isRevoked) ? "grant" : std::string_view();
}

Errand::StepEnded refusedBy(const Error& error, std::string_view after = "") {
    std::string words = error.message + std::string(after);
    return error.code == Errc::ILLEGAL_ARGUMENT ? forGood(ends::refused, std::move(words))
                                                : notNow(ends::unavailable, std::move(words));
}

} // namespace

Errand::StepEnded applySettings(sd_bus* daemon, const std::vector<AppSettings>& all) {
    const auto before = installed(daemon);
    if (!before.ok()) return refusedBy(before.error());
    if (std::string why = impossible(all, *before); !why.empty()) return forGood(ends::refused, std::move(why));
    Calls calls(daemon);
    Result<void> made;
    for (const AppSettings& one : all)
        if (made.ok()) made = set(calls, one, *viewOf(*before, one.package));
    if (made.ok()) {
        const auto after = installed(daemon);
        if (!after.ok())
            made = after.error();
        else if (std::string why = otherBucket(all, *after); !why.empty())
            made = fail(Errc::ILLEGAL_ARGUMENT, "{}", why);
    }
    if (made.ok()) return done();
    const auto back = calls.takeBack();
    return refusedBy(made.error(), back.ok() ? "" : "; and what was set before that could not be put back");
}

Result<std::string> changedSetting(sd_bus* daemon, const std::vector<AppSettings>& all) {
    const auto apps = STINT_TRY(installed(daemon));
    for (const AppSettings& one : all) {
        const AppView* const app = viewOf(apps, one.package);
        if (!app) return fmt::format("{} is gone", one.package);
        if (const auto key = differing(one, *app); !key.empty()) return fmt::format("{}/{}", one.package, key);
    }
    return std::string();
}

} // namespace stint::fleet
