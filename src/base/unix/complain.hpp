// What a program without a terminal of its own says went wrong.
#pragma once
#include <string_view>

namespace stint {

/// "PROGRAM: sentence" on stderr; whatever names stand in the sentence, it is one line and steers no terminal.
void complain(std::string_view program, std::string_view sentence);

} // namespace stint
