// An installed app by its package, as the verbs want it.
#pragma once
#include <optional>
#include <string>

#include "cli/daemon/daemon.hpp"
#include "cli/screen/terminal.hpp"

namespace stint::cli {

/// nullopt: no such app is installed.
Result<std::optional<AppView>> findApp(Daemon& daemon, const std::string& package);

/// "stint: `what`: there is no app …"; answers 66.
int noSuchApp(const Screen& screen, std::string_view what, const std::string& package);

} // namespace stint::cli
