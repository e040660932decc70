// A TOML file as toml++ reads it, by the one function that all files of ours go through: manifests and policies. Of
// what TOML has, that is everything that they need: keys, tables, and values of one line.
//
// toml++ 3.3 (Debian 12) aborts on some files that are no TOML ("[.a]"), and does what is undefined with others where
// assertions are left out. So here they are left in, in every build, and throw; and what they do not see is refused
// ahead (toml.cpp). No other file includes toml++, for all have to have it alike.
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

/// IllegalArgument says "FILE:LINE:COLUMN: this is not TOML: …". In time and memory that follow the length of `text`
/// alone, and never deeper than a person writes.
Result<toml::table> parseToml(std::string_view text, std::string_view file);

} // namespace stint
