// The file to send, and its marks of change: a server gets one version of it or nothing.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

/// Identifies one state of one file: a write changes its ctime, even if it restores the old mtime.
struct SourceMark {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    Bytes size = 0;
    std::int64_t modified = 0; ///< mtime, ns since 1970
    std::int64_t changed = 0;  ///< ctime

    bool operator==(const SourceMark&) const = default;
};

/// The file to send: a server gets one version of it or nothing.
class Source {
public:
    /// System if it cannot be read or is not a regular file.
    static Result<Source> open(const std::filesystem::path& path);

    const SourceMark& mark() const { return mark_; }
    Bytes size() const { return mark_.size; }
    int descriptor() const { return fd_.get(); }
    /// False: it was written in the same kernel clock tick in which it was opened, so another write in that tick would
    /// not show. Such a mark is not used to resume.
    bool proves() const { return proves_; }

    /// Fills `bytes` from `offset`; the range is within the file. IllegalState: the file has changed.
    Result<void> read(Bytes offset, std::span<char> bytes) const;
    /// IllegalState: the file has changed since it was opened.
    Result<void> checkUnchanged() const;

private:
    Source(std::filesystem::path path, Fd fd, const SourceMark& mark, bool proves);

    std::filesystem::path path_;
    Fd fd_;
    SourceMark mark_;
    bool proves_ = false;
};

} // namespace stint::transfer
