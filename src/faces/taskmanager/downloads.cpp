#include "faces/taskmanager/downloads.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/spawn/spawn.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/folder.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"
#include "faces/control/detached.hpp"
#include "faces/screen/json_line.hpp"
#include "link/wire/errors.hpp"

namespace stint::taskmanager {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostLists = 4;
constexpr std::uint64_t longestAdding = 60'000'000; ///< µs for one list
constexpr Bytes mostSaid = 64_KiB;

/// True if a part of the path below `home` begins with a dot.
bool isHidden(const fs::path& below) {
    return std::ranges::any_of(below, [](const fs::path& part) { return part.native().starts_with('.'); });
}

} // namespace

Result<fs::path> directoryNamed(const std::string& text, const fs::path& home) {
    const auto isControl = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
    if (std::ranges::any_of(text, isControl))
        return fail(Errc::ILLEGAL_ARGUMENT, "the directory {} has a control character in its name", printable(text));
    const bool isBelowHome = text == "~" || text.starts_with("~/");
    if (!isBelowHome && !text.starts_with('/'))
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is no directory's path: write ~/Downloads, or one from / on",
                    printable(text));
    std::error_code error;
    const fs::path named = isBelowHome ? home / fs::path(text.substr(1)).relative_path() : fs::path(text);
    const fs::path real = fs::canonical(named, error);
    if (error || !fs::is_directory(real, error))
        return fail(Errc::ILLEGAL_ARGUMENT, "there is no directory {}: make it, or name another", printable(text));
    const fs::path below = real.lexically_relative(fs::canonical(home, error));
    if (error || below.empty() || *below.begin() == "..")
        return fail(
            Errc::ILLEGAL_ARGUMENT,
            "{} is {}, which is not in your home: the page saves to a directory there; `stint get -o` to others",
            printable(text), printable(real.native()));
    if (below != "." && isHidden(below))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "{} is {}, which is hidden: the page saves to a directory that is not; `stint get -o` to others",
                    printable(text), printable(real.native()));
    return real;
}

std::string usualDirectory() { return directoryNamed("~/Downloads", homeDirectory()).ok() ? "~/Downloads" : "~"; }

namespace {

struct When {
    std::string_view word;
    const char* option;
};
constexpr std::array whens{When{"unmetered", "--unmetered"}, When{"charging", "--charging"},
                           When{"tonight", "--at=01:00"}};

/// The number of lines that are a URL, as `stint get -i` counts them.
std::ptrdiff_t urlsIn(std::string_view text) {
    return std::ranges::count_if(splitAt(text, "\n"), [](std::string_view line) {
        const auto first = line.find_first_not_of(" \t\r");
        return first != std::string_view::npos && line[first] != '#';
    });
}

} // namespace

Result<ListOfUrls> listOfUrlsIn(const std::string& body, const fs::path& home) {
    WantedUrls wanted = STINT_TRY(wantedUrlsIn(body));
    ListOfUrls list{.urls = std::move(wanted.urls), .words = {"get", "--no-wait", "--input-file=-"}};
    const auto count = urlsIn(list.urls);
    if (count == 0) return fail(Errc::ILLEGAL_ARGUMENT, "there is no URL: give one, or several with a line each");
    const fs::path directory = STINT_TRY(directoryNamed(wanted.directory, home));
    list.words.push_back(fmt::format("--output={}/", directory.native()));
    if (!wanted.checksum.empty() && count > 1)
        return fail(Errc::ILLEGAL_ARGUMENT, "a checksum is of one file: give its URL alone");
    if (!wanted.checksum.empty()) list.words.push_back(fmt::format("--checksum={}", wanted.checksum));
    for (const std::string& word : wanted.when) {
        const auto found = std::ranges::find(whens, word, &When::word);
        if (found == whens.end())
            return fail(Errc::ILLEGAL_ARGUMENT, "\"when\" takes \"unmetered\", \"charging\" and \"tonight\"");
        list.words.emplace_back(found->option);
    }
    return list;
}

struct Downloads::Adding {
    Downloads* home;
    pid_t pid = 0;
    Fd process, said; ///< its stdout and stderr
    EventSource end, lateness;
    std::function<void(Answer)> done;
};

