// Members of JSON that somebody else may have written: one that is missing, or of another type, is none, and so is any
// of what is no object.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace stint {

template <class Json> std::optional<std::string> textMember(const Json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    if (found == object.end() || !found->is_string()) return std::nullopt;
    return found->template get<std::string>();
}

/// A whole number, not below 0.
template <class Json> std::optional<std::uint64_t> countMember(const Json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->template get<std::uint64_t>();
}

} // namespace stint
