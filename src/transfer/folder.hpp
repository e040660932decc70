// The directory of a download, held open. Others may write to it too (/tmp, a shared directory): all that is done in it
// is done by its descriptor, so that no swap on the way to it leads elsewhere; nothing in it is followed or waited for;
// and no file in it is taken for ours that another user may have put there or may still write to.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/fd.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

class Folder {
public:
    /// What a name in it stands for.
    enum class Standing {
        Absent,
        Ours,     ///< a regular file of this user's, of one name, that nobody else may write to
        Doubtful, ///< this user's, but not so: nothing in it is believed, and the name may be removed
        Foreign,  ///< another user's: left alone
    };

    static Result<Folder> open(const std::filesystem::path& path);

    int descriptor() const { return fd_.get(); }
    /// A name in it, as people are told of it.
    std::filesystem::path at(const std::string& name) const { return path_ / name; }

    Standing standing(const std::string& name) const;
    /// None unless it is ours.
    Fd openOurs(const std::string& name, int access) const;
    /// A new file that is ours. None where it cannot be, errno saying why.
    Fd create(const std::string& name) const;
    /// Whether `name` stands for the very file that `descriptor` has open.
    bool names(const std::string& name, int descriptor) const;
    /// All of a file that is ours; nullopt for another, and for one of more than `most`.
    std::optional<std::string> read(const std::string& name, Bytes most) const;
    /// An absent one is fine.
    Result<void> remove(const std::string& name) const;
    /// What was made, renamed and removed in it is on the disk when it returns.
    Result<void> sync() const;

private:
    Folder(std::filesystem::path path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

    std::filesystem::path path_;
    Fd fd_;
};

/// "cannot `deed` `file`: " and what errno says.
Error diskRefused(std::string_view deed, const std::filesystem::path& file);

/// All that `descriptor` has; nullopt where it cannot be read, and for more than `most`.
std::optional<std::string> readAtMost(int descriptor, Bytes most);

} // namespace stint::transfer
