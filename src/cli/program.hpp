// `stint` itself: a command line in, an exit code out; and secrets removed from that line, which every user of the
// machine can read in /proc. Like curl, it removes them once they were read; until then they can be seen.
#pragma once
#include <span>
#include <string>
#include <vector>

namespace stint::cli {

/// `line` without the program's name.
int runProgram(const std::vector<std::string>& line);

/// After `get` and `put`, overwrites the values of --header, --cookie, --user and --proxy, and the name and password in
/// a URL.
void hideSecrets(std::span<char* const> words);

} // namespace stint::cli
