// The store's directory, and the two files beside the database: the reserve for a full disk, and the count of commits.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result/errors.hpp"
#include "base/unix/fd.hpp"
#include "stint/units.hpp"

namespace stint {

/// The store's directory: private (0700), and used by one daemon at a time.
class StoreDirectory {
public:
    /// Creates `path` if it is absent (0700). Refuses it if another user owns it, others may enter it, or it is not a
    /// directory (Errc::ILLEGAL_STATE with what to do). Waits 5 s for its lock: UNAVAILABLE names the holder.
    static Result<StoreDirectory> claim(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }
    /// A line for each thing that had the name of a file of ours and was no file: where it is now.
    const std::vector<std::string>& notes() const { return notes_; }
    /// True on a network file system: it has no shared memory, so SQLite's write-ahead log must not be used there
    /// (linux.md, B).
    bool onNetwork() const;
    /// Creates an empty file of mode 0600 if there is none.
    Result<void> touch(const std::filesystem::path& file) const;
    /// Makes renames, new and removed files of the directory durable.
    Result<void> sync() const;

private:
    StoreDirectory(std::filesystem::path path, Fd directory)
        : path_(std::move(path)), directory_(std::move(directory)) {}
    Result<void> setAsideWhatIsNoFile();
    Result<void> lock();

    std::filesystem::path path_;
    Fd directory_;
    Fd lock_; ///< holds the lock; the kernel releases it when the process ends
    std::vector<std::string> notes_;
};

/// The name that a damaged file gets, stint.db.damaged-TIME. It is the same at each call until the file has been moved,
/// so that a crash between the renames does not separate a database from its log.
std::filesystem::path placeAside(const std::filesystem::path& file);

/// True if `magic`, statfs' f_type, is that of a network's file system.
bool isNetworkFileSystem(std::uint64_t magic);

/// A file that only takes up space. On a full disk it is deleted, so that what has happened can still be recorded
/// (architecture.md, the core: if a commit fails). While it is missing, nothing new is accepted.
class Reserve {
public:
    static constexpr Bytes size = 1_MiB;

    explicit Reserve(std::filesystem::path file) : file_(std::move(file)) {}

    /// Creates the file if it is absent and the disk clearly has more room than it takes: otherwise it would take back,
    /// between two commits, the room that it gave to the first. Errors are ignored: without the file, less can be
    /// recorded on a full disk.
    void remake();
    void giveUp();
    /// True if the file exists, or cannot be made for another reason than a full disk.
    bool stands() const { return made_ || !full_; }

private:
    bool isWhole() const;

    std::filesystem::path file_;
    bool made_ = false; ///< complete, as far as known
    bool full_ = false; ///< the disk was full at the last attempt, or when the file was given up
};

/// An empty file that is there while a boot or a login has something to go on with: a user unit asks for it
/// (linux.md §A.6), so that no daemon is started for nothing.
class ResumeMark {
public:
    explicit ResumeMark(const StoreDirectory& directory);

    /// Makes it, `durable` for a power loss, too. Ignores errors, and tries again the next time: without it only the
    /// next verb starts the daemon.
    void set(bool durable);
    void clear();

private:
    const StoreDirectory* directory_;
    std::filesystem::path file_;
    bool made_ = false;
    bool durable_ = false;
};

/// The number of commits, in a file beside the database, which counts them too. SQLite silently ends its log before the
/// first damaged frame: a database with fewer commits than were counted here has lost some.
///
/// The file is written after the commit it counts, and not synced. So it is never ahead of a whole database, neither
/// after kill -9 nor after a power loss; and it detects every loss, unless a power loss took its own last write, too.
class CommitCount {
public:
    explicit CommitCount(std::filesystem::path file);

    /// The number in the file; nullopt: there is no file, or it is damaged.
    std::optional<std::int64_t> read() const;
    /// Ignores errors: without the count, some losses are not detected.
    void write(std::int64_t commits) const;

private:
    Fd file_;
};

} // namespace stint
