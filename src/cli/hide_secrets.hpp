// Takes secrets out of this process's command line, which every user of the machine may read in /proc: as curl does,
// once they have been read. What was there before that moment can have been seen.
#pragma once
#include <span>

namespace stint::cli {

/// Overwrites, in place, what behind `get` and `put` follows --header, --cookie, --user and --proxy, and the name and
/// password in a URL.
void hideSecrets(std::span<char* const> words);

} // namespace stint::cli
