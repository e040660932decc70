// The files of a download until it is complete (linux.md §A.10): beside its target, so that it needs no copy at the
// end.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "base/unix/folder.hpp"
#include "programs/spool/ledger.hpp"

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

} // namespace stint::transfer
