// The store's directory: private (0700), and used by one daemon at a time.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result/fail.hpp"
#include "base/unix/fd.hpp"

namespace stint {

class StoreDirectory {
public:
    /// Creates `path` if it is absent (0700), refuses it if another user owns it, others may enter it, or it is not a
    /// directory (Errc::ILLEGAL_STATE with what to do), and waits 5 s for its lock: IllegalState names the holder.
    static Result<StoreDirectory> claim(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }
    /// What was found under a name of ours and was no file, and where it is now.
    const std::vector<std::string>& notes() const { return notes_; }
    /// Network file systems have no shared memory, so SQLite's write-ahead log must not be used there (linux.md, B).
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

/// The name to which what is damaged is moved, stint.db.damaged-TIME: the same at each call until it has been moved, so
/// that a crash between the renames does not separate a database from its log.
std::filesystem::path placeAside(const std::filesystem::path& file);

/// Whether statfs' f_type is that of a network's file system.
bool isNetworkFileSystem(std::uint64_t magic);

} // namespace stint
