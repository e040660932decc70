// The store's directory.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result/fail.hpp"
#include "base/unix/fd.hpp"

namespace stint {

/// The store's directory: private (0700), and used by one daemon at a time.
class StoreDirectory {
public:
    /// Creates `path` if it is absent (0700). Refuses it if another user owns it, others may enter it, or it is not a
    /// directory (Errc::ILLEGAL_STATE with what to do). Waits 5 s for its lock: IllegalState names the holder.
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

} // namespace stint
