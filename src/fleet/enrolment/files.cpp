#include "fleet/enrolment/files.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"
#include "fleet/enrolment/field_rules.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleet {
namespace {

constexpr Bytes longestKeyFile = 4'096;

} // namespace

Result<std::optional<Folder>> privateFolder(const std::filesystem::path& directory) {
    struct stat found {};
    if (::lstat(directory.c_str(), &found) != 0) {
        if (errno == ENOENT) return std::optional<Folder>();
        return diskRefused("look at", directory);
    }
    if (!S_ISDIR(found.st_mode) || found.st_uid != ::geteuid())
        return fail(Errc::SECURITY, "{} is no directory of yours", directory.string());
    if ((found.st_mode & 077) != 0)
        return fail(Errc::SECURITY, "others may look into {0}: chmod 700 {0}", directory.string());
    auto folder = STINT_TRY(Folder::open(directory));
    return std::optional(std::move(folder));
}

Result<std::optional<std::string>> readOwn(const Folder& folder, const std::string& name, Bytes most, Secrecy secrecy) {
    if (folder.standing(name) == Folder::Standing::Absent) return std::optional<std::string>();
    const std::string path = folder.at(name);
    errno = 0;
    const Fd file = folder.openOurs(name, O_RDONLY);
    if (!file && systemCode(errno) == Errc::BUSY) return diskRefused("open", path);
    if (!file) return fail(Errc::SECURITY, "{} is no plain file that you alone may write to", path);
    struct stat found {};
    if (::fstat(file.get(), &found) != 0) return diskRefused("look at", path);
    if (secrecy == Secrecy::Secret && (found.st_mode & 077) != 0)
        return fail(Errc::SECURITY, "others may read {0}, which is secret: chmod 600 {0}", path);
    auto text = readAtMost(file.get(), most);
    if (!text && errno == EFBIG) return fail(Errc::STORAGE, "{} has more than {} bytes", path, most);
    if (!text) return diskRefused("read", path);
    return text;
}

Result<SecretKey> readKey(const Folder& folder, const std::string& name) {
    const std::string path = folder.at(name);
    auto text = STINT_TRY(readOwn(folder, name, longestKeyFile, Secrecy::Secret));
    if (!text) return fail(Errc::STORAGE, "there is no {}", path);
    auto key = SecretKey::read(*text, std::nullopt);
    sodium_memzero(text->data(), text->size());
    if (!key.ok()) return fail(Errc::STORAGE, "{}: {}", path, key.error().message);
    return key;
}

Result<std::optional<Fleet>> Fleet::read(const Folder& folder) {
    const auto file = STINT_TRY(readOwn(folder, rootFile, longestKeyFile, Secrecy::Open));
    if (!file) return std::optional<Fleet>();
    const auto root = PublicKey::readFile(*file);
    if (!root.ok()) return fail(Errc::STORAGE, "{}: {}", folder.at(rootFile).string(), root.error().message);
    auto name = STINT_TRY(readOwn(folder, nameFile, aName.most + 1, Secrecy::Open));
    if (!name || !name->ends_with('\n') || name->size() < 2 ||
        printable(name->substr(0, name->size() - 1)) + "\n" != *name)
        return fail(Errc::STORAGE, "{} is no fleet's name: a line of 1 to {} bytes", folder.at(nameFile).string(),
                    aName.most);
    name->pop_back();
    return std::optional(Fleet{std::move(*name), *root});
}

Result<void> Fleet::write(const Folder& folder) const {
    STINT_TRY(push::writePrivateFile(folder, nameFile, name + "\n"));
    return push::writePrivateFile(folder, rootFile, root.file());
}

std::vector<std::filesystem::path> ownersFiles() {
    constexpr const char* name = "fleet.toml";
    return {baseDirectory("XDG_CONFIG_HOME", ".config") / "stint" / name, std::filesystem::path("/etc/stint") / name};
}

Result<std::optional<OwnersWord>> ownersWordIn(const std::vector<std::filesystem::path>& files) {
    for (const std::filesystem::path& file : files) {
        const auto text = readFile(file);
        if (!text && (errno == ENOENT || errno == ENOTDIR)) continue;
        if (!text) return fail(Errc::STORAGE, "{} cannot be read: {}", file.string(), std::strerror(errno));
        auto owner = STINT_TRY(Owner::read(*text, file.string()));
        return std::optional(OwnersWord{file, std::move(owner)});
    }
    return std::optional<OwnersWord>();
}

} // namespace stint::fleet
