// The transfers that are not done: which files downloads may have left beside their targets, and uploads in our own
// state, and how often their jobs have failed. One small file that outlives everything; so what was left behind is
// found without a search of the disk, also when whoever left it was killed.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// How many sets of names a part has, in case another user's files have the first ones: the second ends with "-2".
inline constexpr int partSlots = 8;

struct LedgerEntry {
    std::string target;        ///< the file that was to be, absolute; of an upload, its source and its URL
    std::string part;          ///< the name of what is there of it, in the target's directory; of a resumable upload,
                               ///< the path of its record; of any other, empty
    std::string state;         ///< and of the record of that; of an upload, empty
    std::int32_t job = 0;      ///< the last one that had it
    std::int64_t failures = 0; ///< of that job

    bool operator==(const LedgerEntry&) const = default;
};

class Ledger {
public:
    /// $XDG_STATE_HOME/stint/transfers, by this process's environment.
    static std::filesystem::path root();
    /// Waits until nobody else has it; released with the value.
    static Result<Ledger> open(const std::filesystem::path& root);

    const std::vector<LedgerEntry>& entries() const { return entries_; }
    std::optional<LedgerEntry> find(const std::string& target) const;
    /// In place of the entry of that target; durable when this returns. Beyond the newest `most` the oldest are
    /// forgotten.
    Result<void> keep(LedgerEntry entry);
    Result<void> forget(const std::string& target);

    static constexpr std::size_t most = 1000;

private:
    Ledger(std::filesystem::path root, Fd lock) : root_(std::move(root)), lock_(std::move(lock)) {}
    Result<void> write() const;

    std::filesystem::path root_;
    Fd lock_;
    std::vector<LedgerEntry> entries_; ///< oldest first
};

/// The source of the upload of that target; nullopt: it is a download's.
std::optional<std::string> uploadedFrom(const LedgerEntry& entry);

/// A file that a transfer left, or still needs.
struct Leftover {
    std::filesystem::path path;
    Bytes size = 0;
};

/// Those of an entry that are there, and are this user's own (base/unix/folder.hpp): none of another user's, and no
/// link.
std::vector<Leftover> leftoversOf(const LedgerEntry& entry);
/// "left behind: /home/a/.x.stint-part, 120 MiB (`stint clean` removes it)"; empty where nothing is.
std::string leftBehindText(const LedgerEntry& entry);
/// Removes one, unless a transfer has it locked at this moment: Busy. A name that meanwhile stands for something else
/// than a file of this user's own stays.
Result<void> removeLeftover(const Leftover& leftover);

} // namespace stint
