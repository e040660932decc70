// Where a download lives until it is whole (linux.md §A.10): beside its target, so that no copy puts it in place.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "transfer/folder.hpp"

namespace stint::transfer {

struct PartNames {
    std::string part;  ///< .NAME.stint-part
    std::string state; ///< .NAME.stint-state
};

/// Where another user's files have the first names, there are others.
inline constexpr int partSlots = 8;

/// The names in `slot` of what belongs to `file`. A long name is shortened, always to the same one: with what is put
/// around it, it would be none any more.
PartNames partNames(const std::string& file, int slot = 0);
/// The name that a file has before it takes the place of another: `name` and "-new", which a kill may have left and
/// goes, or, where another user has that, one that nobody can guess.
std::string freshName(const Folder& folder, const std::string& name);

struct PartPlace {
    std::shared_ptr<const Folder> folder;
    PartNames names;
};

/// The first names for `output` that nobody else has. What is this user's but cannot be believed is removed. Errors
/// where there are none.
Result<PartPlace> partPlaceFor(std::shared_ptr<const Folder> folder, const std::filesystem::path& output);

} // namespace stint::transfer
