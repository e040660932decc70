#include "programs/spool/spool.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/unix/folder.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

// The first word of an order. An order with input has another: an older stint-shell, which does not know input,
// refuses it.
constexpr std::string_view mark = "stint command 1";
constexpr std::string_view markWithInput = "stint command 1, with input";
constexpr const char* orderFile = "order";
constexpr const char* inputFile = "input";
constexpr const char* tallyFile = "tally";
constexpr std::string_view spoolPrefix = "run.";
constexpr std::string_view freshPrefix = "new."; ///< a spool that is being made, or was when its maker died
constexpr std::string_view jobPrefix = "job.";

Error refused(std::string_view what, const fs::path& file) {
    const bool full = errno == ENOSPC || errno == EDQUOT; // in the daemon's words for its own store
    return fail(full ? Errc::STORAGE : systemCode(errno), "cannot {} {}: {}", what, file.string(),
                std::strerror(errno));
}

// The words are separated by NUL, as in /proc/PID/environ, and may hold anything else.
std::string textOf(const Order& order) {
    std::string text(order.hasInput ? markWithInput : mark);
    auto add = [&text](std::string_view word) { text.append(1, '\0').append(word); };
    add(order.directory);
    add(fmt::format("{:o}", order.umask));
    add(std::to_string(order.arguments.size()));
    for (const std::string& word : order.arguments)
        add(word);
    for (const std::string& variable : order.environment)
        add(variable);
    return text;
}

std::vector<std::string> wordsOf(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('\0', begin), text.size());
        words.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

std::optional<Order> orderIn(std::string_view text) {
    constexpr std::size_t head = 4; // mark, directory, umask, how many arguments
    std::vector<std::string> words = wordsOf(text);
    if (words.size() < head || (words[0] != mark && words[0] != markWithInput)) return std::nullopt;
    auto umask = numberIn<std::uint64_t>(words[2], 8);
    auto count = numberIn<std::uint64_t>(words[3]);
    if (!umask || *umask > 0777 || !count || *count == 0 || *count > words.size() - head) return std::nullopt;
    auto arguments = words.begin() + head;
    auto environment = arguments + static_cast<std::ptrdiff_t>(*count);
    return Order{.arguments = {arguments, environment},
                 .directory = words[1],
                 .umask = static_cast<std::uint32_t>(*umask),
                 .environment = {environment, words.end()},
                 .hasInput = words[0] == markWithInput};
}

