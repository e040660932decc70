// How many commits there were, beside the database that counts them too. The log of SQLite ends, without a word, before
// its first frame that is damaged: a database that has fewer commits than were counted here has lost some.
//
// It is written after the commit it counts, and not synced. So it never runs ahead of a database that is whole, be it
// after kill -9 or after a power loss; and it finds every loss but those of a power loss that took its own last write,
// too.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/fd.hpp"

namespace stint {

class CommitCount {
public:
    explicit CommitCount(std::filesystem::path file);

    /// What is in the file; nullopt: there is none, or it is not what was written.
    std::optional<std::int64_t> read() const;
    /// No error: what cannot be counted can only be told less of.
    void write(std::int64_t commits) const;

private:
    Fd file_;
};

} // namespace stint
