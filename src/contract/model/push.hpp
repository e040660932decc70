// Pushed messages (limits.md §8.5, push.md), and what is known of the line that brings them from elsewhere: the
// registrations of apps, and how far each was read.
#pragma once
#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text/app_id.hpp"
#include "stint/units.hpp"

namespace stint {

/// RFC 8030 §5.3; push.md §2.
enum class Urgency : std::uint8_t { VeryLow, Low, Normal, High };
inline constexpr std::array<std::string_view, 4> urgencyWords{"very_low", "low", "normal", "high"};
constexpr std::string_view nameOf(Urgency urgency) { return urgencyWords[static_cast<std::size_t>(urgency)]; }
/// Takes "very-low", too, as RFC 8030 and command lines have it.
std::optional<Urgency> urgencyNamed(std::string_view name);
/// "v", "l", "n", "h".
constexpr std::string_view letterOf(Urgency urgency) { return nameOf(urgency).substr(0, 1); }

inline constexpr std::size_t longestTopic = 32;
/// True for up to 32 characters of the base64url alphabet (RFC 8030 §5.4); empty: no topic.
bool isTopic(std::string_view text);

/// A pushed message that waits for its delivery.
struct PushMessage {
    std::uint64_t id = 0;
    AppId app;
    std::string receiver;
    Urgency urgency = Urgency::Normal; ///< when it was sent
    Duration ttl{0};                   ///< from its arrival on; then it is worth nothing (push.md §2)
    std::string topic;                 ///< a newer one replaces it; empty: it has none
    std::string data;
    Instant arrived; ///< or was sent, where the line brought it
    WallTime arrivedWall;
    std::string registration; ///< that it came for; empty: it was sent on the spot
    bool deleted = false;     ///< no message, but the note that some are lost (push.md §4.1)
    std::string lineId;       ///< by which the line knows it, however often it comes; empty: sent on the spot

    Instant runsOut() const { return arrived + ttl; }

    bool operator==(const PushMessage&) const = default;
};

/// One high-priority message that was delivered, and whether a notification followed in time (limits.md §8.5).
struct PushNote {
    Instant delivered;
    bool shown = false;

    bool operator==(const PushNote&) const = default;
};

/// Some of the urgencies, by their values.
using Urgencies = std::bitset<urgencyWords.size()>;
constexpr std::size_t placeOf(Urgency urgency) { return static_cast<std::size_t>(urgency); }

/// A place at which an app gets messages from elsewhere (push.md §4.4), and how far the line has read there: by
/// urgency, the sequence in the store of the last message that is taken in; 0: none.
struct Registration {
    std::string name; ///< that the line knows it by
    AppId app;
    std::string receiver; ///< of the app's manifest; empty: its only one
    std::array<std::uint64_t, urgencyWords.size()> cursors{};
    std::string connector; ///< the bus name that takes its messages (push.md §4.3); empty: the receiver does
    std::string details;   ///< all that the line keeps of it, which nobody else reads
    bool ended = false;    ///< it is none any more, and the server does not know that yet
    std::string endpoint;  ///< the URL that its sender posts to, a secret; empty: the server has not made it yet
    WallTime made;
    std::optional<WallTime> last; ///< when a message came

    bool operator==(const Registration&) const = default;
};

/// The messages of one urgency for one registration: the store numbers them, and keeps the last push.stored.
struct Subject {
    std::string registration;
    Urgency urgency = Urgency::Normal;
    auto operator<=>(const Subject&) const = default;
};
struct LineCursor {
    Subject of;
    std::uint64_t sequence = 0;
    bool operator==(const LineCursor&) const = default;
};

/// A message as the line brings it.
struct LineMessage {
    Subject of;
    std::uint64_t sequence = 0; ///< 0: the store does not keep it
    std::string id;             ///< the same however often it is sent
    WallTime sent;              ///< by the server's clock
    std::optional<Duration> ttl;
    std::string topic;
    std::string data;
    bool operator==(const LineMessage&) const = default;
};

/// From it on the store gives out sequences a second time, above `from` (push.md §4.1).
struct LineEpoch {
    std::uint64_t number = 0;
    std::uint64_t from = 0;
    bool operator==(const LineEpoch&) const = default;
};

/// The store that all cursors belong to; another name, or a later epoch, has other sequences.
struct LinePlace {
    std::string stream;
    std::uint64_t epoch = 0;
    bool operator==(const LinePlace&) const = default;
};

/// From now on the line fetches these, from those places on (push.md §4.2); of a registration that is not named,
/// nothing.
struct LineWanted {
    struct Of {
        Registration registration;
        Urgencies urgencies;
        bool operator==(const Of&) const = default;
    };
    LinePlace place;
    std::vector<Of> of; ///< by name
};

} // namespace stint
