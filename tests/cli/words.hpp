// The words of a command line, and of what it printed.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace stint::cli::test {

using Words = std::vector<std::string>;

inline bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace stint::cli::test
