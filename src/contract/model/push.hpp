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
#include "base/time/time.hpp"
#include "stint/units.hpp"

namespace stint {

struct State; ///< the core's, which alone knows its members

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
    WallTime came;            ///< to this device

    Instant runsOut() const { return arrived + ttl; }

    bool operator==(const PushMessage&) const = default;
};

/// The place of a message on its way, or its end (push.md §5).
enum class MessageState : std::uint8_t {
    Waits,
    Given,        ///< its app has it, and has not taken it yet
    Taken,        ///< the end, as the following are
    NotTaken,     ///< by its receiver, or by a connector whose registration has ended
    Expired,      ///< before it might pass
    Replaced,     ///< by one of its topic
    Deleted,      ///< there was no room
    Unregistered, ///< its registration ended
    Gone,         ///< no message: a registration ended, for the bus does not know its connector any more
};
inline constexpr std::array<std::string_view, 9> messageStateWords{
    "waits", "given", "taken", "not_taken", "expired", "replaced", "deleted", "unregistered", "gone"};
constexpr std::string_view nameOf(MessageState state) { return messageStateWords[static_cast<std::size_t>(state)]; }
std::optional<MessageState> messageStateNamed(std::string_view name);

/// The word for what a message of high urgency showed the user (limits.md §8.5).
enum class Shown : std::uint8_t {
    None,  ///< it is of another urgency, was not handed out, or that is longer ago than push.window
    Waits, ///< a notification may still follow it in time
    Yes,
    No,
    NotJudged, ///< nobody could have seen a notification
};
inline constexpr std::array<std::string_view, 5> shownWords{"none", "waits", "yes", "no", "not_judged"};
constexpr std::string_view nameOf(Shown shown) { return shownWords[static_cast<std::size_t>(shown)]; }
std::optional<Shown> shownNamed(std::string_view name);

/// All that the log tells of one message (push.md §5), on its way or over; never what it says.
struct MessageStory {
    std::int64_t number = 0; ///< as MessageView has it
    AppId app;
    std::string id; ///< by which the line knows it; empty: it was sent on the spot
    Urgency urgency = Urgency::Normal;
    std::string topic;
    bool note = false; ///< no message, but the note that some are lost
    WallTime sent;
    WallTime came; ///< to this device
    WallTime runsOut;
    std::string held;              ///< what held it last; empty: nothing
    std::optional<WallTime> given; ///< to its app, the last time
    Urgency givenAs = Urgency::Normal;
    std::int32_t tries = 0;        ///< how often its connector has not taken it
    std::optional<WallTime> again; ///< it is tried again then; nullopt: when its app registers, if ever
    MessageState state = MessageState::Waits;
    std::optional<WallTime> ended;
    Shown shown = Shown::None; ///< asked anew of what is stored, for it is known only later than the message's end

    /// Those of the present, in the order of arrival.
    static std::vector<MessageStory> all(const State& state, Now now);
    static constexpr auto noun = "message";
    static constexpr auto fields = [](auto& field, auto& story) {
        field("number", story.number);
        field("package", story.app.name);
        field("id", story.id);
        field.word("priority", story.urgency, urgencyNamed);
        field("topic", story.topic);
        field("note", story.note);
        field("sent", story.sent);
        field("came", story.came);
        field("runsOut", story.runsOut);
        field("held", story.held);
        field("given", story.given);
        field.word("givenAs", story.givenAs, urgencyNamed);
        field("tries", story.tries);
        field("again", story.again);
        field.word("state", story.state, messageStateNamed);
        field("ended", story.ended);
        field.word("shown", story.shown, shownNamed);
    };
    bool operator==(const MessageStory&) const = default;
};

/// A request for the messages of an app that were on their way at `since`, or later.
struct MessageLogAsked {
    std::string package; ///< empty: of all apps
    WallTime since;
    std::string after; ///< MessageLogPage::after of the page before; empty: the first page
};
/// A page of the answer: first those of the present, then those that are over, each app's newest first.
struct MessageLogPage {
    std::vector<MessageStory> messages;
    std::string after; ///< for the next page; empty: this is the last
};
inline constexpr std::size_t mostMessagesLogged = 300; ///< entries of a page

/// One high-priority message that was delivered, and whether a notification followed in time (limits.md §8.5).
struct PushNote {
    Instant delivered;
    bool shown = false;
    bool judged = true;       ///< false: nobody could have seen a notification
    std::int64_t message = 0; ///< its number, and
    WallTime came{};          ///< when it came: by both the log knows it

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
    std::optional<WallTime> last;    ///< when a message came
    bool rotates = false;            ///< it is to get another token
    std::string successor;           ///< the registration that was made in its place; empty: none
    std::optional<WallTime> retires; ///< its senders are told then that it is gone; nullopt: they are not
    bool revoked = false;            ///< it has ended, and its connector is to be told that
    /// The session bus has not known its connector since then (push.md §4.3), by the clock of this boot: a time that
    /// the machine was off is none. nullopt: it does.
    std::optional<Instant> unknown;
    // The following are a receiver's, as its app wants it (push.md §4.4).
    std::string own;       ///< the app's name for it; empty: a connector's
    std::string vapid;     ///< the key that its sender signs with; empty: none
    bool encrypted = true; ///< the server takes nothing else
    bool untold = false;   ///< its receiver is to be told its endpoint, or that it has ended

    /// True until the line has made it, under another name.
    bool isWish() const { return !own.empty() && details.empty(); }

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

/// Messages that the line has passed over, for one reason (push.md §4.2).
struct LeftOut {
    std::string reason;
    std::int64_t count = 0;

    static constexpr auto noun = "reason";
    static constexpr auto fields = [](auto& field, auto& left) {
        field("reason", left.reason);
        field("count", left.count);
    };
    bool operator==(const LeftOut&) const = default;
};

/// From now on the line fetches these, from those places on (push.md §4.2); of a registration that is not named,
/// nothing.
struct LineWanted {
    struct Of {
        Registration registration;
        Urgencies urgencies;
        bool closed = false; ///< the server is to tell its senders that it is gone; what it has is fetched all the same
        bool doubted = false; ///< it is to be seen whether the bus still does not know its connector
        bool operator==(const Of&) const = default;
    };
    LinePlace place;
    std::vector<Of> of; ///< by name
    bool watch = false; ///< the line is to tell which app shows notifications (push.md §4.3)
};

} // namespace stint
