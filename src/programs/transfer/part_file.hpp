// The files of a download until it is complete (linux.md §A.10): beside its target, so that it needs no copy at the
// end; their names, and their bytes.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/unix/fd.hpp"
#include "base/unix/folder.hpp"
#include "programs/spool/transfers.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

struct PartNames {
    std::string part;  ///< .NAME.stint-part
    std::string state; ///< .NAME.stint-state
};

/// The names of set `slot`, of partSlots, for `file`. A long name is shortened, always in the same way: with the
/// additions it would be too long.
PartNames partNames(const std::string& file, int slot = 0);
/// A temporary name of a file that will replace another: `name` and "-new", removed if a kill has left it, or, if
/// another user has that name, one that nobody can guess.
std::string freshName(const Folder& folder, const std::string& name);

struct PartPlace {
    std::shared_ptr<const Folder> folder;
    PartNames names;
};

/// The first names for `output` that no other user has. This user's untrustworthy files are removed. An Error if there
/// are none.
Result<PartPlace> partPlaceFor(std::shared_ptr<const Folder> folder, const std::filesystem::path& output);

/// The bytes of a download until it is complete: written in order, by one process at a time (by a lock on the part
/// itself, which the kernel releases when its holder dies).
class PartFile {
public:
    static constexpr Bytes mostBuffered = 512_KiB;

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
