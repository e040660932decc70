#include "programs/spool/transfers.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/time/time.hpp"
#include "base/unix/folder.hpp"
#include "base/unix/paths.hpp"

namespace stint {
namespace {

// 255 bytes are a name's limit on every Linux file system; ".", ".stint-part" and a sidecar's suffix are put around it.
constexpr std::size_t longestName = 200;

std::string lower(std::string_view text) {
    std::string made(text);
    std::transform(made.begin(), made.end(), made.begin(), [](unsigned char c) { return std::tolower(c); });
    return made;
}

/// Shortens a name without cutting a character; the extension stays.
std::string cutToLength(std::string name) {
    if (name.size() <= longestName) return name;
    auto dot = name.rfind('.');
    const std::string extension = dot != std::string::npos && name.size() - dot <= 16 ? name.substr(dot) : "";
    cut(name, longestName - extension.size());
    return name + extension;
}

/// A token of RFC 9110 §5.6.2.
bool isToken(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    auto fits = [&](unsigned char c) { return std::isalnum(c) != 0 || marks.find(c) != std::string_view::npos; };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

} // namespace

Result<std::string> parseChecksum(std::string_view text) {
    std::string made = lower(text);
    auto colon = std::min(made.find(':'), made.size());
    std::string algorithm = made.substr(0, colon);
    std::size_t wanted = algorithm == "sha256" ? 64 : algorithm == "sha512" ? 128 : 0;
    if (wanted == 0 || colon == made.size())
        return fail(Errc::ILLEGAL_ARGUMENT, "the checksum is of no known kind: write sha256:HEX or sha512:HEX");
    std::string digits = made.substr(colon + 1);
    const bool hex = std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isxdigit(c); });
    if (!hex || digits.size() != wanted)
        return fail(Errc::ILLEGAL_ARGUMENT, "a {} checksum has {} hexadecimal digits, this one has {}{}", algorithm,
                    wanted, digits.size(), hex ? "" : " and others among them");
    return made;
}

std::string harmlessFileName(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::string made;
    while (!text.empty()) {
        const std::string_view before = text;
        const char32_t point = takeCodePoint(text);
        const bool keep = point != U'/' && point != 0xFFFD && !steers(point);
        made += keep ? before.substr(0, before.size() - text.size()) : "_";
    }
    if (!made.empty() && (made.front() == '.' || made.front() == '-')) made.front() = '_';
    made = cutToLength(std::move(made));
    made.resize(made.find_last_not_of(' ') + 1); // npos + 1 is 0
    return made;
}

Result<void> checkHeader(std::string_view line) {
    constexpr std::array<std::string_view, 14> ours{
        "accept-encoding", "connection",   "content-length", "content-range",     "expect",          "if-range",
        "range",           "te",           "tus-resumable",  "transfer-encoding", "upload-checksum", "upload-length",
        "upload-metadata", "upload-offset"};
    auto colon = line.find(':');
    // The value may be a secret: it is not repeated.
    if (colon == std::string_view::npos || !isToken(line.substr(0, colon)))
        return fail(Errc::ILLEGAL_ARGUMENT, "a header is \"Name: value\"");
    std::string name = lower(line.substr(0, colon));
    auto steers = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; };
    if (std::any_of(line.begin(), line.end(), steers))
        return fail(Errc::ILLEGAL_ARGUMENT, "the header \"{}\" holds a control character", name);
    if (std::find(ours.begin(), ours.end(), name) != ours.end())
        return fail(Errc::ILLEGAL_ARGUMENT, "the header \"{}\" is the transfer's own", name);
    return {};
}

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

Result<void> Ledger::keep(const std::vector<LedgerEntry>& entries, const std::vector<std::string>& forgotten) {
    bool isOther = erase(forgotten);
    for (const LedgerEntry& entry : entries) {
        if (find(entry.target) == entry) continue;
        erase({entry.target});
        entries_.push_back(entry);
        isOther = true;
    }
    if (!isOther) return {};
    if (entries_.size() > most) entries_.erase(entries_.begin(), entries_.end() - most);
    return write();
}

Result<void> Ledger::forget(const std::vector<std::string>& targets) {
    return erase(targets) ? write() : Result<void>{};
}

bool Ledger::erase(const std::vector<std::string>& targets) {
    return std::erase_if(entries_, [&](const LedgerEntry& one) {
               return std::ranges::find(targets, one.target) != targets.end();
           }) > 0;
}

// Written whole or not at all, whenever the process dies. The directory is not synced: each file of a list would wait
// for the disk twice more, and what a power loss takes from here it takes from the part that has just begun.
Result<void> Ledger::write() const {
    const auto folder = STINT_TRY(Folder::open(root_));
    STINT_TRY(folder.remove(freshFile));
    const Fd fresh = folder.create(freshFile);
    const std::string text = textOf(entries_);
    if (!fresh || ::write(fresh.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(fresh.get()) != 0 || ::renameat(folder.descriptor(), freshFile, folder.descriptor(), file) != 0)
        return diskRefused("write", folder.at(file));
    return {};
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
    if (!fd) return fail(Errc::SYSTEM, "{} is no longer a file of this user", leftover.path.native());
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(Errc::BUSY, "{} is in use by a transfer", leftover.path.native());
    return folder.remove(name);
}

} // namespace stint
