// The bytes of a download until it is complete: written in order, by one process at a time (by a lock on the part
// itself, which the kernel releases when its holder dies).
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/unix/fd.hpp"
#include "programs/transfer/part_place.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

/// The bytes of a download until it is complete: written in order, by one process at a time (by a lock on the part
/// itself, which the kernel releases when its holder dies).
class PartFile {
public:
    /// Opens or creates it. nullopt: another holds the lock.
    static Result<std::optional<PartFile>> open(const PartPlace& place);

    /// Bytes written, those not yet flushed included.
    Bytes size() const { return written_ + static_cast<Bytes>(buffer_.size()); }
    /// Bytes that the kernel has: they survive this process.
    Bytes flushed() const { return written_; }
    int descriptor() const { return fd_.get(); }
    std::uint64_t inode() const { return inode_; }

    /// Appends bytes. They are buffered, since curl delivers 16 KiB at a time.
    Result<void> append(std::span<const char> bytes);
    Result<void> flush();
    /// True if the file holds `bytes` at `offset`. Expects them flushed.
    Result<bool> holds(Bytes offset, std::span<const char> bytes) const;
    /// Truncates to `size`, unflushed bytes included.
    Result<void> cut(Bytes size);
    /// The file's final size. Space is preallocated some way ahead, which is much cheaper than block by block; never
    /// all at once, since a server may announce any length.
    void expect(Bytes size) { expected_ = size; }
    /// Gives back preallocated space that will not be written now.
    void giveBack();
    /// Syncs the bytes flushed so far. May run in any thread.
    Result<void> sync() const;
    /// Syncs it, and gives it the mode of a new file of this user: until now nobody else could read it.
    Result<void> publish() const;

private:
    PartFile(std::filesystem::path path, Fd fd, Bytes size, std::uint64_t inode);
    void reserve();
    void handOver();

    std::filesystem::path path_;
    Fd fd_;
    Bytes written_ = 0;
    Bytes expected_ = 0;
    Bytes reserved_ = 0;   ///< end of the preallocated space
    Bytes handedOver_ = 0; ///< end of the bytes that the disk was asked to start writing
    std::uint64_t inode_ = 0;
    std::vector<char> buffer_;
};

/// Free space below `directory`; nullopt if unknown.
std::optional<Bytes> freeBytes(const std::filesystem::path& directory);

} // namespace stint::transfer
