// `stint apps`: the installed apps with their limits.
#include <fmt/core.h>

#include "base/result/try.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/daemon.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/table.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/limit_text.hpp"

namespace stint::cli {
namespace {

Result<std::vector<AppView>> installed(const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    return daemon.apps();
}

int apps(const Arguments&, const Screen& screen) {
    auto list = installed(screen);
    if (!list.ok()) return screen.fail("cannot list apps", list.error());
    if (screen.json()) {
        for (const auto& each : *list)
            screen.print(jsonOfRow(each));
        return ends::ok;
    }
    using enum Table::Align;
    Table table({{"PACKAGE"},
                 {"STATE"},
                 {"BUCKET"},
                 {"NETWORK"},
                 {"QUOTA LEFT", Right},
                 {"JOBS", Right},
                 {"RUNNING", Right},
                 {"LABEL"},
                 {"NOTE"}});
    for (const auto& each : *list)
        table.add({each.manifest.package.name,
                   stateText(each),
                   std::string(nameOf(each.bucket)),
                   {networkText(each), each.networkAllowed ? Paint::None : Paint::Waiting},
                   leftText(each.quota),
                   std::to_string(each.jobs),
                   std::to_string(each.running),
                   each.manifest.label,
                   {noteOf(each), each.bad ? Paint::Bad : Paint::Faint}});
    table.print(screen);
    return ends::ok;
}

} // namespace

Verb appsVerb() {
    return {.name = "apps",
            .words = "",
            .summary = "list the apps that are installed, and how each stands with its limits",
            .about = "An app is a manifest in ~/.local/share/stint/apps, or in stint/apps of one of XDG_DATA_DIRS.",
            .options = {},
            .examples = {},
            .run = apps};
}

} // namespace stint::cli
