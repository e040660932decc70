// The messages of stint-toplevels to stintd, on a SOCK_SEQPACKET: the names of the windows in front, or the reason that
// it sees none.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace stint {

using WindowNames = std::set<std::string, std::less<>>;

/// The most names in a message, and the most bytes of a name; further names are left out. A desktop has one window in
/// front, or one for each seat.
inline constexpr std::size_t mostWindowNames = 8, longestWindowName = 255;
/// The longest message.
inline constexpr std::size_t longestWindowWord = 4096;

/// True if it is not empty, not too long, and without control characters.
bool isWindowName(std::string_view name);

std::string windowsText(const WindowNames& inFront);
std::string blindText(std::string_view why);
/// The names in a message of windowsText(); none where it is another message.
WindowNames windowsFrom(std::string_view message);
/// The reason in a message of blindText(); empty where it is another message.
std::string_view blindFrom(std::string_view message);

} // namespace stint
