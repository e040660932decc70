// `stint` itself: a command line in, an exit code out.
#pragma once
#include <string>
#include <vector>

namespace stint::cli {

/// `line` without the program's name.
int runProgram(const std::vector<std::string>& line);

} // namespace stint::cli
