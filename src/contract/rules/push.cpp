#include "contract/rules/push.hpp"

#include <algorithm>

#include "base/result/errors.hpp"

namespace stint {

Passage passageOf(const PushMessage& message, const AppMemory& memory, const World& world) {
    const bool high = message.high && !downgraded(memory, world.now.elapsed, world.constants);
    return {.passes = high || !world.state.doze.idle(), .high = high};
}

std::optional<Error> waitingError(const AppId& app, std::int64_t waiting, const Constants& constants) {
    if (waiting < constants.pushMaxWaiting) return std::nullopt;
    return fail(Errc::LIMIT_EXCEEDED,
                "{} messages wait for {} already, and no more are kept; try again when it has them", waiting, app.name);
}

bool downgraded(const AppMemory& memory, Instant now, const Constants& constants) {
    std::int64_t judged = 0, shown = 0;
    for (const PushNote& note : memory.pushes) {
        if (note.delivered <= now - constants.pushWindow) continue;
        // PROPOSAL: a message that may still be followed in time is not held against the app yet.
        if (!note.shown && note.delivered > now - constants.pushMatch) continue;
        ++judged;
        shown += note.shown;
    }
    constexpr std::int64_t whole = 100;
    return judged >= constants.pushMinMessages && shown * whole < judged * constants.pushMinRatio;
}

MessagesView messagesOf(const AppMemory& memory, std::int64_t waiting, Instant now, const Constants& constants) {
    MessagesView view{.downgraded = downgraded(memory, now, constants),
                      .waiting = waiting,
                      .room = std::max<std::int64_t>(constants.pushMaxWaiting - waiting, 0)};
    for (const PushNote& note : memory.pushes) {
        if (note.delivered <= now - constants.pushWindow) continue;
        ++view.delivered;
        view.shown += note.shown;
    }
    return view;
}

void noteDelivered(AppMemory& memory, Instant now, const Constants& constants) {
    std::erase_if(memory.pushes, [&](const PushNote& note) { return note.delivered <= now - constants.pushWindow; });
    memory.pushes.push_back({.delivered = now});
}

void noteShown(AppMemory& memory, Instant now, const Constants& constants) {
    for (PushNote& note : memory.pushes)
        note.shown = note.shown || note.delivered >= now - constants.pushMatch;
}

} // namespace stint
