// A file that only takes up room. On a full disk it is given up, so that what has happened can still be written down
// (architecture.md, the core: if a commit fails). It is there for that alone: while it is not there, nothing new is
// accepted.
#pragma once
#include <filesystem>

#include "stint/units.hpp"

namespace stint {

class Reserve {
public:
    static constexpr Bytes size = 1_MiB;

    explicit Reserve(std::filesystem::path file) : file_(std::move(file)) {}

    /// Makes it where it is absent and the disk has clearly more room than it takes: else it would take back, between
    /// two commits, what it gave to the first. No error: without it, only less can be recorded on a full disk.
    void remake();
    void giveUp();
    /// Whether it is there, or cannot be had for another cause than a full disk.
    bool stands() const { return made_ || !full_; }

private:
    bool isWhole() const;

    std::filesystem::path file_;
    bool made_ = false; ///< whole, as far as is known
    bool full_ = false; ///< as the disk was when it was last tried, or given up
};

} // namespace stint
