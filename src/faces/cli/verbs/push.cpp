// `stint push`: sends a message to an app's receiver (limits.md §8.5), and lists those that wait.
#include "faces/cli/verbs/push.hpp"

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/terminal.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/limit_text.hpp"
#include "faces/views/messages.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {

namespace {

int push(const Arguments& given, const Screen& screen) {
    const std::string& package = given.words[0];
    const std::string what = fmt::format("cannot push a message to {}", printable(package));
    std::optional<Duration> ttl;
    if (const auto text = given.value("ttl")) {
        const auto read = parseDuration(*text);
        if (!read.ok()) return screen.fail("--ttl", read.error());
        ttl = *read;
    }
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const auto app = lookUpApp(*daemon, package);
    if (!app.ok()) return failOfLookUp(screen, what, app.error());
    const auto sent = daemon->ask(calls::push(package, {.data = given.value("data").value_or(""),
                                                        .receiver = given.value("receiver").value_or(""),
                                                        .urgency = given.value("priority").value_or(""),
                                                        .ttl = ttl,
                                                        .topic = given.value("topic").value_or("")}));
    return sent.ok() ? ends::ok : screen.fail(what, sent.error());
}

} // namespace

Verb pushVerb() {
    return {
        .name = "push",
        .words = "PACKAGE",
        .fewest = 1,
        .most = 1,
        .summary = "send a message to an app's receiver",
        .about =
            "It is kept until the app may have it: one of high priority at once, a normal one not while the device "
            "dozes, a low one only on a charger or an unmetered network, a very low one only on both. A sender whose "
            "high-priority messages show the user nothing loses their priority.",
        .options = {{"--priority", "high|normal|low|very-low", "how urgent it is (default: normal)"},
                    {"--ttl", "DURATION",
                     "what waits longer is dropped (default and most: push.ttl_max); 0s: now or never"},
                    {"--topic", "NAME", "it replaces what waits with the same topic: 1 to 32 letters, digits, - and _"},
                    {"--data", "TEXT", "what the app gets, at most 64 KiB"},
                    {"--receiver", "NAME", "of the app's manifest (default: its only one)"}},
        .examples = {{"stint push com.example.mail --priority high --data hello", ""},
                     {"stint push com.example.mail --priority low --topic inbox --ttl 4h",
                      "on a charger or an unmetered network, within 4 hours"}},
        .run = push};
}

// `stint push send`, which another program runs (src/faces/pushctl): who sends nothing elsewhere needs none of it.

Verb pushSendVerb() {
    return {.name = "push send",
            .words = "URL [DATA|-]",
            .fewest = 1,
            .most = 2,
            .summary = "send a message to a push service, as an application server does",
            .about = "URL is the endpoint that an app was given by Web Push or UnifiedPush, on this machine or any "
                     "other; - reads "
                     "the message from stdin. With --key and --auth, which the app gives beside its URL, only the app "
                     "can read it "
                     "(RFC 8291); without them it is sent as it is. With --vapid it is signed (RFC 8292).\n"
                     "Ends with 0 when the server has taken it, 66 when there is no such registration (any more), 75 "
                     "when it is to "
                     "be tried again later, 77 when the server does not let this sender.",
            .options = {{"--urgency", "high|normal|low|very-low", "how urgent it is (default: normal)"},
                        {"--ttl", "DURATION", "how long the server keeps it (default and most: 28d); 0s: now or never"},
                        {"--topic", "NAME", "it replaces what waits with the same topic"},
                        {"--key", "P256DH", "the app's public key, in base64url"},
                        {"--auth", "SECRET", "the app's secret, in base64url"},
                        {"--vapid", "FILE", "signs with this key: PEM, or JSON as web-push writes it"}},
            .examples = {{"stint push send $URL --urgency high --ttl 1h --topic inbox hello", ""},
                         {"stint push send $URL --key $P256DH --auth $AUTH --vapid vapid.pem -",
                          "encrypted and signed, from stdin"}},
            .program = "stint-pushctl"};
}

