#include "fleet/enrolment/founding.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "fleet/enrolment/field_rules.hpp"
#include "fleet/enrolment/fleet_keys.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleet {
namespace {

constexpr Bytes leastOfPassword = Bytes{64} << 20; // less would make guesses cheap
constexpr std::uint32_t firstVersion = 1;

/// Takes half of the memory where that much is not to be had, as minisign does.
Result<SecretText> lockedWith(const SecretKey& key, std::string_view password, Bytes memory) {
    for (;; memory /= 2) {
        auto file = key.lockedFile(password, memory);
        if (file.ok() || file.error().code != Errc::SYSTEM || memory / 2 < leastOfPassword) return file;
    }
}

Error isThere(const std::filesystem::path& directory) {
    return fail(Errc::ILLEGAL_STATE, "{} is there already, and is left as it is", directory.string());
}

std::vector<std::string> filesOfFounding() {
    const std::string list = operatorsFile(firstVersion);
    return {rootKeyFile,
            operatorKeyFile,
            operatorPublicFile,
            FleetKeys::enrolmentFile,
            FleetKeys::statementFile,
            list + ".minisig",
            list,
            Fleet::nameFile,
            Fleet::rootFile};
}

/// The folder of a founding, which is at it alone as long as that is open.
Result<Folder> newFolder(const std::filesystem::path& path) {
    STINT_TRY(push::makePrivateDirectory(path));
    auto folder = STINT_TRY(Folder::open(path));
    const bool isAlone = ::flock(folder.descriptor(), LOCK_EX | LOCK_NB) == 0;
    struct stat held {};
    struct stat named {};
    // Another one may have come to its end, and have given it its name, between opening it and locking it.
    if (!isAlone || ::fstat(folder.descriptor(), &held) != 0 || ::lstat(path.c_str(), &named) != 0 ||
        held.st_ino != named.st_ino || held.st_dev != named.st_dev)
        return fail(Errc::BUSY, "another `stint fleet init` is at work in {}", path.string());
    return folder;
}

/// An earlier founding may have left files; nobody has used its keys.
Result<void> emptied(const Folder& folder, const std::filesystem::path& path) {
    for (const std::string& name : filesOfFounding()) {
        STINT_TRY(folder.remove(name));
        STINT_TRY(folder.remove(name + ".new"));
    }
    const std::uint32_t newest = STINT_TRY(FleetKeys::newestVersionIn(path)); // of a fleet that was taken over
    for (const std::string& name : {operatorsFile(newest), operatorsFile(newest) + ".minisig"})
        STINT_TRY(folder.remove(name));
    if (!std::filesystem::is_empty(path))
        return fail(Errc::SECURITY, "{} has files that are not ours: remove it", path.string());
    return {};
}

Result<void> fill(const Folder& folder, const Founding& founding, const SecretKey& root) {
    const SecretKey itsOperator = SecretKey::make(), enrolment = SecretKey::make(), statement = SecretKey::make();
    Operators list{.version = firstVersion,
                   .made = founding.now,
                   .enrolment = enrolment.publicKey().text(),
                   .statement = statement.publicKey().text(),
                   .two = {},
                   .operators = {{founding.operatorName, itsOperator.publicKey().text(), {}, ""}}};
    for (const StepRow& row : stepKinds)
        list.operators.front().kinds.emplace_back(row.key);
    const Signed operators = STINT_TRY(signedBy(root, list));
    const SecretText rootFile = STINT_TRY(lockedWith(root, founding.rootPassword, founding.memory));
    const SecretText operatorFile = STINT_TRY(lockedWith(itsOperator, founding.operatorPassword, founding.memory));
    const auto write = [&]() -> Result<void> {
        STINT_TRY(push::writePrivateFile(folder, rootKeyFile, rootFile.text()));
        STINT_TRY(push::writePrivateFile(folder, operatorKeyFile, operatorFile.text()));
        STINT_TRY(push::writePrivateFile(folder, operatorPublicFile, itsOperator.publicKey().file()));
        STINT_TRY(push::writePrivateFile(folder, FleetKeys::enrolmentFile, enrolment.unlockedFile().text()));
        STINT_TRY(push::writePrivateFile(folder, FleetKeys::statementFile, statement.unlockedFile().text()));
        STINT_TRY(writeOperators(folder, list.version, operators));
        return Fleet{founding.fleet, root.publicKey()}.write(folder);
    };
    auto written = write();
    if (!written.ok() && written.error().code == Errc::SYSTEM)
        return fail(Errc::STORAGE, "{}", written.error().message);
    return written;
}

} // namespace

Result<void> checkFoundingName(std::string_view name) {
    const bool isOne = !name.empty() && std::cmp_less_equal(name.size(), aName.most) && nameRule(name).empty();
    if (isOne) return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "a name is readable text of 1 to {} bytes", aName.most);
}

Result<void> checkFoundingPlace(const std::filesystem::path& directory) {
    struct stat found {};
    if (::lstat(directory.c_str(), &found) == 0) return isThere(directory);
    std::filesystem::path above = directory.parent_path();
    while (::stat(above.c_str(), &found) != 0) { // what is not there is made, for this user alone
        if (errno != ENOENT || !above.has_relative_path()) return diskRefused("look at", above);
        above = above.parent_path();
    }
    if (!S_ISDIR(found.st_mode)) return fail(Errc::SECURITY, "{} is no directory", above.string());
    const bool isSafe = (found.st_uid == ::geteuid() || found.st_uid == 0) &&
                        ((found.st_mode & (S_IWGRP | S_IWOTH)) == 0 || (found.st_mode & S_ISVTX) != 0);
    if (isSafe) return {};
    return fail(Errc::SECURITY, "others may write into {}, and could put their keys in the place of yours",
                above.string());
}

Result<void> foundedBy(const std::filesystem::path& directory, const std::function<Result<void>(const Folder&)>& fill) {
    STINT_TRY(checkFoundingPlace(directory));
    const std::filesystem::path fresh = directory.string() + ".new";
    const Folder folder = STINT_TRY(newFolder(fresh));
    STINT_TRY(emptied(folder, fresh));
    if (const auto filled = fill(folder); !filled.ok()) {
        [[maybe_unused]] const bool isGone = emptied(folder, fresh).ok() && ::rmdir(fresh.c_str()) == 0;
        return filled.error();
    }
    STINT_TRY(FleetKeys::open(fresh)); // a server can begin with it
    // Onto a directory that somebody has made meanwhile, only if that is empty.
    if (::rename(fresh.c_str(), directory.c_str()) != 0) {
        if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) return isThere(directory);
        return diskRefused("make", directory);
    }
    const Folder above = STINT_TRY(Folder::open(directory.parent_path()));
    return above.sync();
}

Result<PublicKey> found(const std::filesystem::path& directory, const Founding& founding) {
    STINT_TRY(checkFoundingName(founding.fleet));
    STINT_TRY(checkFoundingName(founding.operatorName));
    const SecretKey root = SecretKey::make();
    STINT_TRY(foundedBy(directory, [&](const Folder& folder) { return fill(folder, founding, root); }));
    return root.publicKey();
}

} // namespace stint::fleet
