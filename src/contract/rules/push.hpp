// Pushed messages (limits.md §8.5): which of them wait for a maintenance window, and which apps' high priority has lost
// its weight because nothing is ever shown for it (since Android 13; no bucket limits messages).
#pragma once
#include <array>
#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "contract/model/view.hpp"
#include "contract/rules/world.hpp"
#include "stint/result.hpp"

namespace stint {

/// One thing that holds messages back (push.md §4.2), in words.
struct MessageHold {
    std::string_view name;
    std::string_view detail; ///< the present state, and the wanted one
    std::string_view clears; ///< the change that would lift it
};
/// The places of all there are in the table.
enum HoldPlace : std::size_t { byDoze, byBattery, byPower, byNetwork, byApp };
/// Those that hold a message are told in this order, and the first is named alone.
inline constexpr std::array<MessageHold, 5> messageHolds{
    {{"doze", "the device dozes", "use the device, or wait for a window"},
     {"battery", "the battery is low, and nothing charges it", "charge it"},
     {"power", "the device is not plugged in", "plug it in"},
     {"network", "there is no unmetered network", "connect to one"},
     {"app", "its app was given it, and has not taken it", "start the app"}}};
/// Those that hold a message, by their places in the table.
using MessageHolds = std::bitset<messageHolds.size()>;

/// The way in which a message goes out now.
struct Passage {
    MessageHolds holds;                ///< none: it passes
    Urgency urgency = Urgency::Normal; ///< what it is treated as, whatever it was sent as

    bool passes() const { return holds.none(); }
    /// The first that holds it: "doze"; empty: it passes.
    std::string_view heldBy() const;
    bool operator==(const Passage&) const = default;
};

/// The error of what the message says of itself (push.md §2).
std::optional<Error> messageError(const PushMessage& message);

/// The passage of a message that was sent to the app with that urgency (push.md §4.2).
Passage passageOf(Urgency urgency, const AppMemory& memory, const World& world);

/// "h,n": the urgencies in a trace, the most urgent first.
std::string lettersOf(Urgencies urgencies);

/// The error of what the line says of a registration.
std::optional<Error> wordsError(const Registration& registration);
/// The error of a registration's name (push.md §4.3, §4.4).
std::optional<Error> registrationNameError(const std::string& name, std::size_t longest);
/// Registrations that count beside one more (push.md §4.4).
struct RegistrationsThere {
    std::int64_t its = 0;   ///< of its app, or of the process that asks for it
    std::int64_t all = 0;   ///< that have not ended
    std::int64_t ended = 0; ///< of which the server does not know that yet
};
/// The error of one more registration by that name.
std::optional<Error> registrationError(const Registration& registration, const RegistrationsThere& there,
                                       const Constants& constants);

/// The time to try again what an app has not taken, which it was given `tries` times before; the end of time: when it
/// registers again (push.md §4.3).
Instant triedAgainAt(std::size_t tries, Instant now);

/// The standing of a registration in whose place another was made (push.md §4.4).
enum class Retirement : std::uint8_t {
    None,   ///< its senders are not told anything
    Waits,  ///< they may still post to it
    Closed, ///< they are told that it is gone; what they posted before is fetched
    Over,   ///< nothing of that is worth something any more
};
Retirement retirementOf(const Registration& registration, WallTime now, const Constants& constants);
/// The time at which the registration has had its token for so long that it may get another by itself. nullopt: it gets
/// one already, or has none yet.
std::optional<WallTime> rotatesAt(const Registration& registration, Duration age);
/// The time of either that is next, where a token lasts for push.rotate_after. nullopt: none is.
std::optional<WallTime> changesAt(const Registration& registration, WallTime now, const Constants& constants);

/// The instant at which a message that waits passes if nothing disturbs, where Doze lets go at `dozeOpens`; nullopt: by
/// an event, or not before it runs out.
std::optional<Instant> passesAt(const PushMessage& message, const AppMemory& memory, const World& world,
                                std::optional<Instant> dozeOpens);

/// The error of keeping one more message for the app, of which `waiting` wait: more than push.max_waiting. PROPOSAL:
/// its sender is told (LimitExceeded), because nothing that was accepted is lost. FCM drops all of them, and reports it
/// by onDeletedMessages().
std::optional<Error> waitingError(const AppId& app, std::int64_t waiting, const Constants& constants);

/// True if the app's high-priority messages count as normal: too few of those delivered within push.window were
/// followed by a notification within push.match.
bool downgraded(const AppMemory& memory, Instant now, const Constants& constants);

/// The next instant at which time alone makes downgraded() another: a message's push.match is over, or it is older
/// than push.window. nullopt: none.
std::optional<Instant> downgradeChangesAt(const AppMemory& memory, Instant now, const Constants& constants);

/// The app's messages in numbers; `waiting` of them wait.
MessagesView messagesOf(const AppMemory& memory, std::int64_t waiting, Now now, const Constants& constants);

/// Notes the delivery of a message that was sent with high priority; one that was downgraded counts, too.
void noteDelivered(AppMemory& memory, PushNote note, const Constants& constants);

/// Notes that the app shows a notification that interrupts: it is for every message of the last push.match. False: it
/// is for none that had none yet.
bool noteShown(AppMemory& memory, Instant now, const Constants& constants);

/// Notes that from here on back to push.match notifications were not seen, perhaps: what had none yet is not judged.
/// False: there is no such message.
bool noteUnseen(AppMemory& memory, Instant now, const Constants& constants);

/// The word for a message that was delivered with high priority.
Shown shownOf(const PushNote& note, Instant now, const Constants& constants);

} // namespace stint
