#include "programs/transfer/finish.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "base/unix/fd.hpp"
#include "programs/transfer/access.hpp"
#include "programs/transfer/digest.hpp"
#include "programs/transfer/sources.hpp"

namespace stint::transfer {
namespace {

Ending alreadyThere(const std::filesystem::path& target) {
    return never(ends::cannotCreate, fmt::format("{} exists already, and is left as it is", target.native()));
}

Ending notCreated(const std::filesystem::path& target, int error) {
    return refusedHere(ends::cannotCreate,
                       fail(systemCode(error), "cannot create {}: {}", target.native(), std::strerror(error)));
}

void removePart(const PartPlace& place, const PartFile& part) {
    if (place.folder->names(place.names.part, part.descriptor())) (void)place.folder->remove(place.names.part);
}

/// The digest that the bytes must have; empty: unknown.
const std::string& digestFor(const Download& download, const Sidecar& sidecar) {
    const bool given = !download.checksum.empty() && download.checksum != checksumAuto;
    return given ? download.checksum : sidecar.digest;
}

/// nullopt if the digest matches.
std::optional<Ending> verify(const Download& download, const PartPlace& place, const Sidecar& sidecar,
                             const PartFile& part, const std::atomic<bool>& cancelled) {
    const std::string& wanted = digestFor(download, sidecar);
    if (wanted.empty()) return download.checksum == checksumAuto ? std::optional(unverifiable()) : std::nullopt;
    std::string algorithm = wanted.substr(0, wanted.find(':'));
    auto digest = digestOf(part.descriptor(), {}, algorithm, cancelled);
    if (!digest && digest.error().code == Errc::ILLEGAL_STATE) return later(digest.error().message);
    if (!digest) return refusedHere(ends::inputOutput, digest.error());
    std::string found = fmt::format("{}:{}", algorithm, toHex(*digest));
    if (found == wanted) return std::nullopt;
    // If it were kept, the next run would only verify the same bytes again.
    (void)removeSidecar(place);
    removePart(place, part);
    const bool servers = &wanted == &sidecar.digest;
    return never(ends::badData, fmt::format("the checksum is wrong, and the file was removed: it has {}{}", found,
                                            servers ? ", the server says " + wanted : ""));
}

/// Links `part` to a further name, by its descriptor: that is the file that was verified, while the part's name may be
/// another file by now. 0, or errno: a file that has lost its last name cannot get another.
int link(const PartFile& part, const Folder& folder, const std::string& name) {
    const std::string file = fmt::format("/proc/self/fd/{}", part.descriptor());
    return ::linkat(AT_FDCWD, file.c_str(), folder.descriptor(), name.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

int rename(const Folder& folder, const std::string& from, const std::string& to, unsigned flags) {
    const int directory = folder.descriptor();
    return ::renameat2(directory, from.c_str(), directory, to.c_str(), flags) == 0 ? 0 : errno;
}

/// For file systems without hard links (vfat, some network ones): renames the part, after a check of its name; a check
/// afterwards shows whether it was the same file.
int renamePart(const PartFile& part, const PartPlace& place, const std::string& target, bool overwrite) {
    const Folder& folder = *place.folder;
    if (!folder.names(place.names.part, part.descriptor())) return ENOENT;
    if (overwrite) return rename(folder, place.names.part, target, 0);
    const int error = rename(folder, place.names.part, target, RENAME_NOREPLACE);
    if (error != EINVAL && error != ENOSYS) return error;
    // A file system without it (NFS): checking first leaves a race, but there is nothing better.
    if (::faccessat(folder.descriptor(), target.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) return EEXIST;
    return rename(folder, place.names.part, target, 0);
}

/// True if two names of one file show the same inode. FUSE and CIFS may derive inodes from paths.
bool linksTell(const PartFile& part) {
    struct statfs system = {};
    if (::fstatfs(part.descriptor(), &system) != 0) return false;
    auto kind = static_cast<std::uint32_t>(system.f_type);
    return kind != FUSE_SUPER_MAGIC && kind != CIFS_SUPER_MAGIC && kind != SMB2_SUPER_MAGIC;
}

/// 0, or errno; ENOENT: the verified file has no name any more.
int place(const PartFile& part, const PartPlace& place, const std::string& target, bool overwrite) {
    if (!linksTell(part)) return renamePart(part, place, target, overwrite);
    const Folder& folder = *place.folder;
    const std::string name = overwrite ? freshName(folder, place.names.part) : target;
    int error = link(part, folder, name);
    if (error == EEXIST && !overwrite) return error;
    if (error != 0) return renamePart(part, place, target, overwrite); // no hard links here, or no /proc
    if (overwrite) error = rename(folder, name, target, 0);
    if (error != 0)
        (void)folder.remove(name);
    else
        removePart(place, part);
    return error;
}

bool isInPlace(const Download& download, const Sidecar& sidecar) {
    if (sidecar.finishedInode == 0 || sidecar.checksum != download.checksum) return false;
    if (urlOf(sidecar.source, download).empty()) return false;
    struct stat there = {};
    return ::lstat(targetOf(download, sidecar.name).c_str(), &there) == 0 && there.st_ino == sidecar.finishedInode &&
           sidecar.total == Bytes{there.st_size};
}

/// nullopt if the name now stands for `part`.
std::optional<Ending> strayed(const PartFile& part, const std::filesystem::path& target) {
    struct stat held = {};
    struct stat named = {};
    if (::fstat(part.descriptor(), &held) == 0 && ::lstat(target.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
        held.st_dev == named.st_dev)
        return std::nullopt;
    return never(ends::cannotCreate,
                 fmt::format("{} was replaced, or its directory was, while this was put there", target.native()));
}

} // namespace

Ending putInPlace(const Download& download, const PartPlace& where, Sidecar sidecar, const PartFile& part,
                  const std::atomic<bool>& cancelled) {
    const std::filesystem::path target = targetOf(download, sidecar.name);
    Bytes size = part.size();
    if (auto ending = verify(download, where, sidecar, part, cancelled)) return *ending;
    if (auto synced = part.publish(); !synced) return refusedHere(ends::inputOutput, synced.error());
    // Recorded before it gets its name: after a kill in between, the next run would find a target that "exists already"
    // and no part. If it cannot be recorded, the complete file is put in place all the same.
    sidecar.total = size;
    sidecar.durable = size;
    sidecar.checksum = download.checksum;
    sidecar.finishedInode = part.inode();
    const bool isRecorded = saveSidecar(where, sidecar, Durability::OverPowerLoss).ok();
    if (cancelled) return later("stopped before the file was in place");
    if (auto ending = inTheWay(download, sidecar.name)) return *ending; // it appeared during the download
    switch (const int error = place(part, where, target.filename().native(), download.overwrite)) {
    case 0:
        break;
    case EEXIST:
        return alreadyThere(target);
    case ENOENT:
        (void)removeSidecar(where); // nothing is known about the file that is there now
        return later(fmt::format("what was received for {} was removed or replaced by another file", target.native()));
    default:
        return notCreated(target, error);
    }
    if (!isRecorded)
        (void)removeSidecar(where); // the earlier sidecar does not record an end, so nobody would remove it
    auto synced = where.folder->sync();
    if (!synced) return refusedHere(ends::inputOutput, synced.error());
    return strayed(part, target).value_or(saved(download, sidecar));
}

Result<std::optional<Ending>> alreadyInPlace(const Download& download, const std::shared_ptr<const Folder>& folder) {
    if (download.overwrite) return std::optional<Ending>();
    for (int slot = 0; slot < partSlots; ++slot) {
        const PartPlace place{folder, partNames(download.output.filename().native(), slot)};
        const std::optional<Sidecar> sidecar = STINT_TRY(loadSidecar(place));
        if (!sidecar || !isInPlace(download, *sidecar)) continue;
        const Fd part(::openat(folder->descriptor(), targetOf(download, sidecar->name).filename().c_str(),
                               O_PATH | O_NOFOLLOW | O_CLOEXEC));
        // Killed between the two steps, the file has both names.
        if (part && folder->names(place.names.part, part.get())) (void)folder->remove(place.names.part);
        return std::optional(saved(download, *sidecar));
    }
    return std::optional<Ending>();
}

namespace {

/// The places beside `output` whose sidecar records an end.
std::vector<PartPlace> finishedAt(const std::filesystem::path& output) {
    std::vector<PartPlace> found;
    auto folder = Folder::open(output.parent_path());
    if (!folder) return found;
    const auto shared = std::make_shared<const Folder>(std::move(*folder));
    for (int slot = 0; slot < partSlots; ++slot) {
        PartPlace place{shared, partNames(output.filename().native(), slot)};
        const auto sidecar = loadSidecar(place);
        if (sidecar.ok() && *sidecar && (*sidecar)->finishedInode != 0) found.push_back(std::move(place));
    }
    return found;
}

} // namespace

bool isFinished(const std::filesystem::path& output) { return !finishedAt(output).empty(); }

void forgetFinished(const std::filesystem::path& output) {
    for (const auto& [folder, names] : finishedAt(output))
        (void)folder->remove(names.state);
}

Ending saved(const Download& download, const Sidecar& sidecar) {
    std::string text = fmt::format("saved {} ({})", targetOf(download, sidecar.name).native(),
                                   formatSize(sidecar.total.value_or(NETWORK_BYTES_UNKNOWN)));
    if (const std::string url = urlOf(sidecar.source, download); !url.empty() && url != download.url)
        text += fmt::format("{} from {}", sidecar.joined ? ", the last of it" : "", serverOf(url));
    if (!sidecar.digest.empty() && digestFor(download, sidecar) == sidecar.digest)
        text += fmt::format("; {} verified", sidecar.digest.substr(0, sidecar.digest.find(':')));
    if (!sidecar.anew.empty()) text += fmt::format("; begun anew: {}", sidecar.anew);
    return {Fate::Done, ends::ok, std::move(text)};
}

Ending unverifiable() {
    return never(ends::badData, "the server gives no checksum, neither in a header nor in a .sha256 file");
}

std::filesystem::path targetOf(const Download& download, const std::string& name) {
    return name.empty() || !download.serverNames ? download.output : download.output.parent_path() / name;
}

std::optional<Ending> inTheWay(const Download& download, const std::string& name) {
    struct stat there = {};
    const std::filesystem::path target = targetOf(download, name);
    if (::lstat(target.c_str(), &there) != 0) {
        if (errno == ENOENT) return std::nullopt;
        return notCreated(target, errno);
    }
    if (S_ISDIR(there.st_mode)) return never(ends::cannotCreate, fmt::format("{} is a directory", target.native()));
    if (!download.overwrite) return alreadyThere(target);
    // A device, a pipe or a socket must not be replaced; nor a link: its target was not meant, and the link itself may
    // be /dev/stdout.
    if (S_ISREG(there.st_mode)) return std::nullopt;
    return never(ends::cannotCreate, fmt::format("{} is not a regular file, and is left as it is", target.native()));
}

} // namespace stint::transfer
