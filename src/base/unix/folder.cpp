#include "base/unix/folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"

namespace stint {
namespace {

Folder::Standing standingOf(const struct stat& file) {
    if (file.st_uid != ::geteuid()) return Folder::Standing::Foreign;
    // A file with a second name is not ours alone: another user may have planted a link to it.
    const bool alone = S_ISREG(file.st_mode) && file.st_nlink <= 1 && (file.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    return alone ? Folder::Standing::Ours : Folder::Standing::Doubtful;
}

} // namespace

Result<Folder> Folder::open(const std::filesystem::path& path) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return diskRefused("open", path);
    return Folder(path, std::move(fd));
}

Folder::Standing Folder::standing(const std::string& name) const {
    struct stat file = {};
    // If stat() fails, so does creating it: create() says why.
    if (::fstatat(fd_.get(), name.c_str(), &file, AT_SYMLINK_NOFOLLOW) != 0) return Standing::Absent;
    return standingOf(file);
}

// Checked first, so that no device is opened; and again, because it may have been swapped. Never with O_CREAT: the
// kernel refuses that for another user's file or FIFO in a sticky directory (fs.protected_regular).
Fd Folder::openOurs(const std::string& name, int access) const {
    if (standing(name) != Standing::Ours) return {};
    Fd fd(::openat(fd_.get(), name.c_str(), access | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat file = {};
    if (!fd || ::fstat(fd.get(), &file) != 0 || standingOf(file) != Standing::Ours) return {};
    return fd;
}

Fd Folder::create(const std::string& name) const {
    return Fd(::openat(fd_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
}

bool Folder::names(const std::string& name, int descriptor) const {
    struct stat held = {};
    struct stat named = {};
    return ::fstat(descriptor, &held) == 0 && ::fstatat(fd_.get(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

Result<std::optional<std::string>> Folder::read(const std::string& name, Bytes most) const {
    errno = 0;
    const Fd fd = openOurs(name, O_RDONLY);
    auto text = fd ? readAtMost(fd.get(), most) : std::nullopt;
    if (!text && systemCode(errno) == Errc::BUSY) return diskRefused("read", at(name));
    return text;
}

Result<void> Folder::remove(const std::string& name) const {
    if (::unlinkat(fd_.get(), name.c_str(), 0) == 0 || errno == ENOENT) return {};
    return diskRefused("remove", at(name));
}

Result<void> Folder::sync() const {
    if (::fsync(fd_.get()) != 0) return diskRefused("sync", path_);
    return {};
}

Errc systemCode(int error) {
    const bool isShort = error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
    return isShort ? Errc::BUSY : Errc::SYSTEM;
}

Error diskRefused(std::string_view action, const std::filesystem::path& file) {
    const int error = errno;
    return fail(systemCode(error), "cannot {} {}: {}", action, file.native(), std::strerror(error));
}

Fd openRegular(int at, const std::string& name) {
    Fd fd(::openat(at, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat file = {};
    if (!fd || ::fstat(fd.get(), &file) != 0) return {};
    if (S_ISREG(file.st_mode)) return fd;
    fd = {};
    errno = 0;
    return {};
}

std::optional<std::string> readAtMost(int descriptor, Bytes most) {
    // Room is made as bytes come: `most` may be a thousand times what is there, and each page of it would be touched.
    constexpr std::size_t first = 8192;
    const std::size_t enough = static_cast<std::size_t>(most) + 1;
    std::string text;
    std::size_t size = 0;
    while (size < enough) {
        if (size == text.size()) text.resize(std::min(enough, std::max(first, 2 * size)));
        const ssize_t count = ::pread(descriptor, &text[size], text.size() - size, static_cast<off_t>(size));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::nullopt;
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
    }
    if (size == enough) return errno = EFBIG, std::nullopt;
    text.resize(size);
    return text;
}

Result<ScratchDirectory> ScratchDirectory::make(const std::filesystem::path& parent, std::string_view name) {
    std::string path = (parent / fmt::format("{}-XXXXXX", name)).native();
    if (!::mkdtemp(path.data())) return fail(Errc::SYSTEM, "cannot make a directory in {}", parent.native());
    return ScratchDirectory(std::move(path));
}

ScratchDirectory::~ScratchDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

} // namespace stint
