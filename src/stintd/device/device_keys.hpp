// The words of `stint device set`: checked, merged, and applied to a Device. The keys are those of
// contract/model/device_fields.hpp.
#pragma once
#include <string_view>

#include "contract/model/device_fields.hpp"
#include "stint/result.hpp"

namespace stint {

/// An unknown key is an IllegalArgument that names the key that was probably meant.
Result<void> checkKey(std::string_view key);
/// Checks that the key is known and takes that text; IllegalArgument says what would be right.
Result<void> checkWord(std::string_view key, std::string_view text);
/// Checks that words that are set together can be true together.
Result<void> checkTogether(const DeviceWords& words);
/// Adds `changes` to `words`; drops the words that they contradict.
DeviceWords merged(DeviceWords words, const DeviceWords& changes);

/// The embedded default (architecture.md): screen on, mains power, network up.
Device defaultDevice();
/// `device` with these words applied. All of them must have passed checkWord().
Device deviceBy(const DeviceWords& words, Device device);

} // namespace stint