Verb pushTestVerb() {
    return {.name = "push test",
            .words = "PACKAGE",
            .fewest = 1,
            .most = 1,
            .summary = "send a message through the whole circle, to an app that is registered",
            .about = "It is posted to the server as the app's own would, at the app's first registration, and followed "
                     "until the app has taken it: how long each leg took. An app that takes only what is encrypted "
                     "cannot read it, and drops it.\n"
                     "Ends with 0 when the app has taken it, 66 when the app is not registered, 74 when no server is "
                     "reached or nothing more is heard of it for 30s, 75 when it is held: by what, and until when.",
            .options = {},
            .examples = {{"stint push test com.example.mail", ""}},
            .program = "stint-pushctl"};
}

// `stint push messages`: what waits, for what and until when (push.md §4).

namespace {

Result<std::vector<MessageView>> waitingMessages(const std::optional<std::string>& package, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    if (package) STINT_TRY(lookUpApp(daemon, *package));
    return daemon.messages(package);
}

constexpr std::string_view everyUrgency = "h,n,l,v";

/// A registration of an app, or of any, whose messages may wait on its server, unseen from here.
struct Unfetched {
    std::string fetched; ///< "h,n": what is fetched all the same
    LineStatus line;
};

/// nullopt: all is fetched, or there is no registration.
Result<std::optional<Unfetched>> unfetchedOf(Daemon& daemon, const std::optional<std::string>& package) {
    const auto registrations = STINT_TRY(daemon.ask(calls::registrations()));
    const auto lines = STINT_TRY(daemon.ask(calls::line()));
    const LineStatus line = lines.empty() ? LineStatus() : lines.front();
    for (const RegistrationView& view : registrations)
        if (!view.ended && (!package || view.app.name == *package) && (!line.up || view.fetched != everyUrgency))
            return std::optional(Unfetched{view.fetched, line});
    return std::optional<Unfetched>();
}

/// The device's limits that hold messages, of any app.
Result<std::vector<DeviceLimitView>> messageLimits(Daemon& daemon) {
    auto limits = STINT_TRY(daemon.ask(calls::deviceLimits()));
    std::erase_if(limits,
                  [](const DeviceLimitView& limit) { return limit.open || !limit.work.starts_with("messages"); });
    return limits;
}

int tellNone(const std::optional<std::string>& package, const Screen& screen) {
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail("cannot list messages", daemon.error());
    const auto unfetched = unfetchedOf(*daemon, package);
    if (!unfetched.ok()) return screen.fail("cannot tell what is fetched", unfetched.error());
    screen.tell(*unfetched ? fmt::format("no message waits here; a server may keep some: `stint why push:{}` says what "
                                         "holds them there",
                                         package.value_or("PACKAGE"))
                           : "no message waits");
    return ends::ok;
}

int pushMessages(const Arguments& given, const Screen& screen) {
    const auto package = given.words.empty() ? std::nullopt : std::optional(given.words[0]);
    const auto list = waitingMessages(package, screen);
    if (!list.ok()) return failOfLookUp(screen, "cannot list messages", list.error());
    if (list->empty()) return tellNone(package, screen);
    const WallTime now = wallNow();
    Table table({{"PACKAGE"}, {"PRIORITY"}, {"TOPIC"}, {"CAME"}, {"HELD BY"}, {"PASSES"}, {"RUNS OUT"}});
    for (const MessageView& view : *list) {
        if (screen.json()) screen.print(jsonOfRow(view));
        table.add({view.app.name,
                   urgencyText(view.urgency),
                   view.topic.empty() ? std::string("-") : view.topic,
                   timeText(view.arrived, now),
                   {view.held.empty() ? "-" : view.held, Paint::Waiting},
                   view.passes ? timeText(*view.passes, now) : std::string("when that is lifted"),
                   timeText(view.runsOut, now)});
    }
    if (!screen.json()) table.print(screen);
    return ends::ok;
}

} // namespace

