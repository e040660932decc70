// High messages that showed the user something, or not (limits.md §8.5, push.md §4.3): who is seen to show
// notifications, and when a sender's downgrade begins or ends by time alone.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "contract/model/event.hpp"
#include "contract/model/view.hpp"

namespace stint {

struct State;
struct Turn;

/// The line's view of the notifications that apps show by themselves.
struct Watching {
    bool on = false;             ///< it sees them
    std::string trouble;         ///< why it does not, as it said
    std::optional<Instant> next; ///< a sender's downgrade begins or ends then
};

/// True where the line is to watch: an app is registered, and the policy says so.
bool wantsWatch(const State& state);
/// True where a notification would be seen that follows a message of that registration: it has a receiver, whose app
/// shows through Stint, or the line watches.
bool isJudged(const State& state, const std::string& connector);
/// The reason why the line does not see notifications; empty: it does.
std::string unwatchedBecause(const State& state);
/// The app's messages in numbers, with the reason why they are not judged.
MessagesView messagesViewOf(const State& state, const App& app, Now now);
/// Says of each whether it showed something.
void tellShown(const State& state, std::vector<MessageStory>& stories, Now now);

/// After a restart: what was shown meanwhile nobody has seen.
void beginWatching(Turn& turn);
/// Sets when the next sender's downgrade begins or ends.
void settleShown(Turn& turn);

} // namespace stint
