// An app's memory as JSON, and back: lists and tables of plain words; and its usage, which is its standby bucket and
// the times it follows from (limits.md §2.2). In a usage an absent key has the initial value of Usage, so `{}` is an
// app that was never used. And the stored state that is derived from the device. Reading returns IllegalArgument for
// any other text.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/app.hpp"
#include "contract/model/bucket.hpp"
#include "contract/model/device.hpp"
#include "stint/result.hpp"

namespace stint {

std::string instantsText(const std::vector<Instant>& instants);
Result<std::vector<Instant>> instantsFrom(std::string_view text);

using Flags = std::map<std::string, bool, std::less<>>;
std::string flagsText(const Flags& flags);
Result<Flags> flagsFrom(std::string_view text);

using StringSet = std::set<std::string, std::less<>>;
std::string wordsText(const StringSet& words);
Result<StringSet> wordsFrom(std::string_view text);

/// Each channel is a list of id, name and importance.
std::string channelsText(const std::vector<Channel>& channels);
Result<std::vector<Channel>> channelsFrom(std::string_view text);

/// One line, the same bytes for the same usage.
std::string usageText(const Usage& usage);

/// Reads what usageText() wrote. Nothing in it is trusted: an unknown key, bucket or reason, or a time out of range, is
/// IllegalArgument with its name.
Result<Usage> usageFrom(std::string_view text);

std::string deviceStateText(const DeviceState& state);
/// Returns IllegalArgument with the name of the wrong value.
Result<DeviceState> deviceStateFrom(std::string_view text);

} // namespace stint