Result<void> writeAll(const Fd& file, std::string_view text, const fs::path& name) {
    while (!text.empty()) {
        const ssize_t written = ::write(file.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return refused("write", name);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

/// Writes the file, durable; true if there was anything in it.
Result<bool> writeFile(const fs::path& name, const Input& pieces) {
    const Fd file(::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return refused("write", name);
    bool any = false;
    for (std::string piece = STINT_TRY(pieces()); !piece.empty(); piece = STINT_TRY(pieces())) {
        STINT_TRY(writeAll(file, piece, name));
        any = true;
    }
    if (::fsync(file.get()) != 0) return refused("write", name);
    return any;
}

Result<void> writeFile(const fs::path& name, std::string text) {
    STINT_TRY(writeFile(name, [&text]() -> Result<std::string> { return std::exchange(text, {}); }));
    return {};
}

Result<void> makeDurable(const fs::path& directory) {
    const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return refused("write", directory);
    return {};
}

/// The lock on a spool, held until it is closed; none where another process holds it, or the spool is gone.
Fd locked(const fs::path& directory) {
    Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat held = {};
    if (fd && (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 || ::fstat(fd.get(), &held) != 0)) return {};
    if (fd && held.st_nlink == 0) {
        errno = ENOENT;
        return {};
    }
    return fd;
}

bool isFresh(const fs::path& spool) { return spool.filename().native().starts_with(freshPrefix); }

/// Removes the notes of jobs whose spools are gone: each job leaves one, and a disk has room for so many names.
void removeStaleNotes(const fs::path& root) {
    std::error_code error, ignored;
    for (fs::directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
        const bool isNote = entry->path().filename().native().starts_with(jobPrefix) && entry->is_symlink(ignored);
        if (isNote && !fs::exists(entry->path(), ignored)) fs::remove(entry->path(), ignored);
    }
}

/// The spools that are the newest of their jobs.
std::set<fs::path> notedSpools(const fs::path& root) {
    std::set<fs::path> noted;
    std::error_code error, ignored;
    for (fs::directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error))
        if (entry->path().filename().native().starts_with(jobPrefix) && entry->is_symlink(ignored))
            noted.insert(root / fs::read_symlink(entry->path(), ignored));
    return noted;
}

/// A directory that is being made, and the lock which keeps a sweep from it.
struct Fresh {
    fs::path path;
    Fd lock;
};

/// A sweep may come between the two steps, hold the directory, and take it away: then another one is made.
Result<Fresh> makeFresh(const fs::path& root) {
    for (;;) {
        std::string path = (root / freshPrefix).string() + "XXXXXX";
        if (!::mkdtemp(path.data())) return refused("make", path);
        Fd lock = locked(path);
        if (lock) return Fresh{std::move(path), std::move(lock)};
        if (errno != EWOULDBLOCK && errno != ENOENT) return refused("hold", path);
    }
}

/// Writes a fresh spool's files, durable.
Result<void> fill(const fs::path& fresh, Order order, const Input& input) {
    order.hasInput = false;
    if (input) order.hasInput = STINT_TRY(writeFile(fresh / inputFile, input));
    std::error_code ignored;
    if (!order.hasInput) fs::remove(fresh / inputFile, ignored);
    STINT_TRY(writeFile(fresh / orderFile, textOf(order)));
    return makeDurable(fresh);
}

/// The size of the files in it.
Bytes sizeOf(const fs::path& directory) {
    Bytes sum = 0;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
        if (std::error_code none; entry->is_regular_file(none)) sum += static_cast<Bytes>(entry->file_size(none));
    return sum;
}

fs::path nameOf(const fs::path& root, JobId id) { return root / fmt::format("{}{}", jobPrefix, id.value); }

} // namespace

std::string Order::path() const {
    constexpr std::string_view name = "PATH=";
    for (const std::string& variable : environment)
        if (variable.starts_with(name)) return variable.substr(name.size());
    return defaultPath;
}

fs::path Spool::root() { return stateDirectory() / "commands"; }

fs::path Spool::rootOf(std::string_view package) {
    return package.starts_with("org.stint.guard.") ? stateDirectory() / "guards" / package : root();
}

Result<Spool> Spool::create(const fs::path& root, Order order, const Input& input) {
    std::error_code error;
    fs::create_directories(root.parent_path(), error);
    if (::mkdir(root.c_str(), 0700) != 0 && errno != EEXIST) return refused("make", root);
    // Renamed to its own name later: under that it is never seen without the lock, nor without the whole order.
    auto [fresh, lock] = STINT_TRY(makeFresh(root));
    if (auto filled = fill(fresh, std::move(order), input); !filled.ok()) {
        fs::remove_all(fresh, error);
        return std::move(filled).error();
    }
    Spool spool(root / (std::string(spoolPrefix) + fresh.filename().string().substr(freshPrefix.size())));
    if (::rename(fresh.c_str(), spool.directory_.c_str()) != 0) return refused("make", spool.directory_);
    STINT_TRY(makeDurable(root));
    spool.lock_ = std::move(lock);
    return spool;
}

Result<Order> Spool::order() const {
    const fs::path file = directory_ / orderFile;
    auto text = readFile(file);
    if (!text) return refused("read", file);
    auto order = orderIn(*text);
    if (!order) return fail(Errc::SYSTEM, "{} is not an order of `stint run`", file.string());
    return *std::move(order);
}

fs::path Spool::input(const Order& order) const { return order.hasInput ? directory_ / inputFile : "/dev/null"; }

Result<void> Spool::prepare() const {
    if (::mkdir(state().c_str(), 0700) != 0 && errno != EEXIST) return refused("make", state());
    if (::unlink(stopReason().c_str()) != 0 && errno != ENOENT) return refused("remove", stopReason());
    return {};
}

Result<void> Spool::noteStop(std::string_view reason) const {
    return writeFile(stopReason(), fmt::format("{}\n", reason));
}

Tally Spool::tally() const {
    Tally tally;
    auto text = readFile(directory_ / tallyFile);
    if (!text) return tally;
    std::vector<std::string> words = wordsOf(*text);
    std::int64_t* counts[] = {&tally.runs, &tally.failures, &tally.timeouts};
    for (std::size_t i = 0; i < std::size(counts) && i < words.size(); ++i)
        *counts[i] = static_cast<std::int64_t>(numberIn<std::uint64_t>(words[i]).value_or(0));
    tally.running = words.size() > std::size(counts) && words[std::size(counts)] == "running";
    tally.done = words.size() > std::size(counts) && words[std::size(counts)] == "done";
    return tally;
}

// Written whole or not at all, whenever the process dies.
Result<void> Spool::keep(const Tally& tally) const {
    const fs::path fresh = directory_ / "tally.new";
    STINT_TRY(
        writeFile(fresh, fmt::format("{}{}{}{}{}{}{}", tally.runs, '\0', tally.failures, '\0', tally.timeouts, '\0',
                                     tally.running ? "running"
                                     : tally.done  ? "done"
                                                   : "ended")));
    if (::rename(fresh.c_str(), (directory_ / tallyFile).c_str()) != 0) return refused("write", directory_ / tallyFile);
    return {};
}

Result<void> noteJob(const Spool& spool, JobId id) {
    const fs::path root = spool.directory().parent_path();
    const fs::path name = nameOf(root, id);
    // Two processes that note the same job at once each have a file name of their own.
    const fs::path fresh = spool.directory() / fmt::format("note.{}", ::getpid());
    std::error_code ignored;
    fs::remove(fresh, ignored);
    const fs::path target = spool.directory().filename();
    if (::symlink(target.c_str(), fresh.c_str()) != 0 || ::rename(fresh.c_str(), name.c_str()) != 0)
        return refused("write", name);
    return {};
}

fs::path spoolOfJob(const fs::path& root, JobId id) {
    std::error_code error;
    fs::path target = root / fs::read_symlink(nameOf(root, id), error);
    if (error || !fs::is_directory(target, error)) return {};
    return target;
}

bool hasOrder(const fs::path& spool) {
    std::error_code ignored;
    return !spool.empty() && fs::exists(spool / orderFile, ignored);
}

void forgetOrder(const fs::path& spool) {
    if (spool.empty()) return;
    std::error_code ignored;
    fs::remove(spool / orderFile, ignored);
    fs::remove(spool / inputFile, ignored);
}

std::vector<JobId> jobsWithOrders(const fs::path& root) {
    std::vector<JobId> jobs;
    std::error_code error;
    for (fs::directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(jobPrefix)) continue;
        const auto id = numberIn<std::int32_t>(std::string_view(name).substr(jobPrefix.size()));
        if (id && hasOrder(spoolOfJob(root, JobId{*id}))) jobs.emplace_back(*id);
    }
    return jobs;
}

std::vector<fs::path> unheldSpools(const fs::path& root) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        const bool isSpool = name.starts_with(spoolPrefix) || isFresh(name);
        if (isSpool && locked(entry->path())) found.push_back(entry->path());
    }
    return found;
}