Verb pushMessagesVerb() {
    return {.name = "push messages",
            .words = "[PACKAGE]",
            .fewest = 0,
            .most = 1,
            .summary = "messages that wait, for what and until when",
            .about =
                "All of them, or those for one app: what holds each, when it passes if nothing disturbs, and when it "
                "runs out.",
            .options = {},
            .examples = {{"stint push messages com.example.mail", ""}},
            .run = pushMessages};
}

// `stint push apps` and `stint push status`: the places at which apps get messages from elsewhere, and the line that
// brings them (push.md §4).

namespace {

/// Another has its place, and the old URL is still taken, or no longer.
std::string retirementText(const RegistrationView& view, WallTime now) {
    if (!view.retires) return "";
    if (now < *view.retires) return ", gone " + ahead(*view.retires, now);
    return ", gone for its senders";
}

int pushApps(const Arguments& given, const Screen& screen) {
    constexpr std::string_view what = "cannot list registrations";
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const auto list = daemon->ask(calls::registrations());
    if (!list.ok()) return screen.fail(what, list.error());
    const WallTime now = wallNow();
    Table table({{"PACKAGE"}, {"MADE"}, {"LAST MESSAGE"}, {"WAIT"}, {"FETCHED"}, {"HIGH SHOWN"}, {"ENDPOINT"}});
    for (RegistrationView view : *list) {
        if (!given.has("show")) view.endpoint = cutShort(view.endpoint);
        if (screen.json()) screen.print(jsonOfRow(view));
        table.add({view.app.name, timeText(view.made, now), view.last ? timeText(*view.last, now) : "-",
                   std::to_string(view.waiting), view.fetched.empty() ? "-" : view.fetched, shownText(view.messages),
                   endpointText(view) + (view.ended ? "" : retirementText(view, now))});
    }
    if (table.empty())
        screen.tell("no app is registered for messages from elsewhere");
    else if (!screen.json())
        table.print(screen);
    return ends::ok;
}

std::string textIn(const TimedSentence& sentence, WallTime now) {
    std::string time;
    if (sentence.time)
        time = sentence.as == TimedSentence::As::Moment ? clockText(*sentence.time) : timeText(*sentence.time, now);
    return printable(sentence.before + time + sentence.after);
}

void printLine(const LineStatus& line, WallTime now, const Screen& screen) {
    const auto sentences = sentencesOf(line);
    if (sentences.empty()) screen.print("no app is registered for messages from elsewhere: there is no line");
    for (const TimedSentence& sentence : sentences)
        screen.print(textIn(sentence, now));
}

int pushStatus(const Arguments&, const Screen& screen) {
    constexpr std::string_view what = "cannot tell of the line";
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const auto rows = daemon->ask(calls::line());
    if (!rows.ok()) return screen.fail(what, rows.error());
    for (const LineStatus& line : *rows) {
        if (screen.json())
            screen.print(jsonOfRow(line));
        else
            printLine(line, wallNow(), screen);
    }
    return ends::ok;
}

} // namespace

Verb pushAppsVerb() {
    return {.name = "push apps",
            .words = "",
            .fewest = 0,
            .most = 0,
            .summary = "apps that get messages from elsewhere",
            .about =
                "Each place at which an app gets messages: when it was made, when the last message came, how many "
                "wait in the inbox (`stint push messages` says for what), which urgencies are fetched now (h, n, l, "
                "v), of how many high messages of the last week the app showed something (fewer than half: they count "
                "as normal ones until the time beside it), and the URL that the app's server posts to, cut short: who "
                "has it may send. An old URL, which "
                "`stint push rotate` has replaced, is taken until the time beside it.",
            .options = {{"--show", "", "the whole URLs"}},
            .examples = {{"stint push apps --show", ""}},
            .run = pushApps};
}

// `stint push rotate` and `stint push revoke`: other tokens for an app's registrations, or none (push.md §4.4).

