// A TOML file read by toml++, through the one function that all our files go through: manifests and policies. It takes
// the part of TOML that they need: keys, tables, and values of one line.
//
// toml++ 3.3 (Debian 12) aborts on some files that are no TOML ("[.a]"), and its behaviour is undefined for others
// where assertions are left out. So here they are left in, in every build, and throw; and files that they do not catch
// are refused before (toml.cpp). No other file includes toml++, because all have to include it in the same way.
#pragma once
#include <string_view>

#include "stint/result.hpp"

namespace stint {

/// Throws, to be caught in parseToml().
[[noreturn]] void tomlAssertionFailed();

} // namespace stint

#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(condition) ((condition) ? static_cast<void>(0) : ::stint::tomlAssertionFailed())
#define TOML_HEADER_ONLY 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

namespace stint {

/// IllegalArgument says "FILE:LINE:COLUMN: this is not TOML: …". Its time and memory depend on the length of `text`
/// alone, and its recursion is no deeper than a person's files need.
Result<toml::table> parseToml(std::string_view text, std::string_view file);

} // namespace stint
