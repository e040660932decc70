// The reserve for a full disk.
#pragma once
#include <filesystem>

#include "stint/units.hpp"

namespace stint {

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

} // namespace stint
