// VAPID (RFC 8292): an application server signs its requests, so that a push service takes them from nobody else.
#pragma once
#include <string>
#include <string_view>

#include "base/time/time.hpp"
#include "push/webpush/key_pair.hpp"
#include "stint/result.hpp"

namespace stint::webpush {

/// No signature holds longer (RFC 8292 §2).
inline constexpr Duration mostValid = std::chrono::hours(24);

/// The value of `Authorization` for requests to that origin ("https://push.example"), which holds until `expires`.
std::string vapidFor(std::string_view origin, WallTime expires, const KeyPair& key);

/// The key (a point) that has signed it for this origin. IllegalArgument: it is no VAPID at all; Security: it is one,
/// and is not signed by its key, is for another origin, has run out, or would hold for more than a day.
Result<std::string> signerOf(std::string_view authorization, std::string_view origin, WallTime now);

} // namespace stint::webpush
