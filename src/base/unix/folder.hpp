// The directory of a download, held open. Other users may write to it, too (/tmp, a shared directory): all access goes
// through its descriptor, so that no swapped path leads elsewhere; links are not followed, nothing in it can block; and
// a file that another user may have put there, or may write to, never counts as ours. And a private directory that goes
// with its owner.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

class Folder {
public:
    /// The kind of file that a name in it stands for.
    enum class Standing {
        Absent,
        Ours,     ///< a regular file of this user, with one name, that nobody else may write to
        Doubtful, ///< this user's, but not safe: its content is not trusted, and it may be removed
        Foreign,  ///< another user's: left alone
    };

    static Result<Folder> open(const std::filesystem::path& path);

    int descriptor() const { return fd_.get(); }
    /// The path of a name in it, for messages.
    std::filesystem::path at(const std::string& name) const { return path_ / name; }

    Standing standing(const std::string& name) const;
    /// Opens a file of ours; no descriptor for any other.
    Fd openOurs(const std::string& name, int access) const;
    /// Creates a file of ours. No descriptor on failure, with errno.
    Fd create(const std::string& name) const;
    /// True if `name` is the file that `descriptor` has open.
    bool names(const std::string& name, int descriptor) const;
    /// The content of a file of ours; nullopt for any other, and for more than `most` bytes. Errc::BUSY: it may exist.
    Result<std::optional<std::string>> read(const std::string& name, Bytes most) const;
    /// Does nothing if it is absent.
    Result<void> remove(const std::string& name) const;
    /// Syncs all creations, renames and removals in it.
    Result<void> sync() const;

private:
    Folder(std::filesystem::path path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

    std::filesystem::path path_;
    Fd fd_;
};

/// An errno's code: Errc::BUSY if this process or the machine has run short of something that comes back (descriptors,
/// memory); else Errc::SYSTEM.
Errc systemCode(int error);

/// "cannot `action` `file`: " and errno's text, with systemCode().
Error diskRefused(std::string_view action, const std::filesystem::path& file);

/// Opens a file to read it, without waiting for a writer, as opening a FIFO would. `name` is in the directory `at`
/// (AT_FDCWD, too); links are followed. No descriptor if it cannot be opened, with errno, which is 0 if it exists but
/// is no regular file.
Fd openRegular(int at, const std::string& name);

/// The content of `descriptor`; nullopt, with errno, if it cannot be read or has more than `most` bytes (EFBIG).
std::optional<std::string> readAtMost(int descriptor, Bytes most);

/// A private directory, mode 0700, that goes with its owner, and all that is in it.
class ScratchDirectory {
public:
    /// Makes "NAME-XXXXXX" in `parent`. System: it cannot be made there.
    static Result<ScratchDirectory> make(const std::filesystem::path& parent, std::string_view name);
    ~ScratchDirectory();
    ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    ScratchDirectory& operator=(ScratchDirectory&&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_; ///< empty: moved from
};

} // namespace stint
