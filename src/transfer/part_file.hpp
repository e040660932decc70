// The bytes of a download on their way to be a file: written in order, by one process at a time (a lock on the part
// itself, so that it goes with the process that held it).
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"
#include "transfer/part_place.hpp"

namespace stint::transfer {

class PartFile {
public:
    /// Opens or creates it. nullopt: another holds the lock.
    static Result<std::optional<PartFile>> open(const PartPlace& place);

    /// Bytes written, those not yet flushed included.
    Bytes size() const { return written_ + static_cast<Bytes>(buffer_.size()); }
    /// Bytes that the kernel has: they outlive this process.
    Bytes flushed() const { return written_; }
    int descriptor() const { return fd_.get(); }
    std::uint64_t inode() const { return inode_; }

    /// Bytes at the end. They are gathered, since curl hands them over 16 KiB at a time: one write a buffer.
    Result<void> append(std::span<const char> bytes);
    Result<void> flush();
    /// Whether the file holds `bytes` at `offset`. Expects them flushed.
    Result<bool> holds(Bytes offset, std::span<const char> bytes) const;
    /// Cuts to `size`, unflushed bytes included.
    Result<void> cut(Bytes size);
    /// So long will the file be. Room for it is set aside some way ahead, which costs a fraction of finding each block
    /// when it is written; never all at once, for a server may say any length.
    void expect(Bytes size) { expected_ = size; }
    /// Gives back what is set aside and will not be written now.
    void giveBack();
    /// The bytes flushed so far are on the disk when it returns. From any thread.
    Result<void> sync() const;
    /// On the disk, and with the mode of any new file of this user's: until now it was nobody else's to read.
    Result<void> publish() const;

private:
    PartFile(std::filesystem::path path, Fd fd, Bytes size, std::uint64_t inode);
    void reserve();
    void handOver();

    std::filesystem::path path_;
    Fd fd_;
    Bytes written_ = 0;
    Bytes expected_ = 0;
    Bytes reserved_ = 0;   ///< what was set aside ends here
    Bytes handedOver_ = 0; ///< what the disk was told to begin to write ends here
    std::uint64_t inode_ = 0;
    std::vector<char> buffer_;
};

/// What may still be written below `directory`; nullopt where that cannot be known.
std::optional<Bytes> freeBytes(const std::filesystem::path& directory);

} // namespace stint::transfer
