// Transfers, as `stint` and the transfer app both know them: words that are checked alike where a person types them
// (`stint get`, `stint put`) and where they are used, since any caller may give them to the app; and the ledger of the
// transfers that are not done: the files that downloads may have left beside their targets, and uploads in our own
// state, and the failures of their jobs.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// Checks "sha256:" and 64, or "sha512:" and 128 hexadecimal digits; returns it in lower case. IllegalArgument else.
Result<std::string> parseChecksum(std::string_view text);

/// The most further sources of a download.
inline constexpr std::size_t mostMirrors = 16;

/// A stranger's `name`, made the name of a file: no slash, no control character, no mark of direction, no dot or dash
/// in front, no blank at either end, short enough for ".NAME.stint-part" to be a name. Empty for an empty one.
std::string harmlessFileName(std::string_view name);

/// Checks "Name: value", one line. IllegalArgument for anything else, and for a header that the transfer sets itself: a
/// second Range or Content-Length would make a wrong file of a right answer.
Result<void> checkHeader(std::string_view line);

/// The number of sets of names that a part may use, in case another user's files have the first ones: the second ends
/// with "-2".
inline constexpr int partSlots = 8;

struct LedgerEntry {
    std::string target;        ///< the final file's path, absolute; for an upload, its source and its URL
    std::string part;          ///< the name of the partial file, in the target's directory; for a resumable upload, the
                               ///< path of its record; for any other, empty
    std::string state;         ///< the name of the partial file's record; for an upload, empty
    std::int32_t job = 0;      ///< the last job that had it
    std::int64_t failures = 0; ///< of that job

    bool operator==(const LedgerEntry&) const = default;
};

/// One small file that outlives everything; so leftovers are found without a search of the disk, also when the
/// transfer was killed.
class Ledger {
public:
    /// $XDG_STATE_HOME/stint/transfers, by this process's environment.
    static std::filesystem::path root();
    /// Opens the ledger under a lock, which it waits for; released with the value.
    static Result<Ledger> open(const std::filesystem::path& root);

    const std::vector<LedgerEntry>& entries() const { return entries_; }
    std::optional<LedgerEntry> find(const std::string& target) const;
    /// Replaces the entries of these targets, and forgets those of `forgotten`. They outlive this process when this
    /// returns; a power loss may bring back the ledger before it, whole. Beyond the newest `most` the oldest are
    /// forgotten.
    Result<void> keep(const std::vector<LedgerEntry>& entries, const std::vector<std::string>& forgotten = {});
    Result<void> forget(const std::vector<std::string>& targets);

    static constexpr std::size_t most = 1000;

private:
    Ledger(std::filesystem::path root, Fd lock) : root_(std::move(root)), lock_(std::move(lock)) {}
    bool erase(const std::vector<std::string>& targets);
    Result<void> write() const;

    std::filesystem::path root_;
    Fd lock_;
    std::vector<LedgerEntry> entries_; ///< oldest first
};

/// The source of that entry's upload; nullopt: it is a download's.
std::optional<std::string> uploadedFrom(const LedgerEntry& entry);

/// A file that a transfer left, or still needs.
struct Leftover {
    std::filesystem::path path;
    Bytes size = 0;
};

/// The leftovers of an entry that exist and are this user's own (base/unix/folder.hpp): none of another user's, and
/// no link.
std::vector<Leftover> leftoversOf(const LedgerEntry& entry);
/// "left behind: /home/a/.x.stint-part, 120 MiB (`stint clean` removes it)"; empty where nothing is.
std::string leftBehindText(const LedgerEntry& entry);
/// Removes a leftover. Busy: a transfer has it locked at this moment. A name that meanwhile stands for something else
/// than a file of this user's own stays.
Result<void> removeLeftover(const Leftover& leftover);

} // namespace stint
