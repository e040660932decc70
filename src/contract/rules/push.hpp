// Pushed messages (limits.md §8.5): which of them wait for a maintenance window, and which apps' high priority has lost
// its weight because nothing is ever shown for it (since Android 13; no bucket limits messages).
#pragma once
#include <optional>

#include "contract/model/view.hpp"
#include "contract/rules/world.hpp"
#include "stint/result.hpp"

namespace stint {

/// The way in which a message goes out now.
struct Passage {
    bool passes = true; ///< else it waits for the window, or for the end of Doze
    bool high = false;  ///< treated as high, whatever it was sent as

    bool operator==(const Passage&) const = default;
};

/// The message's passage (limits.md §8.5): high priority passes Doze, light and deep; normal, and a downgraded one,
/// waits while it idles.
Passage passageOf(const PushMessage& message, const AppMemory& memory, const World& world);

/// The error of keeping one more message for the app, of which `waiting` wait: more than push.max_waiting. PROPOSAL:
/// its sender is told (LimitExceeded), because nothing that was accepted is lost. FCM drops all of them, and reports it
/// by onDeletedMessages().
std::optional<Error> waitingError(const AppId& app, std::int64_t waiting, const Constants& constants);

/// True if the app's high-priority messages count as normal: too few of those delivered within push.window were
/// followed by a notification within push.match.
bool downgraded(const AppMemory& memory, Instant now, const Constants& constants);

/// The app's messages in numbers; `waiting` of them wait.
MessagesView messagesOf(const AppMemory& memory, std::int64_t waiting, Instant now, const Constants& constants);

/// Notes the delivery of a message that was sent with high priority; one that was downgraded counts, too.
void noteDelivered(AppMemory& memory, Instant now, const Constants& constants);

/// Notes that the app shows a notification that interrupts: it is for every message of the last push.match.
void noteShown(AppMemory& memory, Instant now, const Constants& constants);

} // namespace stint
