#include <thread>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "faces/pushctl/server/post.hpp"
#include "faces/pushctl/server/serving.hpp"
#include "faces/pushctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "push/joining/settings.hpp"
#include "push/keys/private_file.hpp"
#include "push/serving/serving.hpp"

namespace stint::pushctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

using namespace std::chrono_literals;

constexpr Duration usualInvitation = 24h, shortestInvitation = 1min, longestInvitation = 28 * 24h;
constexpr Duration usualServerInvitation = 1h, longestServerInvitation = 24h;
constexpr Duration forItself = 1min;
constexpr Duration betweenAsks = 5s, longestTurn = 10min; ///< of a server that waits until others have joined

/// The address and the port of --cluster; empty: it is not given.
Result<std::string> routeOf(const Arguments& given, std::uint16_t brokerPort) {
    const auto text = given.value("cluster");
    if (!text) return std::string();
    const std::string port = ":" + std::to_string(brokerPort + 1);
    for (const std::string& one : {*text, *text + port, "[" + *text + "]" + port})
        if (push::routeIn(one)) return one;
    return fail(Errc::ILLEGAL_ARGUMENT,
                "--cluster is an address of this machine that the others reach, as in 192.0.2.7 "
                "or 192.0.2.7:7750");
}

Result<push::Serving::Settings> settingsOf(const Arguments& given) {
    const std::filesystem::path data = STINT_TRY(directoryOf(given));
    push::Serving::Settings settings = STINT_TRY(servingOf(given, data));
    settings.route = STINT_TRY(routeOf(given, settings.brokerPort));
    if (given.has("join") != !given.words.empty() || (given.has("join") && settings.route.empty()))
        return fail(Errc::ILLEGAL_ARGUMENT, "--join URL, its CODE and --cluster ADDRESS stand together");
    return settings;
}

/// The answer of the server that --join names: it lets servers in one after another.
Result<Answer> askToJoin(const std::string& origin, const push::ServerQuestion& question, const Screen& screen) {
    for (auto waited = Duration{0};;) {
        const Answer answer = STINT_TRY(post({.url = origin + std::string(push::serversPath),
                                              .headers = {"Content-Type: application/json"},
                                              .body = textOf(question)}));
        if (answer.status == 201) return answer;
        const bool isLater = answer.status == 503 || answer.status == 429;
        if (!isLater || waited >= longestTurn)
            return fail(answer.status == 403 ? Errc::SECURITY : Errc::UNAVAILABLE, "{}: {}", origin,
                        sentenceOf(answer));
        if (waited == Duration{0}) screen.tell(fmt::format("{}: {}; it is asked again", origin, sentenceOf(answer)));
        const Duration pause =
            std::clamp<Duration>(secondsIn(answer.retryAfter).value_or(0s), betweenAsks, longestTurn);
        waited += pause;
        std::this_thread::sleep_for(pause);
    }
}

/// The server joins the cluster of the one that --join names: its directory is one of that cluster's from then on.
Result<void> joinCluster(const Arguments& given, const push::Serving::Settings& settings, const Screen& screen) {
    STINT_TRY(push::checkUnused(settings.data));
    const std::string origin = STINT_TRY(serverOf(*given.value("join")));
    const push::Asking asking = push::Asking::make();
    const Answer answer = STINT_TRY(askToJoin(origin, {given.words[0], asking.key}, screen));
    const auto said = push::serverAnswerIn(answer.text, asking);
    if (!said.ok()) return within("the server's answer is none", said.error());
    return push::adopt(settings.data, settings.route, *said);
}

void tellFirst(const std::filesystem::path& data, const Screen& screen) {
    const auto line = push::serverInvitation(data, wallNow() + usualServerInvitation);
    screen.tell(fmt::format("it takes messages when there is a second server; that joins within {}, by",
                            formatDuration(usualServerInvitation)));
    screen.tell(line.ok() ? *line : line.error().message);
}

