// Our helpers take no words, because stintd starts them. A person who tries one with a word is told what it is.
#pragma once

namespace stint {

/// Prints `what` the program `name` is, and returns its exit code: on stdout and 0 for --help and -h, on stderr and 64
/// for any other word.
int startedByHand(const char* name, const char* what, const char* word);

} // namespace stint
