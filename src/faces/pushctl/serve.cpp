#include <thread>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "faces/pushctl/server/cluster.hpp"
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
constexpr Duration longestServerInvitation = 24h;
constexpr Duration forItself = 1min;

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
    const auto data = directoryOf(given);
    const auto settings = data.ok() ? clusterServingOf(given, *data) : data.error();
    if (!settings.ok()) return screen.fail("cannot serve", settings.error());
    if (given.has("join"))
        if (const auto joined = joinCluster(given, *settings, screen); !joined.ok())
            return screen.fail("cannot join the cluster", joined.error());
    return serveUntilSignal(*settings,
                            {.ready = [&](push::Serving& serving) { tellReady(serving, settings->data, screen); },
                             .first = [&] { tellFirst(settings->data, "push", screen); }},
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
    const auto line = isForServer ? push::serverInvitation(*data, end, "push") : push::invitation(*data, end);
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
