// The file that is sent, and whether it is still the one it was: what a server gets is one version of it or nothing.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "base/fd.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

/// Names one state of one file: a write, even one that sets the old time again, changes its ctime.
struct SourceMark {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    Bytes size = 0;
    std::int64_t modified = 0; ///< mtime, ns since 1970
    std::int64_t changed = 0;  ///< ctime

    bool operator==(const SourceMark&) const = default;
};

class Source {
public:
    /// System where it cannot be read or is no regular file.
    static Result<Source> open(const std::filesystem::path& path);

    const SourceMark& mark() const { return mark_; }
    Bytes size() const { return mark_.size; }
    int descriptor() const { return fd_.get(); }
    /// False: it was written to within the kernel's clock tick in which it was opened, so that another write in it
    /// would leave the same mark. Nothing is gone on from by such a one.
    bool proves() const { return proves_; }

    /// Fills `bytes` with what lies at `offset`, which is all in the file. IllegalState: the file has changed.
    Result<void> read(Bytes offset, std::span<char> bytes) const;
    /// IllegalState: it is not the file that was opened any more.
    Result<void> checkUnchanged() const;

private:
    Source(std::filesystem::path path, Fd fd, const SourceMark& mark, bool proves);

    std::filesystem::path path_;
    Fd fd_;
    SourceMark mark_;
    bool proves_ = false;
};

} // namespace stint::transfer
