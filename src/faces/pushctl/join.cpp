// `stint push join` and `stint push leave` (push.md §3.1).
#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/unix/process.hpp"
#include "faces/pushctl/server/post.hpp"
#include "faces/pushctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "push/joining/settings.hpp"
#include "push/joining/words.hpp"
#include "push/keys/nkey.hpp"

namespace stint::pushctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

/// nullopt: this device has joined no server. A file that cannot be read is none that may be replaced.
Result<std::optional<push::LineSettings>> joined() { return push::LineSettings::read(push::LineSettings::directory()); }

int failOfRead(const Screen& screen, const Error& error) {
    return screen.fail(error.code == Errc::ILLEGAL_ARGUMENT ? ends::badData : cli::exitCodeOf(error.code),
                       error.message);
}

} // namespace

int join(const Arguments& given, const Screen& screen) {
    const auto origin = serverOf(given.words[0]);
    if (!origin.ok()) return screen.fail("cannot join it", origin.error());
    const auto before = joined();
    if (!before.ok()) return failOfRead(screen, before.error());
    if (*before)
        return screen.fail(ends::cannotCreate, fmt::format("this device has joined {}: `stint push leave` first",
                                                           printable((*before)->origin)));
    const auto answer = joinAt(*origin, *origin, given.words[1]);
    if (!answer.ok())
        return screen.fail(ends::inputOutput, fmt::format("cannot join {}: {}", *origin, answer.error().message));
    if (answer->status != 201)
        return screen.fail(statusOf(answer->status).ends,
                           fmt::format("cannot join {}: {}", *origin, sentenceOf(*answer)));
    if (screen.json()) {
        cli::Json line = cli::header();
        line["server"] = *origin;
        screen.print(cli::dumped(line));
    } else {
        screen.tell(fmt::format("joined {}: apps get their endpoints there", *origin));
    }
    return ends::ok;
}

int leave(const Arguments& given, const Screen& screen) {
    const auto settings = joined();
    if (!settings.ok()) return failOfRead(screen, settings.error());
    if (!*settings) return screen.fail(ends::noInput, "this device has joined no server");
    const std::string server = printable((*settings)->origin);
    const auto credentials = push::credentialsIn(readFile((*settings)->credentials).value_or(""));
    const bool isForced = given.has("force");
    if (!credentials && !isForced)
        return screen.fail(ends::noInput,
                           fmt::format("the key by which {} knows this device is not there; with --force "
                                       "it is left all the same",
                                       server));
    if (credentials) {
        const auto answer = ask((*settings)->origin, push::leaveText(credentials->jwt, credentials->user));
        const bool isLeft = answer.ok() && answer->status == 200;
        const std::string why = answer.ok() ? sentenceOf(*answer) : answer.error().message;
        if (!isLeft && !isForced)
            return screen.fail(answer.ok() ? statusOf(answer->status).ends : ends::inputOutput,
                               fmt::format("cannot leave {}: {}; with --force it is left all the same", server, why));
        if (!isLeft) screen.warn(fmt::format("{} does not know it yet: {}", server, why));
    }
    if (const auto removed = (*settings)->remove(push::LineSettings::directory()); !removed.ok())
        return screen.fail("cannot leave", removed.error());
    screen.tell(fmt::format("left {}", server));
    return ends::ok;
}

} // namespace stint::pushctl
