// The types of a bundle's values (jobs.md §12.9) by D-Bus's letters for them, which the wire and the store use.
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
