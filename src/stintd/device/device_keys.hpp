// The words of `stint device set`: checked, put together, and said over a Device. The keys are those of
// contract/model/device_fields.hpp.
#pragma once
#include <string_view>

#include "contract/model/device_fields.hpp"
#include "stint/result.hpp"

namespace stint {

/// IllegalArgument names the key that was probably meant.
Result<void> checkKey(std::string_view key);
/// Whether the key is known and takes that text; IllegalArgument says what would be right.
Result<void> checkWord(std::string_view key, std::string_view text);
/// Whether words that are said together can be true together.
Result<void> checkTogether(const DeviceWords& words);
/// `words` with `changes` said after them: what they contradict is taken back.
DeviceWords merged(DeviceWords words, const DeviceWords& changes);

/// The embedded default (architecture.md): screen on, mains power, network up.
Device defaultDevice();
/// `device` by these words. Words that checkWord refuses must not be among them.
Device deviceBy(const DeviceWords& words, Device device);

} // namespace stint
