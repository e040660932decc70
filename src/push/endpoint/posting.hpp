// A POST of an application's server, judged in the order of push.md §3 (RFC 8030, RFC 8292): pure, by the request and
// what is known of its registration. And where its message is from then on.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/http/message.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/push.hpp"
#include "push/envelope/envelope.hpp"
#include "push/keys/server_keys.hpp"
#include "push/mailbox/registrations.hpp"

namespace stint::push {

inline constexpr std::size_t longestPath = 64;
inline const Duration longestTtl = Constants().pushTtlMax;          ///< what is longer is taken as that
inline constexpr Duration knownAfter = std::chrono::hours(30 * 24); ///< a registration is known to be gone for so long

inline constexpr auto untilBack = std::chrono::seconds(5); ///< that a sender waits for what is away
/// An answer with a Retry-After of whole seconds, at least one.
http::Answer retryLater(int status, Duration after, std::string_view sentence);

/// The token in the path. nullopt: it is no path of a registration.
std::optional<std::string_view> tokenIn(std::string_view path);

/// The words of a POST, but for its registration's own part.
struct Posting {
    Urgency urgency = Urgency::Normal;
    Duration ttl{0};
    std::string topic;
    std::string idempotencyKey; ///< empty: it gave none

    bool operator==(const Posting&) const = default;
};

/// The registration, if a message may be posted to it now; else the answer: 404, 410, 401, 403, 400. `origin` is ours.
std::optional<http::Answer> refusalOf(const http::Request& head, const std::optional<Registered>& registered,
                                      std::string_view origin, WallTime now);
/// A POST's headers read; else 400, with what is wrong.
struct Understood {
    std::optional<http::Answer> refused;
    Posting posting;
};
Understood understood(const http::Request& head);

/// The message to keep.
Envelope envelopeOf(const Posting& posting, const Registered& registered, std::string body, WallTime now);

// The Location of a message that was taken (push.md §3.2): who has it may take that message back. The servers alone can
// make and read one, and nobody can guess one.

inline constexpr std::string_view locationPath = "/m/";

struct Located {
    std::string registration;
    Urgency urgency = Urgency::Normal;
    std::string id;

    bool operator==(const Located&) const = default;
};
/// /m/SEALED/ID
std::string locationOf(const Located& located, const ServerKeys& keys);
/// nullopt: it is none that these servers have made.
std::optional<Located> locatedAt(std::string_view path, const ServerKeys& keys);

} // namespace stint::push
