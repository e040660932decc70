#include "stintd/store/directory.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <string>
#include <thread>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/unix/fd.hpp"
#include "stintd/store/schema.hpp"

namespace stint {

namespace {

Error systemError(const std::filesystem::path& path, const char* doing) {
    return fail(Errc::STORAGE, "cannot {} {}: {}", doing, path.string(), std::strerror(errno));
}

Result<void> syncDirectory(const std::filesystem::path& path) {
    const Fd directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory || ::fsync(directory.get()) != 0) return systemError(path, "make durable");
    return {};
}

/// Makes missing parents too, each of mode 0700, as the XDG base directory specification asks.
Result<void> makeDirectories(const std::filesystem::path& path) {
    std::error_code ignored; // mkdir below says what is wrong
    if (path.empty() || std::filesystem::is_directory(path, ignored)) return {};
    const auto parent = path.parent_path();
    if (parent != path) STINT_TRY(makeDirectories(parent));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return systemError(path, "make directory");
    return syncDirectory(parent);
}

Result<void> checkOwnership(int directory, const std::filesystem::path& path) {
    struct stat found {};
    if (::fstat(directory, &found) != 0) return systemError(path, "examine");
    if (found.st_uid != ::geteuid())
        return fail(Errc::ILLEGAL_STATE,
                    "{} belongs to user {}, not to user {} who runs this; use a directory of your own", path.string(),
                    found.st_uid, ::geteuid());
    if (const auto mode = found.st_mode & 07777U; mode != 0700)
        return fail(Errc::ILLEGAL_STATE, "{} has mode {:04o}, but only its owner may enter it; run: chmod 0700 {}",
                    path.string(), mode, path.string());
    return {};
}

// A daemon that was killed a moment ago may still hold the lock: it is still exiting, or a process that it was starting
// has not yet called exec.
constexpr auto patience = std::chrono::seconds{5};

bool lockWithin(std::chrono::milliseconds time, int file, struct flock& whole) {
    constexpr auto pause = std::chrono::milliseconds{10};
    for (auto left = time; ::fcntl(file, F_OFD_SETLK, &whole) != 0; left -= pause) {
        if ((errno != EAGAIN && errno != EACCES) || left <= std::chrono::milliseconds{0}) return false;
        std::this_thread::sleep_for(pause); // blocking is harmless: the daemon's loop has not begun
    }
    return true;
}

} // namespace

bool isNetworkFileSystem(std::uint64_t magic) {
    // FUSE may be local, and virtiofs and 9p are shared with a host, not over a network; but none guarantees shared
    // memory.
    constexpr std::uint64_t fuse = 0x65735546;
    constexpr std::uint64_t lustre = 0x0bd00bd0;
    constexpr std::uint64_t gpfs = 0x47504653;
    switch (magic) {
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case CIFS_SUPER_MAGIC:
    case SMB2_SUPER_MAGIC:
    case CODA_SUPER_MAGIC:
    case AFS_SUPER_MAGIC:
    case AFS_FS_MAGIC:
    case CEPH_SUPER_MAGIC:
    case OCFS2_SUPER_MAGIC:
    case V9FS_MAGIC:
    case fuse:
    case lustre:
    case gpfs:
        return true;
    default:
        return false;
    }
}

std::filesystem::path placeAside(const std::filesystem::path& file) {
    struct stat found {};
    char time[32] = "unknown";
    std::tm parts{};
    if (::stat(file.c_str(), &found) == 0 && ::gmtime_r(&found.st_mtime, &parts) != nullptr)
        std::strftime(time, sizeof time, "%Y%m%dT%H%M%SZ", &parts);
    const std::string plain = fmt::format("{}.damaged-{}", file.native(), time);
    std::filesystem::path place = plain;
    std::error_code ignored;
    for (int nth = 2; std::filesystem::exists(std::filesystem::symlink_status(place, ignored)); ++nth)
        place = fmt::format("{}-{}", plain, nth);
    return place;
}

