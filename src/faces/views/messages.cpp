#include "faces/views/messages.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text/number.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

constexpr Duration worthTelling = 1s; ///< of what lies between two times

std::string arrivalText(const MessageStory& story) {
    if (story.note) return "no message: older ones were lost on the way";
    std::string text =
        fmt::format("{}, {}", urgencyText(story.urgency), story.id.empty() ? "on the spot" : "by the line");
    if (!story.topic.empty()) text += fmt::format(", topic {}", story.topic);
    if (story.came - story.sent >= worthTelling)
        text += fmt::format(", sent {} before", briefly(story.came - story.sent));
    return text;
}

std::string handingText(const MessageStory& story) {
    std::string text = fmt::format("as {}", urgencyText(story.givenAs));
    if (story.givenAs != story.urgency) text += ": its sender is downgraded";
    if (!story.held.empty()) text += fmt::format(", held by {}", story.held);
    const Duration late = *story.given - story.sent;
    if (late >= worthTelling) return text + fmt::format(", {} late", briefly(late));
    return story.held.empty() ? text + ", at once" : text;
}

/// limits.md §8.5.
std::optional<LogLine> shownLine(const MessageStory& story) {
    switch (story.shown) {
    case Shown::None:
    case Shown::Waits:
        break;
    case Shown::Yes:
        return LogLine{*story.given, "shown", "a notification of its app followed in time"};
    case Shown::No:
        return LogLine{*story.given, "not shown", "no notification of its app followed in time"};
    case Shown::NotJudged:
        return LogLine{*story.given, "not judged", "nobody could see whether a notification followed"};
    }
    return std::nullopt;
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
    case MessageState::Gone:
        return {when, "gone", "the session bus does not know the app any more: its registration ended"};
    }
    return {when, std::string(nameOf(story.state)), ""};
}

} // namespace

std::vector<LogLine> linesOf(const MessageStory& story) {
    if (story.state == MessageState::Gone) return {endOf(story)};
    std::vector<LogLine> lines{{story.came, "arrived", arrivalText(story)}};
    if (story.given) lines.push_back({*story.given, "handed out", handingText(story)});
    if (story.given)
        if (auto shown = shownLine(story)) lines.push_back(*std::move(shown));
    const WallTime last = lines.back().when;
    if (story.tries > 0) lines.push_back({last, "not taken", refusalText(story)});
    if (story.ended) lines.push_back(endOf(story));
    if (story.state == MessageState::Waits && story.tries == 0)
        lines.push_back({last, "waits", story.held.empty() ? "" : fmt::format("held by {}", story.held)});
    return lines;
}

namespace {

TimedSentence connectionOf(const LineStatus& line) {
    const std::string server = line.server.empty() ? "" : fmt::format(" to {}", line.server);
    const std::string trouble = line.trouble.empty() ? "" : fmt::format(": {}", line.trouble);
    const std::string is = line.up ? fmt::format("connected{}", server) : std::string("not connected");
    const std::string speed =
        line.roundTrip > Duration{0} ? fmt::format("; it answers within {}", roughDuration(line.roundTrip)) : "";
    if (!line.since) return {.before = is + trouble + speed};
    return {.before = is + " since ", .time = line.since, .after = trouble + speed};
}

TimedSentence closingOf(const LineStatus& line) {
    return {.before = "closed until ", .time = line.closedUntil, .after = fmt::format(": {}", floodText)};
}

/// The misdeeds of a server, and the consequences, since the daemon began.
std::vector<TimedSentence> misdeedsOf(const LineStatus& line) {
    constexpr auto distance = TimedSentence::As::Distance;
    std::vector<TimedSentence> sentences;
    if (line.anew)
        sentences.push_back(
            {.before = "its sequences began anew ",
             .time = line.anew,
             .as = distance,
             .after = ", for the server has lost some, or is another: all that it has was asked for again"});
    if (line.flooded && !line.closedUntil)
        sentences.push_back({.before = fmt::format("it was closed {} for too many urgent messages, last ",
                                                   counted(line.floods, "time")),
                             .time = line.flooded,
                             .as = distance});
    std::int64_t all = 0;
    std::string reasons;
    for (const LeftOut& each : line.leftOut) {
        all += each.count;
        reasons += fmt::format("{}{} ({})", reasons.empty() ? "" : ", ", each.reason, each.count);
    }
    if (all > 0) sentences.push_back({.before = fmt::format("{} passed over: {}", counted(all, "message"), reasons)});
    return sentences;
}

/// Asking is what keeps the connection alive. In Doze it is put off, or brought forward, to a window, which asks
/// anyway.
std::string whyItAsks(const LineStatus& line) {
    const bool isByWindow = line.asked && *line.asks != *line.asked + line.keepAlive;
    return isByWindow ? ", when a window opens anyway" : ", so that the connection stays alive";
}

} // namespace

std::vector<TimedSentence> sentencesOf(const LineStatus& line) {
    if (line.registrations == 0) return {};
    constexpr auto distance = TimedSentence::As::Distance;
    std::vector<TimedSentence> sentences{connectionOf(line)};
    if (line.closedUntil)
        sentences.push_back(closingOf(line));
    else
        sentences.push_back(
            {.before = "fetched now: " + (line.fetched.empty() ? "nothing" : urgenciesText(line.fetched))});
    if (line.asked) sentences.push_back({.before = "it last asked the server ", .time = line.asked, .as = distance});
    if (line.asks)
        sentences.push_back({.before = "it asks again ", .time = line.asks, .as = distance, .after = whyItAsks(line)});
    for (TimedSentence& each : misdeedsOf(line))
        sentences.push_back(std::move(each));
    if (!line.unwatched.empty()) sentences.push_back({.before = "what apps show is not judged: " + line.unwatched});
    sentences.push_back({.before = fmt::format("{}; {} in the inbox", counted(line.registrations, "registration"),
                                               counted(line.waiting, "message"))});
    return sentences;
}

std::vector<TimedSentence> troublesOf(const LineStatus& line) {
    std::vector<TimedSentence> troubles;
    if (!line.up) troubles.push_back(connectionOf(line));
    if (line.closedUntil) troubles.push_back(closingOf(line));
    return troubles;
}

std::string urgencyText(Urgency urgency) {
    std::string text(nameOf(urgency));
    std::ranges::replace(text, '_', '-');
    return text;
}

std::string urgenciesText(std::string_view letters) {
    std::string text;
    for (const Urgency urgency : {Urgency::High, Urgency::Normal, Urgency::Low, Urgency::VeryLow}) {
        if (letters.find(letterOf(urgency)) == std::string_view::npos) continue;
        if (!text.empty()) text += ", ";
        text += nameOf(urgency);
    }
    std::ranges::replace(text, '_', ' ');
    return text;
}

std::string cutShort(std::string endpoint) {
    constexpr std::size_t shown = 6;
    const std::size_t token = endpoint.rfind('/') + 1;
    if (token + shown < endpoint.size()) endpoint.replace(token + shown, std::string::npos, "…");
    return endpoint;
}

std::string endpointText(const RegistrationView& registration) {
    if (registration.ended) return "ended; the server is to be told";
    return registration.endpoint.empty() ? "the server has not made it yet" : registration.endpoint;
}

} // namespace stint::cli