namespace {

int pushRotate(const Arguments& given, const Screen& screen) {
    const std::string package = given.words.empty() ? "" : given.words[0];
    const std::string what =
        package.empty() ? "cannot rotate registrations" : fmt::format("cannot rotate {}", printable(package));
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const auto done = daemon->ask(calls::rotateRegistrations(package));
    return done.ok() ? ends::ok : failOfLookUp(screen, what, done.error());
}

int pushRevoke(const Arguments& given, const Screen& screen) {
    const std::string& package = given.words[0];
    const std::string what = fmt::format("cannot revoke {}", printable(package));
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const auto done = daemon->ask(calls::revokeRegistrations(package));
    return done.ok() ? ends::ok : failOfLookUp(screen, what, done.error());
}

} // namespace

Verb pushRotateVerb() {
    return {.name = "push rotate",
            .words = "[PACKAGE]",
            .fewest = 0,
            .most = 1,
            .summary = "give registrations other URLs: an app's, or all",
            .about = "Each app is told its new URL when the server has it, and tells its own server. The old URL is "
                     "taken for push.rotated more (7d), and then no longer; what was sent to it before arrives. "
                     "Without this a registration gets another URL after push.rotate_after (180d).\n"
                     "Ends with 66 when the app is not registered.",
            .options = {},
            .examples = {{"stint push rotate com.example.mail", "who knows its URL may send to it no longer than 7d"}},
            .run = pushRotate};
}

Verb pushRevokeVerb() {
    return {.name = "push revoke",
            .words = "PACKAGE|DEVICE",
            .fewest = 1,
            .most = 1,
            .summary = "end an app's registrations, or let a device in no more",
            .about =
                "An app's end at once on this device, and what waits for them is dropped; its senders are told that "
                "they are gone as soon as the server is reached. The app is told, and may register again.\n"
                "On a server a name without a dot is a device that has joined it, as `stint push devices` lists "
                "them: one that was lost or stolen. Its connection is cut within seconds, its registrations are "
                "gone, and its senders are told so. It may join again by another code.\n"
                "Ends with 66 when the app is not registered, or no such device has joined.",
            .options = {pushDataOption},
            .examples = {{"stint push revoke com.example.mail", ""},
                         {"stint push revoke 0123456789ABCDEFGHJKMNPQRS", "on the server that it has joined"}},
            .run = pushRevoke,
            .program = "stint-pushctl",
            .isForProgram = [](const Arguments& given) { return given.words[0].find('.') == std::string::npos; }};
}

Verb pushStatusVerb() {
    return {.name = "push status",
            .words = "",
            .fewest = 0,
            .most = 0,
            .summary = "the line that brings messages from elsewhere",
            .about =
                "Whether it is connected, and since when; which urgencies it fetches as the device is now; when it "
                "last asked the server, when it asks again, and why then.",
            .options = {},
            .examples = {{"stint push status", ""}},
            .run = pushStatus};
}

// `stint why push:…`: each message that waits, with what holds it.

