// An error message of a program without a terminal of its own.
#pragma once
#include <string_view>

namespace stint {

/// Prints "PROGRAM: sentence" on stderr: one line that steers no terminal, whatever names stand in the sentence.
void complain(std::string_view program, std::string_view sentence);

} // namespace stint
