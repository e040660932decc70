// A line of JSON. Only files that print JSON include this, and nlohmann-json with it.
#pragma once
#include <string>

#include <nlohmann/json.hpp>

namespace stint::cli {

using Json = nlohmann::ordered_json;

/// {"schema": 1}, to which a line's keys are added.
Json header();
/// Apps' text may not be UTF-8: such bytes are replaced, never an exception.
std::string dumped(const Json& line);

} // namespace stint::cli
