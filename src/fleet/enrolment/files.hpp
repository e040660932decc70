// The files of a fleet, on its server and on a device (fleet.md §3): private directories, in which nothing counts that
// another user may have put there.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/unix/folder.hpp"
#include "fleet/signing/secret_key.hpp"
#include "fleet/trust/trust.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// nullopt: it is not there. Security: it is another user's, or others may look into it.
Result<std::optional<Folder>> privateFolder(const std::filesystem::path& directory);

enum class Secrecy : std::uint8_t { Open, Secret };
/// nullopt: it is not there. Security: another user may have written it, or read it where it is secret; Storage: it has
/// more bytes than that, or cannot be read.
Result<std::optional<std::string>> readOwn(const Folder& folder, const std::string& name, Bytes most, Secrecy secrecy);

/// A key without a password, which has to be there. Storage: it is not, or is damaged.
Result<SecretKey> readKey(const Folder& folder, const std::string& name);

/// Which fleet it is.
struct Fleet {
    std::string name;
    PublicKey root;

    bool operator==(const Fleet&) const = default;

    static constexpr const char *rootFile = "root.pub", *nameFile = "name";
    /// nullopt: there is no root. Storage: it is damaged.
    static Result<std::optional<Fleet>> read(const Folder& folder);
    /// The root last: with it, the fleet is there.
    Result<void> write(const Folder& folder) const;
};

/// The places of fleet.toml (§6.4), of which the first that is there counts: its user's, then the machine's.
std::vector<std::filesystem::path> ownersFiles();
struct OwnersWord {
    std::filesystem::path file;
    Owner owner;
};
/// nullopt: none of them is there. Storage: the first that is cannot be read; IllegalArgument: it has a mistake.
Result<std::optional<OwnersWord>> ownersWordIn(const std::vector<std::filesystem::path>& files);

} // namespace stint::fleet
