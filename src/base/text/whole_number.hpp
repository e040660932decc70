// Whole numbers in JSON that somebody else may have written. nlohmann's get<T>() accepts 1.5, true and 2^40 for one,
// and its behaviour is undefined for 1e300.
#pragma once
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

namespace stint {

/// The number, which must be whole and fit; else throws what nlohmann's checked access throws.
template <class Number> Number wholeNumber(const nlohmann::json& value) {
    using nlohmann::json;
    if (!value.is_number_integer()) throw json::type_error::create(302, "type must be a whole number", &value);
    const bool fits = value.is_number_unsigned() ? std::in_range<Number>(value.get<std::uint64_t>())
                                                 : std::in_range<Number>(value.get<std::int64_t>());
    if (!fits) throw json::out_of_range::create(406, "number out of range", &value);
    return value.get<Number>();
}

} // namespace stint
