// Rules of texts that more than one word of this room has.
#pragma once
#include <string_view>

#include "fleet/document/fields.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::fleet {

inline constexpr Limits aName{1, 128};

inline std::string_view crockfordRule(std::string_view text) {
    return push::from32(text, push::crockford) ? "" : "in Crockford's base32, in capitals";
}

} // namespace stint::fleet
