// `stint apps`, `stint app`.
#include <algorithm>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/fail.hpp"
#include "cli/commands.hpp"
#include "cli/daemon.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

namespace stint::cli {
namespace {

Result<std::vector<AppView>> installed() {
    auto daemon = STINT_TRY(Daemon::connect());
    return daemon.apps();
}

Result<AppView> one(const std::string& package) {
    for (auto& app : STINT_TRY(installed()))
        if (app.manifest.package.name == package) return std::move(app);
    return fail(Errc::IllegalArgument, "there is no such app; `stint apps` lists them");
}

Result<void> setState(const std::string& package, const std::string& state) {
    auto daemon = STINT_TRY(Daemon::connect());
    return daemon.setAppState(package, state);
}

std::string stateText(const AppView& app) { return fmt::format("{}{}", nameOf(app.state), app.pinned ? " (set)" : ""); }

std::string noteOf(const AppView& app) {
    // jobs.md §12.3: the crash guard's mark.
    if (app.bad) return "crashed too often: its jobs wait until it is started";
    return app.manifest.builtIn ? "built in" : "";
}

std::vector<std::string> serviceNames(const Manifest& manifest) {
    std::vector<std::string> names;
    for (const auto& [name, service] : manifest.services)
        names.push_back(name);
    return names;
}

void describe(const AppView& app, const Screen& screen) {
    const Manifest& manifest = app.manifest;
    auto row = [&](std::string_view key, const std::string& value) {
        screen.print(fmt::format("{:<12}{}", key, printable(value.empty() ? "-" : value)));
    };
    row("package", manifest.package.name);
    row("label", manifest.label);
    row("version", manifest.version);
    row("state", stateText(app));
    row("jobs", fmt::format("{}, {} of them running", app.jobs, app.running));
    row("services", fmt::format("{}", fmt::join(serviceNames(manifest), ", ")));
    row("permissions", fmt::format("{}", fmt::join(manifest.permissions, ", ")));
    row("manifest", manifest.file);
    if (!noteOf(app).empty()) row("note", noteOf(app));
}

} // namespace

int apps(const Arguments&, const Screen& screen) {
    auto list = installed();
    if (!list.ok()) return screen.fail("cannot list apps", list.error());
    if (screen.json()) {
        for (const auto& each : *list)
            screen.print(jsonOf(each));
        return ends::ok;
    }
    using enum Table::Align;
    Table table({{"PACKAGE"}, {"STATE"}, {"JOBS", Right}, {"RUNNING", Right}, {"LABEL"}, {"NOTE"}});
    for (const auto& each : *list)
        table.add({each.manifest.package.name,
                   stateText(each),
                   std::to_string(each.jobs),
                   std::to_string(each.running),
                   each.manifest.label,
                   {noteOf(each), each.bad ? Paint::Bad : Paint::Faint}});
    table.print(screen);
    return ends::ok;
}

int app(const Arguments& given, const Screen& screen) {
    const std::string& package = given.words[0];
    if (auto state = given.value("state")) {
        auto done = setState(package, *state);
        if (done.ok()) return ends::ok;
        return screen.fail(fmt::format("cannot set the state of {}", printable(package)), done.error());
    }
    auto found = one(package);
    if (!found.ok()) {
        int code = screen.fail(fmt::format("cannot show {}", printable(package)), found.error());
        return code == ends::usage ? ends::noInput : code;
    }
    if (screen.json())
        screen.print(jsonOf(*found));
    else
        describe(*found, screen);
    return ends::ok;
}

} // namespace stint::cli
