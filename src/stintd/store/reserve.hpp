// A file that only takes up space. On a full disk it is deleted, so that what has happened can still be recorded
// (architecture.md, the core: if a commit fails). While it is missing, nothing new is accepted.
#pragma once
#include <filesystem>

#include "stint/units.hpp"

namespace stint {

class Reserve {
public:
    static constexpr Bytes size = 1_MiB;

    explicit Reserve(std::filesystem::path file) : file_(std::move(file)) {}

    /// Creates it if it is absent and the disk clearly has more room than it takes: else it would take back, between
    /// two commits, what it gave to the first. Ignores errors: without it, less can be recorded on a full disk.
    void remake();
    void giveUp();
    /// Whether it exists, or cannot be made for another reason than a full disk.
    bool stands() const { return made_ || !full_; }

private:
    bool isWhole() const;

    std::filesystem::path file_;
    bool made_ = false; ///< complete, as far as known
    bool full_ = false; ///< whether the disk was full at the last attempt, or when it was given up
};

} // namespace stint
