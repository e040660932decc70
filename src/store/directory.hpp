// The directory of the store: ours alone (0700), and one daemon's at a time.
#pragma once
#include <filesystem>

#include "base/fail.hpp"
#include "base/fd.hpp"

namespace stint {

class StoreDirectory {
public:
    /// Makes `path` where it is absent (0700), refuses it where it is another's, open to others, or no directory
    /// (Errc::IllegalState with what to do), and takes its lock, for which it waits 5 s: IllegalState names its holder.
    static Result<StoreDirectory> claim(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }
    /// On a network's file system shared memory is none, so SQLite's write-ahead log is not to be used (linux.md, B).
    bool onNetwork() const;
    /// Makes an empty file of mode 0600 where there is none.
    Result<void> touch(const std::filesystem::path& file) const;
    /// Makes renames, new and removed files of the directory durable.
    Result<void> sync() const;

private:
    StoreDirectory(std::filesystem::path path, Fd directory)
        : path_(std::move(path)), directory_(std::move(directory)) {}
    Result<void> lock();

    std::filesystem::path path_;
    Fd directory_;
    Fd lock_; ///< holds the lock; the kernel lets go of it when the process ends, however it ends
};

/// Whether statfs' f_type is that of a network's file system.
bool isNetworkFileSystem(std::uint64_t magic);

} // namespace stint
