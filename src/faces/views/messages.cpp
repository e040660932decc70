#include "faces/views/messages.hpp"

#include <fmt/core.h>

#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

constexpr Duration worthTelling = 1s; ///< of what lies between two times

std::string arrivalText(const MessageStory& story) {
    if (story.note) return "no message: older ones were lost on the way";
    std::string text = fmt::format("{}, {}", nameOf(story.urgency), story.id.empty() ? "on the spot" : "by the line");
    if (!story.topic.empty()) text += fmt::format(", topic {}", story.topic);
    if (story.came - story.sent >= worthTelling)
        text += fmt::format(", sent {} before", briefly(story.came - story.sent));
    return text;
}

std::string handingText(const MessageStory& story) {
    std::string text = fmt::format("as {}", nameOf(story.givenAs));
    if (story.givenAs != story.urgency) text += ": its sender is downgraded";
    if (!story.held.empty()) text += fmt::format(", held by {}", story.held);
    const Duration late = *story.given - story.sent;
    text += late >= worthTelling ? fmt::format(", {} late", briefly(late)) : std::string(", at once");
    return text;
}

/// The sentence for a time or more that its app had it and did not take it.
std::string refusalText(const MessageStory& story) {
    std::string text = counted(story.tries, "time");
    if (story.state != MessageState::Waits) return text;
    return text + (story.again ? fmt::format("; tried again at {}", clockText(*story.again))
                               : std::string("; tried again when its app registers"));
}

LogLine endOf(const MessageStory& story) {
    const WallTime when = *story.ended;
    switch (story.state) {
    case MessageState::Waits:
    case MessageState::Given:
        break; // no end
    case MessageState::Taken:
        return {when, "taken", "by its app"};
    case MessageState::NotTaken:
        return {when, "not taken", "by its app, for good"};
    case MessageState::Expired:
        return {when, "expired", story.held.empty() ? "" : fmt::format("held by {}", story.held)};
    case MessageState::Replaced:
        return {when, "replaced", fmt::format("by a newer one of topic {}", story.topic)};
    case MessageState::Deleted:
        return {when, "dropped", "there was no room for another"};
    case MessageState::Unregistered:
        return {when, "unregistered", "its registration ended"};
    }
    return {when, std::string(nameOf(story.state)), ""};
}

} // namespace

std::vector<LogLine> linesOf(const MessageStory& story) {
    std::vector<LogLine> lines{{story.came, "arrived", arrivalText(story)}};
    if (story.given) lines.push_back({*story.given, "handed out", handingText(story)});
    const WallTime last = lines.back().when;
    if (story.tries > 0) lines.push_back({last, "not taken", refusalText(story)});
    if (story.ended) lines.push_back(endOf(story));
    if (story.state == MessageState::Waits && story.tries == 0)
        lines.push_back({last, "waits", story.held.empty() ? "" : fmt::format("held by {}", story.held)});
    return lines;
}

} // namespace stint::cli
