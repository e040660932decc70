// The types of what a bundle holds (jobs.md §12.9), by the letters that D-Bus has for them: on the wire and in the
// store.
#pragma once
#include <array>
#include <variant>

#include "stint/bundle.hpp"

namespace stint {

/// In the order of BundleValue::Variant.
inline constexpr std::array bundleTypes{"b", "i", "x", "d", "s", "ab", "ai", "ax", "ad", "as", "a{sv}"};
static_assert(bundleTypes.size() == std::variant_size_v<BundleValue::Variant>);

inline const char* typeOf(const BundleValue& value) { return bundleTypes.at(value.held.index()); }

} // namespace stint
