#include "cli/daemon/app_lookup.hpp"

#include <algorithm>

#include "cli/screen/exit_code.hpp"
#include "cli/screen/text.hpp"

namespace stint::cli {

Result<std::optional<AppView>> findApp(Daemon& daemon, const std::string& package) {
    std::vector<AppView> all = STINT_TRY(daemon.apps());
    const auto found =
        std::ranges::find_if(all, [&](const AppView& app) { return app.manifest.package.name == package; });
    if (found == all.end()) return std::optional<AppView>{};
    return std::optional(std::move(*found));
}

int noSuchApp(const Screen& screen, std::string_view what, const std::string& package) {
    return screen.fail(ends::noInput,
                       fmt::format("{}: there is no app {}; `stint apps` lists them", what, printable(package)));
}

} // namespace stint::cli
