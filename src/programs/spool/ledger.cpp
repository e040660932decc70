#include "programs/spool/ledger.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "base/unix/folder.hpp"
#include "base/unix/state_directory.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

constexpr const char* file = "unfinished";
constexpr const char* freshFile = "unfinished.new";
constexpr Bytes longest = 16 * 1024 * 1024;

/// The next word, up to its NUL, which no path contains; nullopt at the end.
std::optional<std::string> takeWord(std::string_view& text) {
    const auto end = text.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    std::string word(text.substr(0, end));
    text.remove_prefix(end + 1);
    return word;
}

/// The entries up to the first that cannot be read.
std::vector<LedgerEntry> entriesIn(std::string_view text) {
    std::vector<LedgerEntry> entries;
    for (;;) {
        auto target = takeWord(text), part = takeWord(text), state = takeWord(text), job = takeWord(text),
             failures = takeWord(text);
        if (!failures) return entries;
        entries.push_back({std::move(*target), std::move(*part), std::move(*state),
                           numberIn<std::int32_t>(*job).value_or(0), numberIn<std::int64_t>(*failures).value_or(0)});
    }
}

std::string textOf(const std::vector<LedgerEntry>& entries) {
    std::string text;
    for (const LedgerEntry& one : entries)
        for (const std::string& word :
             {one.target, one.part, one.state, std::to_string(one.job), std::to_string(one.failures)})
            text += word + '\0';
    return text;
}

} // namespace

fs::path Ledger::root() { return stateDirectory() / "transfers"; }

Result<Ledger> Ledger::open(const fs::path& root) {
    std::error_code error;
    fs::create_directories(root, error);
    const auto folder = STINT_TRY(Folder::open(root));
    Fd lock(::openat(folder.descriptor(), "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock || ::flock(lock.get(), LOCK_EX) != 0) return diskRefused("lock", root / "lock");
    Ledger ledger(root, std::move(lock));
    const std::optional<std::string> text = STINT_TRY(folder.read(file, longest));
    if (text) ledger.entries_ = entriesIn(*text);
    return ledger;
}

std::optional<LedgerEntry> Ledger::find(const std::string& target) const {
    const auto found = std::ranges::find(entries_, target, &LedgerEntry::target);
    return found == entries_.end() ? std::nullopt : std::optional(*found);
}

Result<void> Ledger::keep(LedgerEntry entry) {
    if (find(entry.target) == entry) return {};
    std::erase_if(entries_, [&](const LedgerEntry& one) { return one.target == entry.target; });
    entries_.push_back(std::move(entry));
    if (entries_.size() > most) entries_.erase(entries_.begin());
    return write();
}

Result<void> Ledger::forget(const std::string& target) {
    if (std::erase_if(entries_, [&](const LedgerEntry& one) { return one.target == target; }) == 0) return {};
    return write();
}

// Written whole or not at all, whenever the process dies.
Result<void> Ledger::write() const {
    const auto folder = STINT_TRY(Folder::open(root_));
    STINT_TRY(folder.remove(freshFile));
    const Fd fresh = folder.create(freshFile);
    const std::string text = textOf(entries_);
    if (!fresh || ::write(fresh.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(fresh.get()) != 0 || ::renameat(folder.descriptor(), freshFile, folder.descriptor(), file) != 0)
        return diskRefused("write", folder.at(file));
    return folder.sync();
}

std::optional<std::string> uploadedFrom(const LedgerEntry& entry) {
    if (!entry.part.starts_with('/')) return std::nullopt;
    return entry.target.substr(0, entry.target.rfind(' '));
}

std::vector<Leftover> leftoversOf(const LedgerEntry& entry) {
    std::vector<Leftover> found;
    if (entry.part.empty()) return found;
    const fs::path part = fs::path(entry.target).parent_path() / entry.part; // an absolute `part` replaces the parent
    const auto folder = Folder::open(part.parent_path());
    if (!folder.ok()) return found;
    for (int slot = 1; slot <= partSlots; ++slot)
        for (const std::string& first : {part.filename().native(), entry.state}) {
            if (first.empty()) continue;
            const std::string name = slot == 1 ? first : fmt::format("{}-{}", first, slot);
            const Fd fd = folder->openOurs(name, O_RDONLY);
            struct stat there = {};
            if (fd && ::fstat(fd.get(), &there) == 0) found.push_back({folder->at(name), there.st_size});
        }
    return found;
}

std::string leftBehindText(const LedgerEntry& entry) {
    const auto files = leftoversOf(entry);
    if (files.empty()) return {};
    Bytes size = 0;
    for (const Leftover& one : files)
        size += one.size;
    return fmt::format("left behind: {}, {} (`stint clean` removes it)", files.front().path.native(), formatSize(size));
}

Result<void> removeLeftover(const Leftover& leftover) {
    const auto folder = STINT_TRY(Folder::open(leftover.path.parent_path()));
    const std::string name = leftover.path.filename().native();
    const Fd fd = folder.openOurs(name, O_RDONLY);
    if (!fd) return fail(Errc::SYSTEM, "{} is not ours any more", leftover.path.native());
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(Errc::BUSY, "{} is in use by a transfer", leftover.path.native());
    return folder.remove(name);
}

} // namespace stint
