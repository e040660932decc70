// The verbs that talk to push services, for which `stint` runs stint-pushctl.
#pragma once
#include "faces/cli/line/verbs.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::pushctl {

/// `stint push send`: a message, encrypted and signed, to an endpoint's URL (push.md §5). Returns the exit code.
int send(const cli::Arguments& given, const cli::Screen& screen);

} // namespace stint::pushctl
