// A fleet is founded (fleet.md §8.1): its keys, its first list of operators, and a directory of them, which is there
// whole or not at all.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/unix/folder.hpp"
#include "fleet/signing/secret_key.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

// The files that no server of a fleet needs.
inline constexpr const char *rootKeyFile = "root.key", *operatorKeyFile = "operator.key",
                            *operatorPublicFile = "operator.pub";

struct Founding {
    std::string fleet;        ///< its name
    std::string operatorName; ///< of the one operator, who may do all
    std::string_view rootPassword, operatorPassword;
    WallTime now{};
    Bytes memory = mostMemory; ///< that a password takes, or less where there is less
};

/// IllegalArgument: that can be no fleet's, or no operator's, name.
Result<void> checkFoundingName(std::string_view name);

/// The directory's place as it can be: nothing is there, and nobody else can swap what is made there. IllegalState: it
/// is there already; Security: another user could.
Result<void> checkFoundingPlace(const std::filesystem::path& directory);

/// A new directory of a fleet's server, with the files that `fill` writes into it. Errors: of it, and as of found().
Result<void> foundedBy(const std::filesystem::path& directory, const std::function<Result<void>(const Folder&)>& fill);

/// The keys and the list, in a new directory; returns root's key. Errors: as of both checks; Busy: somebody else is at
/// it; Security: what an earlier founding has left beside it may not be removed; Storage: the disk is full or fails;
/// System: there is not the memory for a password.
Result<PublicKey> found(const std::filesystem::path& directory, const Founding& founding);

} // namespace stint::fleet