/// The user's own device joins the first time, if it has joined none; a sentence of what has become of it. A device
/// that has left does not join again because its server was restarted.
std::string joinItself(const push::Serving& serving, const std::filesystem::path& data) {
    const auto before = push::LineSettings::read(push::LineSettings::directory());
    if (!before.ok()) return "this device has not joined it: " + before.error().message;
    const std::filesystem::path mark = data / "own-device";
    std::error_code unknown;
    if (*before && (*before)->origin != serving.origin())
        return "this device has joined " + printable((*before)->origin);
    if (!*before && std::filesystem::exists(mark, unknown)) return "this device has left it";
    if (const auto marked = push::privateFile(mark); !marked.ok())
        return "this device has not joined it: " + marked.error().message;
    if (*before) return "this device has joined it";
    const auto code = push::codeOf(data, wallNow() + forItself);
    if (!code.ok()) return "this device has not joined it: " + code.error().message;
    const auto answer = joinAt(serving.address(), serving.origin(), *code);
    if (answer.ok() && answer->status == 201) return "this device has joined it";
    std::filesystem::remove(mark, unknown); // it tries again at the next start
    return "this device has not joined it: " + (answer.ok() ? sentenceOf(*answer) : answer.error().message);
}

void tellReady(const push::Serving& serving, const std::filesystem::path& data, const Screen& screen) {
    const std::string itself = joinItself(serving, data);
    const auto line = push::invitation(data, wallNow() + usualInvitation);
    if (screen.json()) {
        cli::Json row = cli::header();
        row["url"] = serving.origin();
        row["join"] = line.ok() ? cli::Json(*line) : cli::Json();
        screen.print(cli::dumped(row));
    } else {
        screen.print(serving.origin());
        screen.tell(itself);
        screen.tell(fmt::format("another device joins within {}, by", formatDuration(usualInvitation)));
        screen.print(line.ok() ? *line : line.error().message);
    }
    std::fflush(stdout);
}

} // namespace

Result<std::filesystem::path> directoryOf(const Arguments& given) {
    return directoryOf(given, "data", push::serverDirectory());
}

int serve(const Arguments& given, const Screen& screen) {
    const auto settings = settingsOf(given);
    if (!settings.ok()) return screen.fail("cannot serve", settings.error());
    if (given.has("join"))
        if (const auto joined = joinCluster(given, *settings, screen); !joined.ok())
            return screen.fail("cannot join the cluster", joined.error());
    return serveUntilSignal(*settings,
                            {.ready = [&](push::Serving& serving) { tellReady(serving, settings->data, screen); },
                             .first = [&] { tellFirst(settings->data, screen); }},
                            screen);
}

int invite(const Arguments& given, const Screen& screen) {
    const auto data = directoryOf(given);
    if (!data.ok()) return screen.fail("cannot invite", data.error());
    const bool isForServer = given.has("server");
    Duration expires = isForServer ? usualServerInvitation : usualInvitation;
    const Duration longest = isForServer ? longestServerInvitation : longestInvitation;
    if (const auto text = given.value("expires")) {
        const auto read = parseDuration(*text);
        if (!read.ok()) return screen.fail("--expires", read.error());
        if (*read < shortestInvitation || *read > longest)
            return screen.fail(ends::usage, fmt::format("--expires is {} to {}", formatDuration(shortestInvitation),
                                                        formatDuration(longest)));
        expires = *read;
    }
    const WallTime end = wallNow() + expires;
    const auto line = isForServer ? push::serverInvitation(*data, end) : push::invitation(*data, end);
    if (!line.ok())
        return line.error().code == Errc::STORAGE ? screen.fail(ends::noInput, line.error().message)
                                                  : screen.fail("cannot invite", line.error());
    if (screen.json()) {
        cli::Json row = cli::header();
        row["join"] = *line;
        screen.print(cli::dumped(row));
    } else {
        screen.print(*line);
    }
    return ends::ok;
}

} // namespace stint::pushctl
