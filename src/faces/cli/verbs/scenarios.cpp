#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/process.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"

namespace stint::cli {

// `stint record`: what the daemon sees, as a scenario that `stint sim` plays again (scenario.md, Recordings).

namespace {

namespace files = std::filesystem;

std::string lastError() { return std::generic_category().message(errno); }

Result<std::string> contentOf(const std::string& file) {
    auto text = readFile(file);
    if (!text) return fail(Errc::SYSTEM, "cannot read {}: {}", file, lastError());
    return *std::move(text);
}

/// Writes a new file, for its owner alone: a recording has what apps were given, such as addresses.
Result<void> writeNew(const files::path& file, std::string_view text) {
    const Fd made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!made && errno == EEXIST) return fail(Errc::ILLEGAL_ARGUMENT, "{} is there; name another file", file.string());
    while (made && !text.empty()) {
        const ssize_t written = ::write(made.get(), text.data(), text.size());
        if (written < 0) break;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (made && text.empty()) return {};
    Error trouble = fail(Errc::SYSTEM, "cannot write {}: {}", file.string(), lastError());
    if (made) ::unlink(file.c_str()); // half of it would stand in the way of the next try
    return trouble;
}

/// The recording under way, or one that has ended by itself.
Result<wire::RecordingRow> recording(Daemon& daemon) {
    auto rows = STINT_TRY(daemon.ask(calls::recordings()));
    if (rows.empty()) return fail(Errc::ILLEGAL_STATE, "nothing is recorded; stint record start begins");
    return std::move(rows.front());
}

// Saves the recording and its snapshot. The daemon goes on writing, and may begin anew between the two files: then both
// are read again.
Result<void> save(Daemon& daemon, const files::path& to) {
    const files::path snapshot = files::path(to).replace_extension(".store");
    if (snapshot == to) return fail(Errc::ILLEGAL_ARGUMENT, "{} is the snapshot's name; name it .yaml", to.string());
    std::string text, stored;
    for (auto before = STINT_TRY(recording(daemon));;) {
        text = STINT_TRY(contentOf(before.scenario));
        stored = STINT_TRY(contentOf(before.snapshot));
        auto after = STINT_TRY(recording(daemon));
        if (std::exchange(before, std::move(after)).since == before.since) break;
    }
    text.erase(text.rfind('\n') + 1);
    const std::string from = "\nfrom: ";
    const std::size_t at = text.find(from);
    if (at == std::string::npos) return fail(Errc::ILLEGAL_STATE, "the recording has no beginning");
    text.replace(at + from.size(), text.find('\n', at + 1) - at - from.size(), snapshot.filename().string());
    STINT_TRY(writeNew(to, text));
    auto kept = writeNew(snapshot, stored);
    if (!kept.ok()) ::unlink(to.c_str());
    return kept;
}

int recordStatus(const Arguments&, const Screen& screen) {
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail("cannot ask", daemon.error());
    const auto rows = daemon->ask(calls::recordings());
    if (!rows.ok()) return screen.fail("cannot ask", rows.error());
    for (const wire::RecordingRow& row : *rows) {
        if (screen.json())
            screen.print(jsonOfRow(row));
        else if (!row.trouble.empty())
            screen.print(row.trouble);
        else
            screen.print(fmt::format("Recording since {}, {} in {}.", row.since ? formatWall(*row.since) : "-",
                                     formatSize(row.bytes), row.scenario));
    }
    if (rows->empty() && !screen.json()) screen.print("Nothing is recorded. stint record start begins.");
    return ends::ok;
}

template <class Act> int changeRecording(const Screen& screen, const char* trouble, Act act) {
    const auto changed = [&]() -> Result<void> {
        auto daemon = STINT_TRY(Daemon::connect(screen));
        return act(daemon);
    };
    const auto done = changed();
    return done.ok() ? ends::ok : failOfLookUp(screen, trouble, done.error());
}

/// Asks at a terminal before what runs is stopped; a script has said what it wants.
Result<bool> mayStopRuns(Daemon& daemon, const Screen& screen) {
    if (screen.json() || !screen.canAsk()) return true;
    const std::vector<JobView> jobs = STINT_TRY(daemon.jobs(std::nullopt, false));
    const auto running = std::ranges::count(jobs, JobView::State::Running, &JobView::state);
    if (running == 0) return true;
    return screen.agrees(fmt::format("{} now: stopped, and begun again, where it can from where it is. Record?",
                                     counted(running, "job runs", "jobs run")));
}

int recordStart(const Arguments& given, const Screen& screen) {
    return changeRecording(screen, "cannot record", [&](Daemon& daemon) -> Result<void> {
        if (!given.has("yes")) {
            const bool may = STINT_TRY(mayStopRuns(daemon, screen));
            if (!may) return {};
        }
        STINT_TRY(daemon.ask(calls::record(true)));
        if (!screen.json())
            screen.print("Recording. What ran was stopped and runs again. stint record stop FILE.yaml ends it.");
        return {};
    });
}

int recordSave(const Arguments& given, const Screen& screen) {
    return changeRecording(screen, "cannot save the recording",
                           [&](Daemon& daemon) { return save(daemon, given.words.front()); });
}

int recordStop(const Arguments& given, const Screen& screen) {
    return changeRecording(screen, "cannot end the recording", [&](Daemon& daemon) -> Result<void> {
        STINT_TRY(recording(daemon));
        if (given.words.empty() != given.has("forget"))
            return fail(Errc::ILLEGAL_ARGUMENT, "it needs a FILE.yaml to keep it in, or --forget: "
                                                "stint record stop day.yaml");
        if (!given.words.empty()) STINT_TRY(save(daemon, given.words.front()));
        return daemon.ask(calls::record(false));
    });
}

} // namespace

Verb recordVerb() {
    return {.name = "record",
            .words = "",
            .summary = "what the daemon sees is recorded: whether, since when, and where",
            .about = "A recording is a scenario: `stint sim FILE` plays it again, with the same effects to the byte, "
                     "and `stint sim --diff --policy OTHER.toml FILE` says what another policy would have done. It "
                     "has what apps asked for, addresses and passwords included: look before you hand it on.",
            .options = {},
            .examples = {{"stint record", "since when, and how much"}},
            .run = recordStatus};
}

Verb recordStartVerb() {
    return {.name = "record start",
            .words = "",
            .summary = "begin to record what the daemon sees",
            .about = "The daemon begins anew, as after a restart: what runs is stopped, and runs again. The recording "
                     "goes on over restarts, each of which begins it anew; so does its 17th megabyte, once nothing "
                     "runs.",
            .options = {{"-y,--yes", "", "without asking"}},
            .examples = {{"stint record start", "begin; stint record stop day.yaml ends it"}},
            .run = recordStart};
}

Verb recordSaveVerb() {
    return {.name = "record save",
            .words = "FILE.yaml",
            .fewest = 1,
            .most = 1,
            .summary = "keep what was recorded so far, and go on",
            .about = "The snapshot that it begins with stands beside it, in FILE.store.",
            .options = {},
            .examples = {{"stint record save day.yaml", "in day.yaml and day.store"}},
            .run = recordSave};
}

Verb recordStopVerb() {
    return {.name = "record stop",
            .words = "[FILE.yaml]",
            .most = 1,
            .summary = "end the recording, and keep it in FILE.yaml and FILE.store",
            .about = "It is thrown away by --forget alone.",
            .options = {{"--forget", "", "keep nothing of it"}},
            .examples = {{"stint record stop day.yaml", "then stint sim day.yaml plays it again"}},
            .run = recordStop};
}

// `stint sim` and `stint demo`, which another program runs (src/faces/player): a download needs no simulator. `stint
// sim` has its own exit codes: 0 every expectation held, 1 one did not, 2 a file could not be read or is not a
// scenario.

Verb simVerb() {
    return {.name = "sim",
            .words = "FILE…",
            .fewest = 1,
            .most = Verb::many,
            .summary = "play scenarios under a virtual clock, and judge what they expect",
            .about =
                "A scenario says what happens to a device and its apps, and what must come of it; it is played on "
                "the very core that the daemon runs, days in milliseconds. Prints what happened, then what came of "
                "each expectation; with --quiet only what did not hold, and a verdict for each file.\n"
                "Ends with 0 when every expectation of every file held, 1 when one did not, 2 when a file could not "
                "be read or is not a scenario: FILE:LINE:COLUMN, what is wrong, what would be right.\n"
                "With --fleet each FILE is a fleet of up to millions of devices, and a campaign: when its waves open, "
                "what its devices wait for, and when half of them, and 95 %, have done it.",
            .options = {{"--until", "DURATION", "end of the run, over the scenario's own (3d)"},
                        {"--policy", "FILE.toml", "constants, over the scenario's own"},
                        {"--diff", "", "what --policy would change: starts, stops, times, waits, bytes, wake-ups"},
                        {"--seed", "N", "for what is drawn by chance: of a scenario nothing, of a fleet all"},
                        {"--check", "", "read and check the files, play nothing"},
                        {"--fleet", "", "the files are fleets"},
                        {"--exact", "", "each device of a fleet has a core of its own, which takes much longer"},
                        {"--jobs", "N", "threads that play a fleet (default: one for each processor)"}},
            .examples = {{"stint sim rare.yaml", "what happens, and whether it is what was expected"},
                         {"stint sim --quiet scenarios/*.yaml", "verdicts only"},
                         {"stint sim --diff --policy mine.toml day.yaml", "what a change of policy does"},
                         {"stint sim --fleet fleet.yaml", "what becomes of a campaign"}},
            .program = "stint-sim",
            .other = {"fleet", "stint-foretell"}};
}

Verb demoVerb() {
    return {.name = "demo",
            .words = "",
            .summary = "a day in the simulator, and why three things wait in it",
            .about =
                "Plays a scenario that is part of the program, as `stint sim` plays any, and asks `stint why` three "
                "times on the way. Needs no daemon and no network, and changes nothing.",
            .options = {},
            .examples = {{"stint demo", ""}},
            .elsewhere = {"example", "tutorial"},
            .program = "stint-sim"};
}

} // namespace stint::cli
