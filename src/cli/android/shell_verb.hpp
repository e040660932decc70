// One of Android's shell verbs, asked of the daemon and printed as it answers.
#pragma once
#include <string>
#include <vector>

#include "cli/screen/terminal.hpp"

namespace stint::cli {

/// `words` behind `before` ({"cmd", "deviceidle"}, {"am"}); answers the exit code.
int shellVerb(const std::vector<std::string>& before, const std::vector<std::string>& words, const Screen& screen);

} // namespace stint::cli
