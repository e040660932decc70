// The words of `stint device set`: scenario.md's device table as keys, each with what it takes, and the Device that a
// set of such words makes of the embedded default (architecture.md: screen on, mains power, network up).
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "model/device.hpp"
#include "stint/result.hpp"

namespace stint {

/// What a person said, by key, as it was written. Always consistent: no two of them contradict each other.
using DeviceWords = std::map<std::string, std::string, std::less<>>;

inline constexpr std::string_view networkPrefix = "network.";
/// Of `charging`: it follows from the level and the time (limits.md §10.3). Of `doze`: nobody holds it.
inline constexpr std::string_view automatic = "auto";

std::span<const std::string_view> deviceKeys();

/// IllegalArgument names the key that was probably meant.
Result<void> checkKey(std::string_view key);
/// Whether the key is known and takes that text; IllegalArgument says what would be right.
Result<void> checkWord(std::string_view key, std::string_view text);
/// Whether words that are said together can be true together.
Result<void> checkTogether(const DeviceWords& words);
/// `words` with `changes` said after them: what they contradict is taken back.
DeviceWords merged(DeviceWords words, const DeviceWords& changes);

/// What was said of `key`; nullptr: nothing.
const std::string* wordFor(const DeviceWords& words, std::string_view key);
/// The same as a yes or no.
bool truthOf(const DeviceWords& words, std::string_view key, bool otherwise);

/// The device by these words, without its storage. Words that checkWord refuses must not be among them.
Device deviceBy(const DeviceWords& words);
/// One of deviceKeys() as `device` has it, in the words that checkWord takes ("unknown" for a motion that no sensor
/// tells).
std::string wordOf(const Device& device, std::string_view key);

} // namespace stint
