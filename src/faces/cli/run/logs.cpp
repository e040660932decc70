#include "faces/cli/run/commanding.hpp"

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/time.hpp"
#include "contract/model/app.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/lookup.hpp"
#include "faces/follow/follow.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/output.hpp"

namespace stint::cli {

Result<LogTail> LogTail::open(const std::filesystem::path& spool, const Screen& screen, bool follows) {
    auto reader = STINT_TRY(LogReader::open(spool));
    if (follows) STINT_TRY(reader.watch());
    return LogTail(std::move(reader), screen);
}

Result<void> LogTail::take() {
    if (fd() >= 0) reader_.quiet();
    while (auto piece = STINT_TRY(reader_.next()))
        print(*piece);
    return {};
}

void LogTail::print(const LogReader::Piece& piece) {
    printed_ = true;
    if (screen_.json()) {
        Json line = header();
        line["lost"] = piece.lost;
        line["output"] = piece.text;
        return screen_.print(dumped(line));
    }
    if (piece.lost > 0) screen_.tell(fmt::format("({} of older output are not kept)", formatSize(piece.lost)));
    if (!screen_.outIsTerminal()) return screen_.passBytes(piece.text);
    std::string text = std::exchange(cut_, {}) + piece.text;
    cut_ = text.substr(text.size() - cutCharacter(text));
    text.resize(text.size() - cut_.size());
    screen_.passBytes(shownOutput(text));
}

// `stint logs`: the output of a command that is a job, while it waits or runs and after its end.

namespace {

Result<JobKey> commandOf(const JobKey& key) {
    STINT_TRY(checkHasOutput(key));
    return key;
}

/// A bare number means a command: no other jobs have output.
Result<JobKey> commandNamed(const std::string& text, const Screen& screen) {
    if (isLabel(text)) {
        auto daemon = STINT_TRY(Daemon::connect(screen));
        const JobView job = STINT_TRY(lookUp(daemon, text));
        return commandOf(job.key);
    }
    auto name = STINT_TRY(parseJobName(text));
    return commandOf({name.app.value_or(AppId{std::string(shellPackage)}), name.space, name.id});
}

/// nullopt: the job is gone.
Result<std::optional<JobView>> stateOf(Daemon& daemon, const JobKey& key) {
    std::optional<JobView> none;
    auto job = daemon.watch(key);
    if (job.ok()) return std::optional(std::move(*job));
    if (job.error().code == Errc::ILLEGAL_ARGUMENT) return none;
    return std::move(job).error();
}

/// True if the job is a transfer: a person's jobs share one series of numbers, so no command has a transfer's.
bool isTransfer(const JobKey& key) {
    if (key.app.name != shellPackage) return false;
    auto daemon = Daemon::connectIfThere();
    return daemon.ok() && daemon->watch({AppId{std::string(transferPackage)}, "", key.id}).ok();
}

int notFound(const JobKey& key, const Screen& screen) {
    if (isTransfer(key))
        return screen.fail(ends::noInput, fmt::format("there is no output of {0}: it is a transfer, which prints none; "
                                                      "`stint log {0}` tells what happened to it",
                                                      key.id.value));
    return screen.fail(ends::noInput, fmt::format("there is no output of {}: no such command was run, or it was too "
                                                  "long ago; `stint jobs` and `stint jobs --finished` list them",
                                                  textOf(key)));
}

int failed(const JobKey& key, const Error& error, const Screen& screen) {
    return failOfLookUp(screen, fmt::format("cannot show the output of {}", textOf(key)), error);
}

/// Prints all output so far; for an ended job the daemon is not needed.
int shown(const JobKey& key, const Screen& screen) {
    std::optional<JobView> job;
    if (auto daemon = Daemon::connectIfThere(); daemon.ok()) {
        auto state = stateOf(*daemon, key);
        if (!state.ok()) return failed(key, state.error(), screen);
        job = std::move(*state);
    }
    auto spool = outputDirectory(job, key);
    if (spool.empty()) return notFound(key, screen);
    auto tail = LogTail::open(spool, screen, false);
    if (!tail.ok()) return failed(key, tail.error(), screen);
    if (auto taken = tail->take(); !taken.ok()) return failed(key, taken.error(), screen);
    if (!tail->hasPrinted()) screen.tell(fmt::format("{} has printed nothing", textOf(key)));
    return ends::ok;
}

int followedOn(const JobKey& key, const Screen& screen) {
    auto signals = Signals::open();
    if (!signals.ok()) return failed(key, signals.error(), screen);
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return failed(key, daemon.error(), screen);
    auto job = stateOf(*daemon, key);
    if (!job.ok()) return failed(key, job.error(), screen);
    auto spool = outputDirectory(*job, key);
    if (spool.empty()) return notFound(key, screen);
    auto tail = LogTail::open(spool, screen, true);
    if (!tail.ok()) return failed(key, tail.error(), screen);
    if (auto taken = tail->take(); !taken.ok()) return failed(key, taken.error(), screen);
    if (!*job) return ends::ok;
    const Screen way = screen.forLines();
    ProgressReporter reporter(way);
    const Beside output{tail->fd(), [&] { return tail->take(); }};
    auto followed = follow(*daemon, **job, reporter, *signals, way, output);
    if (!followed.ok()) return failed(key, followed.error(), screen);
    return followed->signal ? exitCodeOfSignal(*followed->signal) : ends::ok;
}

int logs(const Arguments& given, const Screen& screen) {
    const auto key = commandNamed(given.words[0], screen);
    if (!key.ok()) return failOfLookUp(screen, fmt::format("cannot show {}", printable(given.words[0])), key.error());
    return given.has("follow") ? followedOn(*key, screen) : shown(*key, screen);
}

} // namespace

Verb logsVerb() {
    return {.name = "logs",
            .words = "JOB",
            .fewest = 1,
            .most = 1,
            .summary = "what a command has printed, while it runs and when it has ended",
            .about =
                "Of a job of `stint run`: 7, org.stint.shell/7, or its --name. Its stdout and stderr as they came, of "
                "all its "
                "runs; lines that begin with \"stint:\" stand between them. The last 4 MiB are kept at least, those "
                "of the last 1,000 commands that have ended (512 MiB in all). Into a file or a pipe go the very bytes; "
                "on a terminal, "
                "what would steer it is left out.",
            .options = {{"-f,--follow", "", "and what it prints from now on, until the job has ended"}},
            .examples = {{"stint logs -f 7", "live; Ctrl-C leaves the job alone"}},
            .run = logs,
            .elsewhere = {"output", "tail", "cat", "journal"}};
}

} // namespace stint::cli
