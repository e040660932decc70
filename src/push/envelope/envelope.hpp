// A message in the store (push.md §2.1): its headers, its body, and the MAC by which its device knows that it comes
// from the server and is where it was put. Whatever comes in is checked first: who steals a broker can write anything.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time/time.hpp"
#include "push/envelope/names.hpp"
#include "stint/result.hpp"

namespace stint::push {

/// A device's secret, which it gives to the server when it joins.
using LineKey = std::array<unsigned char, 32>;
LineKey newLineKey();
/// The server's, with which a device seals its line key so that the server alone can open it.
using PublicKey = std::array<unsigned char, 32>;
std::string sealed(const LineKey& key, const PublicKey& publicKey);

struct Envelope {
    Address to;
    std::string id; ///< 22 characters of base64url: 16 bytes
    WallTime sent;
    Duration ttl{0}; ///< whole seconds
    std::string topic;
    std::string body; ///< as it was posted, unread

    bool operator==(const Envelope&) const = default;
};

using Headers = std::vector<std::pair<std::string, std::string>>;
inline constexpr std::string_view idHeader = "Nats-Msg-Id"; ///< by which JetStream knows a message that comes again
/// JetStream's, of a message that it tells: its sequence, and that of the one before it of its subject, 0: of none.
inline constexpr const char *sequenceHeader = "Nats-Sequence", *lastHeader = "Nats-Last-Sequence";
/// Empty: it has none.
std::string_view idOf(const Headers& headers);

/// 16 random bytes; or, of a sender that gave a key for what it may post twice, made of that and the registration.
std::string newId();
std::string idFor(std::string_view registration, std::string_view idempotencyKey);

/// The headers of `envelope` in the store, signed with the device's key.
Headers headersOf(const Envelope& envelope, const LineKey& key);

/// The message with that subject, those headers (others of them are NATS's own) and that body. IllegalArgument: it is
/// none, with what is wrong in a few words that are the same for all such messages; Security: it was not signed with
/// this key, as it stands here.
Result<Envelope> envelopeIn(std::string_view subject, const Headers& headers, std::string body, const LineKey& key);

} // namespace stint::push