void sweep(std::vector<fs::path> candidates, const std::vector<std::string>& tracked, EndedSpools kept) {
    std::erase_if(candidates, [&](const fs::path& spool) {
        return std::find(tracked.begin(), tracked.end(), spool.string()) != tracked.end();
    });
    std::error_code ignored;
    const auto noted = candidates.empty() ? std::set<fs::path>{} : notedSpools(candidates.front().parent_path());
    std::vector<std::pair<fs::file_time_type, fs::path>> ended;
    for (const fs::path& spool : candidates) {
        const Fd held = locked(spool); // one that was being made when it was found may have a holder by now
        if (!held) continue;
        if (isFresh(spool)) {
            fs::remove_all(spool, ignored); // no command has run, so there is no output to keep
            continue;
        }
        ended.emplace_back(fs::last_write_time(spool, ignored), spool); // before the order goes, which is a change
        if (!noted.contains(spool) || Spool(spool).tally().done) forgetOrder(spool);
        fs::remove_all(Spool(spool).state(), ignored);
    }
    std::sort(ended.rbegin(), ended.rend());
    bool removed = false;
    Bytes bytes = 0;
    for (std::size_t i = 0; i < ended.size(); ++i) {
        bytes += sizeOf(ended[i].second);
        if (i < kept.most && bytes <= kept.bytes) continue;
        fs::remove_all(ended[i].second, ignored);
        removed = true;
    }
    if (removed) removeStaleNotes(ended.front().second.parent_path());
}

