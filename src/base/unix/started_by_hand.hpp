// Our helpers take no words: stintd starts them. A person who tries one with a word is told what it is.
#pragma once

namespace stint {

/// Tells `what` the program `name` is: on stdout, and 0 as its exit code, for --help and -h; on stderr, and 64, for all
/// else.
int startedByHand(const char* name, const char* what, const char* word);

} // namespace stint
