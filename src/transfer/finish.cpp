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

Ending exists(const Download& download) {
    return never(ends::cannotCreate, fmt::format("{} exists already, and is left as it is", download.output.native()));
}

/// nullopt where the bytes are those that were asked for.
std::optional<Ending> verify(const Download& download, const PartPaths& paths, const PartFile& part,
                             const std::atomic<bool>& cancelled) {
    if (download.checksum.empty()) return std::nullopt;
    auto digest = sha256Of(part.descriptor(), cancelled);
    if (!digest && digest.error().code == Errc::IllegalState) return later(digest.error().message);
    if (!digest) return never(ends::inputOutput, digest.error().message);
    if (*digest == download.checksum) return std::nullopt;
    // Keeping it would only have the next run verify the same bytes again.
    (void)removeSidecar(paths);
    ::unlink(paths.part.c_str());
    return never(ends::badData, fmt::format("the checksum is wrong, and the file was removed: it has {}", *digest));
}

/// 0, or errno.
int renameTo(const Download& download, const std::filesystem::path& part) {
    const char* target = download.output.c_str();
    if (download.overwrite) return ::rename(part.c_str(), target) == 0 ? 0 : errno;
    if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, target, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    // A file system without it (NFS): looking first leaves a gap, but there is nothing better.
    if (::access(target, F_OK) == 0) return EEXIST;
    return ::rename(part.c_str(), target) == 0 ? 0 : errno;
}

} // namespace

Ending putInPlace(const Download& download, Sidecar sidecar, const PartFile& part, const std::atomic<bool>& cancelled) {
    PartPaths paths = partPathsOf(download.output);
    Bytes size = part.size();
    if (auto ending = verify(download, paths, part, cancelled)) return *ending;
    if (auto synced = part.sync(); !synced) return never(ends::inputOutput, synced.error().message);
    // Noted before the rename: a kill after it would else find a target that "exists already", and no part.
    sidecar.total = size;
    sidecar.durable = size;
    sidecar.checksum = download.checksum;
    sidecar.finishedInode = part.inode();
    auto noted = saveSidecar(paths, sidecar, Durability::OverPowerLoss);
    if (!noted) return never(ends::inputOutput, noted.error().message);
    if (cancelled) return later("stopped before the file was in place");
    switch (int error = renameTo(download, paths.part)) {
    case 0:
        break;
    case EEXIST:
        return exists(download); // it came while this was downloading
    default:
        return never(ends::cannotCreate,
                     fmt::format("cannot create {}: {}", download.output.native(), std::strerror(error)));
    }
    auto synced = syncDirectory(paths.directory);
    return synced ? saved(download, size, sidecar.anew) : never(ends::inputOutput, synced.error().message);
}

bool isInPlace(const Download& download, const std::optional<Sidecar>& sidecar) {
    struct stat there = {};
    return !download.overwrite && sidecar && sidecar->finishedInode != 0 && sidecar->url == download.url &&
           sidecar->checksum == download.checksum && ::lstat(download.output.c_str(), &there) == 0 &&
           there.st_ino == sidecar->finishedInode && sidecar->total == Bytes{there.st_size};
}

void forgetFinished(const std::filesystem::path& output) {
    PartPaths paths = partPathsOf(output);
    auto sidecar = loadSidecar(paths.state);
    if (sidecar && sidecar->finishedInode != 0) ::unlink(paths.state.c_str());
}

Ending saved(const Download& download, Bytes size, const std::string& anew) {
    std::string text = fmt::format("saved {} ({})", download.output.native(), formatSize(size));
    if (!anew.empty()) text += fmt::format("; begun anew: {}", anew);
    return {Fate::Done, ends::ok, std::move(text)};
}

std::optional<Ending> inTheWay(const Download& download) {
    struct stat there = {};
    if (::lstat(download.output.c_str(), &there) != 0) return std::nullopt;
    if (S_ISDIR(there.st_mode))
        return never(ends::cannotCreate, fmt::format("{} is a directory", download.output.native()));
    return download.overwrite ? std::nullopt : std::optional(exists(download));
}

} // namespace stint::transfer
