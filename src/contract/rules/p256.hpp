// Points on the curve P-256, by their coordinates alone: a VAPID key (RFC 8292) that is none is refused where an app
// names it. Nothing here is secret, and nothing is signed.
#pragma once
#include <string_view>

namespace stint {

inline constexpr std::size_t pointCharacters = 87; ///< of base64url: 65 bytes

/// True for an uncompressed point of P-256 in base64url, without padding.
bool isP256Point(std::string_view text);

} // namespace stint
