#include "contract/core/shown.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "contract/core/state.hpp"
#include "contract/rules/push.hpp"

namespace stint {
namespace {

/// Apps whose notifications nobody sees but the line.
std::set<AppId> appsWithConnectors(const State& state) {
    std::set<AppId> apps;
    for (const auto& [name, entry] : state.line.entries)
        if (!entry.registration.connector.empty()) apps.insert(entry.registration.app);
    return apps;
}

} // namespace

bool wantsWatch(const State& state) {
    return state.constants.pushWatchNotifications &&
           std::ranges::any_of(state.line.entries, [](const auto& each) { return !each.second.registration.ended; });
}

bool isJudged(const State& state, const std::string& connector) { return connector.empty() || state.watching.on; }

std::string unwatchedBecause(const State& state) {
    if (state.watching.on) return {};
    if (!state.constants.pushWatchNotifications) return "push.watch_notifications is off";
    return state.watching.trouble.empty() ? "stint-push is not there" : state.watching.trouble;
}

MessagesView messagesViewOf(const State& state, const App& app, Now now) {
    const AppId& id = app.manifest.package;
    MessagesView view = messagesOf(app.memory, state.messages.countFor(id), now, state.constants);
    const auto isUnseen = [&](const auto& each) {
        return each.second.registration.app == id && !isJudged(state, each.second.registration.connector);
    };
    if (std::ranges::any_of(state.line.entries, isUnseen)) view.notJudged = unwatchedBecause(state);
    return view;
}

// A number is given out again after a restart, but not at the same time.
void tellShown(const State& state, std::vector<MessageStory>& stories, Now now) {
    using Known = std::map<std::pair<std::int64_t, WallTime>, Shown>;
    std::map<AppId, Known> known;
    for (MessageStory& story : stories) {
        const auto [its, isNew] = known.try_emplace(story.app);
        const App* const app = isNew ? state.app(story.app) : nullptr;
        if (app)
            for (const PushNote& note : app->memory.pushes)
                its->second[{note.message, note.came}] = shownOf(note, now.elapsed, state.constants);
        const auto found = its->second.find({story.number, story.came});
        story.shown = found == its->second.end() ? Shown::None : found->second;
    }
}

void apply(Turn& turn, const NotificationsWatched& event) {
    turn.state.watching.on = event.on;
    turn.state.watching.trouble = event.trouble;
    for (const AppId& id : appsWithConnectors(turn.state))
        if (App* const app = turn.app(id); app && noteUnseen(app->memory, turn.now.elapsed, turn.state.constants))
            turn.save(*app);
}

void apply(Turn& turn, const AppShowed& event) {
    App* const app = turn.app(event.app);
    if (app && noteShown(app->memory, turn.now.elapsed, turn.state.constants)) turn.save(*app);
}

void beginWatching(Turn& turn) {
    State& state = turn.state;
    for (const AppId& id : appsWithConnectors(state)) {
        const auto memory = state.memories.find(id);
        if (memory != state.memories.end() && noteUnseen(memory->second, turn.now.elapsed, state.constants))
            turn.record(SaveApp{memory->second, turn.now});
    }
}

// It matters for apps for which something waits, here or at the server.
void settleShown(Turn& turn) {
    State& state = turn.state;
    std::set<AppId> apps;
    for (const auto& [name, entry] : state.line.entries)
        if (!entry.registration.ended) apps.insert(entry.registration.app);
    for (const auto& [id, waiting] : state.messages.waiting())
        if (waiting.message.urgency == Urgency::High) apps.insert(waiting.message.app);
    state.watching.next.reset();
    for (const AppId& id : apps)
        if (const App* const app = turn.app(id))
            state.watching.next =
                earlier(state.watching.next, downgradeChangesAt(app->memory, turn.now.elapsed, state.constants));
}

} // namespace stint
