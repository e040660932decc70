// The count of commits beside the database.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/unix/fd.hpp"

namespace stint {

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
