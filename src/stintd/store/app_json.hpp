// An app's memory as JSON, and back: lists and tables of plain words. Reading returns IllegalArgument for any other
// text.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/app.hpp"
#include "stint/result.hpp"

namespace stint {

std::string instantsText(const std::vector<Instant>& instants);
Result<std::vector<Instant>> instantsFrom(std::string_view text);

using Flags = std::map<std::string, bool, std::less<>>;
std::string flagsText(const Flags& flags);
Result<Flags> flagsFrom(std::string_view text);

using Words = std::set<std::string, std::less<>>;
std::string wordsText(const Words& words);
Result<Words> wordsFrom(std::string_view text);

/// Each channel is a list of id, name and importance.
std::string channelsText(const std::vector<Channel>& channels);
Result<std::vector<Channel>> channelsFrom(std::string_view text);

} // namespace stint
