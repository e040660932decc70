#include "transfer/finish.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/time.hpp"
#include "transfer/digest.hpp"

namespace stint::transfer {
namespace {

Ending alreadyThere(const std::filesystem::path& target) {
    return never(ends::cannotCreate, fmt::format("{} exists already, and is left as it is", target.native()));
}

/// What the bytes must have; empty: nothing is known of them.
const std::string& digestFor(const Download& download, const Sidecar& sidecar) {
    bool given = !download.checksum.empty() && download.checksum != checksumAuto;
    return given ? download.checksum : sidecar.digest;
}

/// nullopt where the bytes are those that were asked for.
std::optional<Ending> verify(const Download& download, const PartPaths& paths, const Sidecar& sidecar,
                             const PartFile& part, const std::atomic<bool>& cancelled) {
    const std::string& wanted = digestFor(download, sidecar);
    if (wanted.empty()) return download.checksum == checksumAuto ? std::optional(unverifiable()) : std::nullopt;
    std::string algorithm = wanted.substr(0, wanted.find(':'));
    auto digest = digestOf(part.descriptor(), {}, algorithm, cancelled);
    if (!digest && digest.error().code == Errc::IllegalState) return later(digest.error().message);
    if (!digest) return never(ends::inputOutput, digest.error().message);
    std::string found = fmt::format("{}:{}", algorithm, toHex(*digest));
    if (found == wanted) return std::nullopt;
    // Keeping it would only have the next run verify the same bytes again.
    (void)removeSidecar(paths);
    ::unlink(paths.part.c_str());
    bool servers = &wanted == &sidecar.digest;
    return never(ends::badData, fmt::format("the checksum is wrong, and the file was removed: it has {}{}", found,
                                            servers ? ", the server says " + wanted : ""));
}

/// 0, or errno.
int rename(const std::filesystem::path& part, const std::filesystem::path& output, bool overwrite) {
    const char* target = output.c_str();
    if (overwrite) return ::rename(part.c_str(), target) == 0 ? 0 : errno;
    if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, target, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    // A file system without it (NFS): looking first leaves a gap, but there is nothing better.
    if (::access(target, F_OK) == 0) return EEXIST;
    return ::rename(part.c_str(), target) == 0 ? 0 : errno;
}

} // namespace

Ending putInPlace(const Download& download, Sidecar sidecar, const PartFile& part, const std::atomic<bool>& cancelled) {
    PartPaths paths = partPathsOf(download.output);
    std::filesystem::path target = targetOf(download, sidecar.name);
    Bytes size = part.size();
    if (auto ending = verify(download, paths, sidecar, part, cancelled)) return *ending;
    if (auto synced = part.sync(); !synced) return never(ends::inputOutput, synced.error().message);
    // Noted before the rename: a kill after it would else find a target that "exists already", and no part.
    sidecar.total = size;
    sidecar.durable = size;
    sidecar.checksum = download.checksum;
    sidecar.finishedInode = part.inode();
    auto noted = saveSidecar(paths, sidecar, Durability::OverPowerLoss);
    if (!noted) return never(ends::inputOutput, noted.error().message);
    if (cancelled) return later("stopped before the file was in place");
    switch (int error = rename(paths.part, target, download.overwrite)) {
    case 0:
        break;
    case EEXIST:
        return alreadyThere(target); // it came while this was downloading
    default:
        return never(ends::cannotCreate, fmt::format("cannot create {}: {}", target.native(), std::strerror(error)));
    }
    auto synced = syncDirectory(paths.directory);
    return synced ? saved(download, sidecar) : never(ends::inputOutput, synced.error().message);
}

bool isInPlace(const Download& download, const std::optional<Sidecar>& sidecar) {
    if (download.overwrite || !sidecar || sidecar->finishedInode == 0 || sidecar->url != download.url ||
        sidecar->checksum != download.checksum)
        return false;
    struct stat there = {};
    return ::lstat(targetOf(download, sidecar->name).c_str(), &there) == 0 && there.st_ino == sidecar->finishedInode &&
           sidecar->total == Bytes{there.st_size};
}

void forgetFinished(const std::filesystem::path& output) {
    PartPaths paths = partPathsOf(output);
    auto sidecar = loadSidecar(paths.state);
    if (sidecar && sidecar->finishedInode != 0) ::unlink(paths.state.c_str());
}

Ending saved(const Download& download, const Sidecar& sidecar) {
    std::string text = fmt::format("saved {} ({})", targetOf(download, sidecar.name).native(),
                                   formatSize(sidecar.total.value_or(unknownBytes)));
    if (!sidecar.digest.empty() && digestFor(download, sidecar) == sidecar.digest)
        text += fmt::format("; {} verified", sidecar.digest.substr(0, sidecar.digest.find(':')));
    if (!sidecar.anew.empty()) text += fmt::format("; begun anew: {}", sidecar.anew);
    return {Fate::Done, ends::ok, std::move(text)};
}

Ending unverifiable() {
    return never(ends::badData, "the server gives no checksum, in no header and in no .sha256 beside the file");
}

std::filesystem::path targetOf(const Download& download, const std::string& name) {
    return name.empty() || !download.serverNames ? download.output : download.output.parent_path() / name;
}

std::optional<Ending> inTheWay(const Download& download, const std::string& name) {
    struct stat there = {};
    std::filesystem::path target = targetOf(download, name);
    if (::lstat(target.c_str(), &there) != 0) return std::nullopt;
    if (S_ISDIR(there.st_mode)) return never(ends::cannotCreate, fmt::format("{} is a directory", target.native()));
    return download.overwrite ? std::nullopt : std::optional(alreadyThere(target));
}

} // namespace stint::transfer