namespace {

Result<std::vector<MessageView>> messagesOf(const std::string& whose, const Screen& screen) {
    const auto number = numberIn<std::int64_t>(whose);
    if (!number) return waitingMessages(whose, screen);
    auto all = STINT_TRY(waitingMessages(std::nullopt, screen));
    std::erase_if(all, [&](const MessageView& view) { return view.id != *number; });
    if (all.empty()) return fail(Errc::ILLEGAL_STATE, "no message {} waits", *number);
    return all;
}

void explain(const MessageView& view, WallTime now, const Screen& screen) {
    const std::string topic = view.topic.empty() ? "" : fmt::format(", topic {}", view.topic);
    const std::string waits = view.holds.empty() ? "may pass now" : "waits";
    screen.print(printable(fmt::format("message {} for {}, {} priority{}, came {}, {}", view.id, view.app.name,
                                       urgencyText(view.urgency), topic, timeText(view.arrived, now), waits)));
    Table table({{"REASON"}, {"WHAT IS"}, {"SINCE"}, {"UNTIL"}, {"WHAT CLEARS IT"}});
    for (const MessageHoldView& hold : view.holds)
        table.add({{hold.by, Paint::Waiting},
                   hold.detail,
                   ago(hold.since, now),
                   hold.until ? ahead(*hold.until, now) : "-",
                   hold.clears});
    table.print(screen);
    screen.print(fmt::format("it runs out {}", timeText(view.runsOut, now)));
}

/// Tells what the app's high messages are worth (limits.md §8.5), where that is not simply all.
Result<void> explainWorth(Daemon& daemon, const std::string& package, const Screen& screen) {
    for (const AppView& app : STINT_TRY(daemon.ask(calls::apps()))) {
        const MessagesView& messages = app.messages;
        if (app.manifest.package.name != package) continue;
        if (messages.until)
            screen.print(
                fmt::format("its high messages count as normal ones until {}: it showed something for {} of {}",
                            clockText(*messages.until), messages.shown, messages.delivered - messages.unjudged));
        if (!messages.notJudged.empty())
            screen.print(
                printable(fmt::format("what it shows for high messages is not judged: {}", messages.notJudged)));
    }
    return {};
}

void explainUnfetched(const Unfetched& unfetched, const std::vector<DeviceLimitView>& limits, const Screen& screen) {
    const WallTime now = wallNow();
    const std::string fetched = unfetched.line.up ? urgenciesText(unfetched.fetched) : "";
    screen.print(fmt::format("its server may keep some; fetched now: {}", fetched.empty() ? "nothing" : fetched));
    for (const TimedSentence& trouble : troublesOf(unfetched.line))
        screen.print("the line is " + textIn(trouble, now));
    for (const DeviceLimitView& limit : limits)
        screen.print(fmt::format("{} wait: {}; {}", limit.work, limit.detail,
                                 limit.until ? fmt::format("until {}", timeText(*limit.until, now))
                                             : "what helps: " + limit.clears));
}

/// Messages that wait on the server are not known here, but what keeps them there.
Result<void> explainNone(Daemon& daemon, const std::string& package, const Screen& screen) {
    const auto unfetched = STINT_TRY(unfetchedOf(daemon, package));
    std::vector<DeviceLimitView> limits;
    if (unfetched) limits = STINT_TRY(messageLimits(daemon));
    if (!screen.json()) {
        screen.tell(fmt::format("no message waits here for {}", package));
        if (unfetched) explainUnfetched(*unfetched, limits, screen);
        return {};
    }
    Json line = header();
    line["package"] = package;
    line["waiting"] = 0;
    line["fetched"] = unfetched ? Json(unfetched->fetched) : Json();
    line["limits"] = jsonRows(limits);
    line["line"] = Json::object();
    if (unfetched) putRow(line["line"], unfetched->line);
    screen.print(dumped(line));
    return {};
}

Result<void> explainRest(const std::string& whose, const std::vector<MessageView>& list, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    if (list.empty()) STINT_TRY(explainNone(daemon, whose, screen));
    if (screen.json()) return {};
    return explainWorth(daemon, list.empty() ? whose : list.front().app.name.str(), screen);
}

} // namespace

std::optional<std::string> messagesNamed(std::string_view word) {
    constexpr std::string_view prefix = "push:";
    if (!word.starts_with(prefix)) return std::nullopt;
    return std::string(word.substr(prefix.size()));
}

int whyMessages(const std::string& whose, const Screen& screen) {
    if (whose.empty())
        return screen.fail(ends::usage,
                           "push: wants a PACKAGE or a message's NUMBER: `stint why push:com.example.mail`");
    const auto list = messagesOf(whose, screen);
    if (!list.ok()) return failOfLookUp(screen, fmt::format("cannot explain push:{}", printable(whose)), list.error());
    const WallTime now = wallNow();
    for (const MessageView& view : *list) {
        if (screen.json())
            screen.print(jsonOfRow(view));
        else
            explain(view, now, screen);
    }
    const auto told = explainRest(whose, *list, screen);
    if (!told.ok()) return screen.fail("cannot tell what is fetched", told.error());
    return list->empty() ? ends::ok : ends::waits;
}

} // namespace stint::cli
