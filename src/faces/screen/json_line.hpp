// A line of JSON. Only files that print JSON include this, and nlohmann-json with it.
#pragma once
#include <string>

#include <nlohmann/json.hpp>

#include "base/text/printable.hpp"

namespace stint::cli {

using Json = nlohmann::ordered_json;

/// {"schema": 1}, to which a line's keys are added.
inline Json header() { return Json{{"schema", 1}}; }
/// Apps' text may not be UTF-8: such bytes are replaced, never an exception.
inline std::string dumped(const Json& line) {
    return printableJson(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

} // namespace stint::cli
