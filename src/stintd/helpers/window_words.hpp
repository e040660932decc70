// What stint-toplevels says to stintd, one message of a SOCK_SEQPACKET each: the names that the windows in front bear,
// or why it sees none.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace stint {

using WindowNames = std::set<std::string, std::less<>>;

/// So many names at most, of so many bytes each; further ones are left out. A desktop has one window in front, or one
/// a seat.
inline constexpr std::size_t mostWindowNames = 8, longestWindowName = 255;
/// No message is longer.
inline constexpr std::size_t longestWindowWord = 4096;

/// Not empty, not too long, without control characters.
bool isWindowName(std::string_view name);

std::string windowsText(const WindowNames& inFront);
std::string blindText(std::string_view why);
/// What windowsText() was made of; none, where it is no such message.
WindowNames windowsFrom(std::string_view message);
/// Why none is seen; empty, where it is no such message.
std::string_view blindFrom(std::string_view message);

} // namespace stint