namespace {

std::string deadlineText(const CommandRun& facts) {
    return std::to_string(std::chrono::floor<std::chrono::seconds>(facts.deadline.time_since_epoch()).count());
}

/// One line for each job that the command has waited for.
template <std::string EndedBefore::*Fact> std::string linesOf(const CommandRun& facts) {
    std::string lines;
    for (const EndedBefore& job : facts.after)
        lines += (&job == &facts.after.front() ? "" : "\n") + job.*Fact;
    return lines;
}

// clang-format off
constexpr std::array variables{
    RunVariable{"STINT_JOB",             "its job's number",                                         [](const CommandRun& f) { return std::to_string(f.job.value); }},
    RunVariable{"STINT_RUNS_BEFORE",     "how many runs it has had: 0 in the first",                 [](const CommandRun& f) { return std::to_string(f.runsBefore); }},
    RunVariable{"STINT_DEADLINE",        "when it gets SIGTERM at the latest, in seconds since 1970", deadlineText},
    RunVariable{"STINT_STATE_DIRECTORY", "a directory that lasts until its job has ended",           [](const CommandRun& f) { return f.spool.state().string(); }},
    RunVariable{"STINT_STOP_REASON",     "a file that says, after SIGTERM, why: TIMEOUT, USER, …",   [](const CommandRun& f) { return f.spool.stopReason().string(); }},
    RunVariable{"STINT_AFTER_JOB",       "the job that it waited for; of several, here and below, a line each", linesOf<&EndedBefore::job>},
    RunVariable{"STINT_AFTER_NAME",      "that one's name",                                          linesOf<&EndedBefore::name>},
    RunVariable{"STINT_AFTER_EXIT_CODE", "that one's exit code: 0 if it has succeeded",              linesOf<&EndedBefore::exitCode>},
    RunVariable{"STINT_AFTER_REASON",    "that one's end in words",                                  linesOf<&EndedBefore::reason>},
    RunVariable{"STINT_AFTER_OUTPUT",    "a file: the end of that one's output, or the file it moved", linesOf<&EndedBefore::output>},
};
// clang-format on

} // namespace

std::span<const RunVariable> runVariables() { return variables; }

std::vector<std::string> withRunVariables(std::vector<std::string> environment, const CommandRun& facts) {
    for (const RunVariable& variable : variables) {
        const std::string begin = std::string(variable.name) + "=";
        std::erase_if(environment, [&begin](const std::string& other) { return other.starts_with(begin); });
        environment.push_back(begin + variable.value(facts));
    }
    return environment;
}

} // namespace stint