namespace {

/// The `stint` of this build or installation, else that of PATH.
std::string stintProgram() {
    std::error_code ignored;
    for (const char* const place : {"stint", "../../bin/stint"})
        if (const fs::path program = ownDirectory() / place; fs::exists(program, ignored)) return program.native();
    return "stint";
}

/// A file in memory, to be read from its start. System where there is no memory.
Result<Fd> fileWith(const std::string& text) {
    Fd file(::memfd_create("stint", MFD_CLOEXEC));
    const bool isWritten = file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (!isWritten || ::lseek(file.get(), 0, SEEK_SET) != 0)
        return within("cannot keep the list", wire::errorFromErrno(errno));
    return file;
}

/// The lines that `stint get` printed, without its name, as the page says them.
std::string spoken(std::string text) {
    std::string lines;
    for (std::string_view line : splitAt(text, "\n")) {
        if (line.starts_with("stint: ")) line.remove_prefix(7);
        std::string one = printable(line);
        constexpr std::string_view list = "stdin, line ";
        if (const auto at = one.find(list); at != std::string::npos) one.replace(at, list.size(), "line ");
        if (!one.empty()) lines += (lines.empty() ? "" : "\n") + one;
    }
    return lines;
}

Answer answerTo(int code, std::string says) {
    if (code == ends::ok) return jsonAnswer(cli::dumped(cli::Json{{"says", says}}));
    if (says.empty()) says = "the downloads could not be added";
    return refusal(code == ends::unavailable ? 503 : 400, says);
}

} // namespace

Result<void> Downloads::start(const ListOfUrls& list, std::function<void(Answer)> done) {
    const Fd input = STINT_TRY(fileWith(list.urls));
    const auto adding = std::make_shared<Adding>(Adding{.home = this, .done = std::move(done)});
    adding->said = STINT_TRY(fileWith(""));
    std::vector<std::string> words{stintProgram()};
    words.insert(words.end(), list.words.begin(), list.words.end());
    // The page starts no daemon: the banner says what does.
    const int error = spawnDetached(adding->pid, words, cli::environmentWith({"STINT_AUTOSTART=no"}),
                                    [&](posix_spawn_file_actions_t* files) {
                                        posix_spawn_file_actions_adddup2(files, input.get(), STDIN_FILENO);
                                        posix_spawn_file_actions_adddup2(files, adding->said.get(), STDOUT_FILENO);
                                        posix_spawn_file_actions_adddup2(files, adding->said.get(), STDERR_FILENO);
                                    });
    if (error != 0) return within("cannot start stint", wire::errorFromErrno(error));
    adding->process = openPidfd(adding->pid);
    sd_event_source* made = nullptr;
    int result = sd_event_add_io(loop_, &made, adding->process.get(), EPOLLIN, ended, adding.get());
    adding->end.reset(made);
    sd_event_source* timer = nullptr;
    if (result >= 0)
        result = sd_event_add_time_relative(loop_, &timer, CLOCK_MONOTONIC, longestAdding, 0, late, adding.get());
    adding->lateness.reset(timer);
    if (result < 0) return within("cannot wait for stint", wire::errorFromErrno(-result));
    all_.emplace(adding->process.get(), adding);
    return {};
}

void Downloads::add(const Request& request, std::function<void(Answer)> done) {
    const auto list = listOfUrlsIn(request.body, homeDirectory());
    if (!list.ok()) return done(answerOf(list.error()));
    if (all_.size() >= mostLists) return done(refusal(429, "other downloads are being added: try again"));
    if (const auto started = start(*list, done); !started.ok()) done(answerOf(started.error()));
}

int Downloads::ended(sd_event_source*, int process, std::uint32_t, void* self) {
    Downloads& home = *static_cast<Adding*>(self)->home;
    const auto adding = std::move(home.all_.extract(process).mapped());
    int status = 0;
    ::waitpid(adding->pid, &status, 0);
    ::lseek(adding->said.get(), 0, SEEK_SET);
    const auto said = readAtMost(adding->said.get(), mostSaid);
    if (!WIFEXITED(status)) {
        adding->done(refusal(500, "`stint get` was killed, or took more than a minute; the list shows what it added"));
        return 0;
    }
    adding->done(answerTo(WEXITSTATUS(status), spoken(said.value_or("too much was said to show it"))));
    return 0;
}

int Downloads::late(sd_event_source*, std::uint64_t, void* self) {
    sendSignal(static_cast<Adding*>(self)->process, SIGKILL);
    return 0;
}

} // namespace stint::taskmanager