Result<StoreDirectory> StoreDirectory::claim(const std::filesystem::path& path) {
    std::error_code error;
    const auto whole = std::filesystem::absolute(path, error).lexically_normal();
    if (error) return fail(Errc::STORAGE, "cannot find {}: {}", path.string(), error.message());
    STINT_TRY(makeDirectories(whole));
    Fd directory{::open(whole.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory && (errno == ENOTDIR || errno == EACCES))
        return fail(Errc::ILLEGAL_STATE, "{} is not a directory that we own: {}", whole.string(), std::strerror(errno));
    if (!directory) return systemError(whole, "open directory");
    STINT_TRY(checkOwnership(directory.get(), whole));
    StoreDirectory claimed{whole, std::move(directory)};
    STINT_TRY(claimed.setAsideWhatIsNoFile());
    STINT_TRY(claimed.lock());
    return claimed;
}

// Opening a FIFO waits for ever, and a device has no end. A link to a file may be meant, except for the lock.
Result<void> StoreDirectory::setAsideWhatIsNoFile() {
    for (const char* name : {"lock", "aborts", "stint.db", "stint.db-wal", "stint.db-journal", "stint.db.making",
                             "stint.db.making-wal", "stint.db.making-journal", "stint.db.made"}) {
        struct stat itself {};
        struct stat meant {};
        if (::fstatat(directory_.get(), name, &itself, AT_SYMLINK_NOFOLLOW) != 0 || S_ISREG(itself.st_mode)) continue;
        const bool isLock = std::string_view(name) == "lock";
        if (!isLock && ::fstatat(directory_.get(), name, &meant, 0) == 0 && S_ISREG(meant.st_mode)) continue;
        const auto file = path_ / name, aside = placeAside(file);
        if (::rename(file.c_str(), aside.c_str()) != 0) return systemError(file, "set aside");
        notes_.push_back(
            fmt::format("{} was no regular file; it was set aside as {}", file.string(), aside.filename().string()));
    }
    return {};
}

Result<void> StoreDirectory::lock() {
    const auto file = path_ / "lock";
    lock_ = Fd{::openat(directory_.get(), "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!lock_) return systemError(file, "open");
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (!lockWithin(patience, lock_.get(), whole)) {
        if (errno != EAGAIN && errno != EACCES) return systemError(file, "lock");
        char holder[32] = {};
        const auto size = ::pread(lock_.get(), holder, sizeof holder - 1, 0);
        return fail(Errc::UNAVAILABLE, "the store {} is in use by process {}; each daemon needs a store of its own",
                    path_.string(), size > 0 ? holder : "(unknown)");
    }
    const auto pid = std::to_string(::getpid());
    if (::ftruncate(lock_.get(), 0) != 0 || ::pwrite(lock_.get(), pid.data(), pid.size(), 0) < 0) {
        // A full disk has no room for a pid; the lock holds without it.
        if (errno != ENOSPC && errno != EDQUOT) return systemError(file, "write");
    }
    return {};
}

bool StoreDirectory::onNetwork() const {
    struct statfs found {};
    return ::fstatfs(directory_.get(), &found) == 0 && isNetworkFileSystem(static_cast<std::uint32_t>(found.f_type));
}

Result<void> StoreDirectory::touch(const std::filesystem::path& file) const {
    const Fd made{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!made) return systemError(file, "open");
    return {};
}

Result<void> StoreDirectory::sync() const {
    if (::fsync(directory_.get()) != 0) return systemError(path_, "make durable");
    return {};
}

void Reserve::remake() {
    if (made_) return;
    made_ = isWhole();
    struct statvfs disk {};
    if (made_ || ::statvfs(file_.parent_path().c_str(), &disk) != 0) return;
    full_ = static_cast<Bytes>(disk.f_bavail * disk.f_frsize) < 4 * size;
    if (full_) return;
    const Fd file{::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file) return;
    const int refused = ::posix_fallocate(file.get(), 0, size);
    made_ = refused == 0;
    if (!made_) ::unlink(file_.c_str());
    full_ = refused == ENOSPC || refused == EDQUOT;
}

void Reserve::giveUp() {
    ::unlink(file_.c_str());
    made_ = false;
    full_ = true;
}

// True if an earlier daemon has left a complete reserve, on a disk that may have filled up since.
bool Reserve::isWhole() const {
    constexpr Bytes block = 512; // of stat(2)
    struct stat found {};
    return ::lstat(file_.c_str(), &found) == 0 && S_ISREG(found.st_mode) && found.st_blocks * block >= size;
}

ResumeMark::ResumeMark(const StoreDirectory& directory) : directory_(&directory), file_(directory.path() / "resume") {}

void ResumeMark::set(bool durable) {
    made_ = made_ || directory_->touch(file_).ok();
    if (durable && made_ && !durable_) durable_ = directory_->sync().ok();
}

void ResumeMark::clear() {
    ::unlink(file_.c_str());
    made_ = durable_ = false;
}

namespace {

using CountWithChecksum = std::array<std::int64_t, 2>; ///< the count, and its checksum

/// Opens a regular file of our own, never something that another program put there or that blocks.
Fd opened(const std::filesystem::path& path) {
    Fd file{::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600)};
    struct stat found {};
    if (!file || ::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_nlink != 1) return {};
    return file;
}

} // namespace

CommitCount::CommitCount(std::filesystem::path file) : file_(opened(file)) {}

std::optional<std::int64_t> CommitCount::read() const {
    CountWithChecksum stored{};
    if (!file_ || ::pread(file_.get(), stored.data(), sizeof stored, 0) != sizeof stored) return std::nullopt;
    if (stored[1] != rowChecksum(stored[0]) || stored[0] < 0) return std::nullopt;
    return stored[0];
}

void CommitCount::write(std::int64_t commits) const {
    const CountWithChecksum stored{commits, rowChecksum(commits)};
    if (file_) static_cast<void>(::pwrite(file_.get(), stored.data(), sizeof stored, 0) == sizeof stored);
}

} // namespace stint
