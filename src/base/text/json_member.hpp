// JSON that somebody else may have written: its members, of which one that is missing, or of another type, is none, and
// so is any of what is no object; and its whole numbers.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

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

/// The number, which must be whole and fit; else throws what nlohmann's checked access throws. Its get<T>()
/// accepts 1.5, true and 2^40 for one, and its behaviour is undefined for 1e300.
template <class Number> Number wholeNumber(const nlohmann::json& value) {
    using nlohmann::json;
    if (!value.is_number_integer()) throw json::type_error::create(302, "type must be a whole number", &value);
    const bool fits = value.is_number_unsigned() ? std::in_range<Number>(value.get<std::uint64_t>())
                                                 : std::in_range<Number>(value.get<std::int64_t>());
    if (!fits) throw json::out_of_range::create(406, "number out of range", &value);
    return value.get<Number>();
}

} // namespace stint
