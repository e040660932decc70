// `stint push test` (push.md §5): a message through the whole circle, from a server's point of view and from this
// device's.
#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include <fmt/core.h>
#include <poll.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "contract/model/push.hpp"
#include "contract/model/view.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/lookup.hpp"
#include "faces/pushctl/server/post.hpp"
#include "faces/pushctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/messages.hpp"
#include "faces/views/phrases.hpp"
#include "push/webpush/encryption.hpp"

namespace stint::pushctl {
namespace {

using cli::Daemon;
namespace calls = cli::calls;
namespace ends = cli::ends;

constexpr Duration patience = 30s;
constexpr int worthSeconds = 60; // a held one is to disturb nobody later
constexpr std::string_view testText = "A test message of stint push test";

/// One message's way, as far as it is known.
struct Circle {
    RegistrationView registration;
    std::string origin;
    std::string id; ///< empty: it was not posted
    bool encrypted = false;
    long status = 0;
    WallTime posted;                   ///< the server has it
    Duration posting{0};               ///< until then
    std::optional<MessageStory> story; ///< nullopt: it has not arrived here
    std::string held;                  ///< by that, on its server or here
    std::optional<WallTime> until;
    std::string detail;
};

std::optional<Duration> between(WallTime from, std::optional<WallTime> to) {
    if (!to) return std::nullopt;
    return std::max(Duration{0}, *to - from); // the line may have it before its sender has the answer
}

/// The times of the legs behind the posting; nullopt: it has not come so far.
struct Legs {
    std::optional<Duration> arrived, passed, taken;
};

Legs legsOf(const Circle& circle) {
    if (!circle.story) return {};
    const MessageStory& story = *circle.story;
    Legs legs{.arrived = between(circle.posted, story.came), .passed = between(story.came, story.given), .taken = {}};
    if (story.given && story.state == MessageState::Taken) legs.taken = between(*story.given, story.ended);
    return legs;
}

std::string lengthText(Duration length) {
    return length == Duration{0} ? "< 1 ms" : fmt::format("{} ms", length.count());
}

void tellLegs(const Circle& circle, const cli::Screen& screen) {
    const Legs legs = legsOf(circle);
    cli::Table table({{"LEG"}, {"TOOK", cli::Table::Align::Right}});
    const auto add = [&](std::string leg, std::optional<Duration> took) {
        if (took) table.add({printable(leg), lengthText(*took)});
    };
    add(fmt::format("posted to {} ({})", circle.origin, circle.status), circle.posting);
    add("arrived at stintd", legs.arrived);
    add("passed the gate", legs.passed);
    add(fmt::format("taken by {}", circle.registration.app.name), legs.taken);
    table.print(screen);
}

void tellJson(const Circle& circle, const cli::Screen& screen) {
    const auto orNull = [](const auto& value) { return value ? cli::Json(value->count()) : cli::Json(); };
    const Legs legs = legsOf(circle);
    cli::Json line = cli::header();
    line["package"] = circle.registration.app.name.str();
    line["id"] = circle.id;
    line["encrypted"] = circle.encrypted;
    line["status"] = circle.status;
    line["posted"] = circle.posting.count();
    line["arrived"] = orNull(legs.arrived);
    line["passed"] = orNull(legs.passed);
    line["taken"] = orNull(legs.taken);
    line["state"] = circle.story ? nameOf(circle.story->state) : "posted";
    line["held"] = circle.held.empty() ? cli::Json() : cli::Json(circle.held);
    line["until"] = circle.until ? cli::Json(circle.until->time_since_epoch().count()) : cli::Json();
    screen.print(cli::dumped(line));
}

void tellCircle(const Circle& circle, const cli::Screen& screen) {
    screen.json() ? tellJson(circle, screen) : tellLegs(circle, screen);
}

/// The app's first registration. IllegalState: it has none.
Result<RegistrationView> firstRegistration(Daemon& daemon, const std::string& package) {
    const AppView app = STINT_TRY(cli::lookUpApp(daemon, package));
    for (RegistrationView& each : STINT_TRY(daemon.ask(calls::registrations())))
        if (each.app == app.manifest.package && !each.ended && !each.retires) return std::move(each);
    return fail(Errc::ILLEGAL_STATE,
                "it is not registered for messages from elsewhere; an app registers by UnifiedPush when it runs: "
                "`stint push apps` lists those that are");
}

Result<std::string> troubleOfLine(Daemon& daemon) {
    for (const LineStatus& line : STINT_TRY(daemon.ask(calls::line())))
        if (!line.up) return line.trouble.empty() ? std::string("the line is not connected") : line.trouble;
    return std::string();
}

/// Posts it as it is, or encrypted for keys that nobody has, where the registration takes nothing else.
Result<Answer> posted(Circle& circle) {
    Request request{
        .url = circle.registration.endpoint,
        .headers = {fmt::format("TTL: {}", worthSeconds), "Urgency: normal", "Content-Type: application/octet-stream"},
        .body = std::string(testText)};
    const auto once = [&] {
        const Duration begun = steadyNow();
        auto answer = post(request);
        circle.posting = steadyNow() - begun;
        circle.posted = wallNow();
        return answer;
    };
    constexpr long notUnderstood = 400;
    auto answer = once();
    if (!answer.ok() || answer->status != notUnderstood) return answer;
    circle.encrypted = true;
    const webpush::Subscription nobody{.point = webpush::KeyPair::random().point(),
                                       .auth = webpush::KeyPair::random().point().substr(1, webpush::authSize)};
    request.body = STINT_TRY(webpush::encrypt(testText, nobody));
    request.headers.emplace_back("Content-Encoding: aes128gcm");
    return once();
}

/// Sees whether what holds a message of normal urgency keeps it on its server: nobody fetches it meanwhile.
Result<void> noteHeldThere(Daemon& daemon, Circle& circle) {
    for (const LineStatus& line : STINT_TRY(daemon.ask(calls::line()))) {
        if (!line.closedUntil) continue;
        circle.held = "flood";
        circle.until = line.closedUntil;
        circle.detail = cli::floodText;
        return {};
    }
    for (const DeviceLimitView& limit : STINT_TRY(daemon.ask(calls::deviceLimits()))) {
        if (limit.open || limit.work != "messages of normal priority") continue;
        circle.held = limit.by;
        circle.until = limit.until;
        circle.detail = limit.detail;
    }
    return {};
}

/// Sees what holds it here.
Result<void> noteHeldHere(Daemon& daemon, Circle& circle) {
    for (const MessageView& view : STINT_TRY(daemon.messages(circle.registration.app.name.str()))) {
        if (view.id != circle.story->number || view.holds.empty()) continue;
        circle.held = view.held;
        circle.until = view.holds.front().until;
        circle.detail = view.holds.front().detail;
    }
    return {};
}

/// Waits for news of messages. False: none came until then.
Result<bool> awaitNews(Daemon& daemon, Duration until) {
    for (;;) {
        for (const cli::News& news : STINT_TRY(daemon.takeNews()))
            if (const auto* lists = std::get_if<cli::ListsChanged>(&news); lists && lists->topics.has(Topic::Messages))
                return true;
        const Duration left = until - steadyNow();
        if (left <= Duration{0}) return false;
        pollfd watched{daemon.fd(), daemon.events(), 0};
        const Duration wait = std::min(left, daemon.timeout().value_or(left));
        if (::poll(&watched, 1, pollTimeout(wait)) < 0 && errno != EINTR)
            return fail(Errc::SYSTEM, "cannot wait for news: {}", std::generic_category().message(errno));
    }
}

bool isOver(const Circle& circle) { return !circle.held.empty() || (circle.story && circle.story->ended); }

/// Follows the message until it is taken, or held, or has ended otherwise. False: nothing more was heard of it.
Result<bool> follow(Daemon& daemon, Circle& circle) {
    const Duration until = steadyNow() + patience;
    const WallTime since = circle.posted - 1min; // the clock of an entry is the daemon's, but may be set
    for (;;) {
        STINT_TRY(daemon.watchEverything(Topic::Messages)); // one news for each time that it was asked for
        for (MessageStory& story : STINT_TRY(daemon.messageLog(circle.registration.app.name.str(), since)))
            if (story.id == circle.id) circle.story = std::move(story);
        if (circle.story && circle.story->state == MessageState::Waits) STINT_TRY(noteHeldHere(daemon, circle));
        if (!circle.story) STINT_TRY(noteHeldThere(daemon, circle));
        if (isOver(circle)) return true;
        if (!STINT_TRY(awaitNews(daemon, until))) return false;
    }
}

/// The sentence of a message that was heard of last on this leg.
std::string stoppedAt(Daemon& daemon, const Circle& circle) {
    if (circle.story) return fmt::format("its app was given it, and has not taken it for {}", formatDuration(patience));
    std::string sentence =
        fmt::format("the server has it, and it has not arrived at stintd for {}", formatDuration(patience));
    if (const auto trouble = troubleOfLine(daemon); trouble.ok() && !trouble->empty())
        sentence += fmt::format(": {}", *trouble);
    return sentence;
}

int tellHeld(const Circle& circle, const cli::Screen& screen) {
    if (screen.json()) return ends::waits;
    const std::string until = circle.until ? fmt::format(" until {}", cli::clockText(*circle.until)) : "";
    screen.print(printable(fmt::format("held by {}{}: {}", circle.held, until, circle.detail)));
    screen.print(fmt::format("it runs out {} after it was posted", formatDuration(std::chrono::seconds(worthSeconds))));
    return ends::waits;
}

/// Tells what has become of it; returns the exit code.
int tellEnd(Daemon& daemon, const Circle& circle, bool over, const cli::Screen& screen) {
    tellCircle(circle, screen);
    if (!over) return screen.fail(ends::inputOutput, stoppedAt(daemon, circle));
    if (!circle.held.empty()) return tellHeld(circle, screen);
    if (circle.story->state == MessageState::Taken) return ends::ok;
    return screen.fail(ends::inputOutput, fmt::format("it arrived, and ended as {}", nameOf(circle.story->state)));
}

} // namespace

int test(const cli::Arguments& given, const cli::Screen& screen) {
    const std::string what = fmt::format("cannot test messages for {}", printable(given.words[0]));
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    auto registration = firstRegistration(*daemon, given.words[0]);
    if (!registration.ok()) return cli::failOfLookUp(screen, what, registration.error());
    Circle circle{.registration = *std::move(registration)};
    if (circle.registration.endpoint.empty()) {
        const auto trouble = troubleOfLine(*daemon);
        const std::string why = trouble.ok() && !trouble->empty() ? fmt::format(": {}", *trouble) : "";
        return screen.fail(ends::inputOutput,
                           fmt::format("{}: its server has not made the registration yet{}", what, printable(why)));
    }
    const auto origin = originOf(circle.registration.endpoint);
    if (!origin.ok()) return screen.fail(what, origin.error());
    circle.origin = *origin;
    const auto answer = posted(circle);
    if (!answer.ok())
        return screen.fail(ends::inputOutput, fmt::format("cannot reach the server: {}", answer.error().message));
    circle.status = answer->status;
    if (answer->status < 200 || answer->status > 299) return failOf(*answer, screen);
    circle.id = answer->location.substr(answer->location.rfind('/') + 1); // push.md §3: its id ends the Location
    if (circle.id.empty()) return screen.fail(ends::protocol, "the server does not tell the message's id");
    const auto over = follow(*daemon, circle);
    if (!over.ok()) return screen.fail("cannot follow it", over.error());
    return tellEnd(*daemon, circle, *over, screen);
}

} // namespace stint::pushctl
