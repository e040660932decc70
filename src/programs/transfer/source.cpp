#include "programs/transfer/source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result/fail.hpp"
#include "base/unix/folder.hpp"

namespace stint::transfer {
namespace {

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

SourceMark markOf(const struct stat& file) {
    return {file.st_dev, file.st_ino, file.st_size, nanoseconds(file.st_mtim), nanoseconds(file.st_ctim)};
}

Error unreadable(const std::filesystem::path& path) {
    const int error = errno;
    return fail(systemCode(error), "cannot read {}: {}", path.native(), std::strerror(error));
}

} // namespace

Source::Source(std::filesystem::path path, Fd fd, const SourceMark& mark, bool proves)
    : path_(std::move(path)), fd_(std::move(fd)), mark_(mark), proves_(proves) {}

Result<Source> Source::open(const std::filesystem::path& path) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)); // a FIFO must not block the loop
    struct stat file = {};
    if (!fd || ::fstat(fd.get(), &file) != 0) return unreadable(path);
    if (!S_ISREG(file.st_mode)) return fail(Errc::SYSTEM, "{} is not a regular file", path.native());
    // The clock of file times. A network file system has another: there sizes and times must suffice.
    timespec tick = {};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &tick);
    const SourceMark mark = markOf(file);
    return Source(path, std::move(fd), mark, nanoseconds(tick) > std::max(mark.modified, mark.changed));
}

Result<void> Source::read(Bytes offset, std::span<char> bytes) const {
    while (!bytes.empty()) {
        const ssize_t count = ::pread(fd_.get(), bytes.data(), bytes.size(), offset);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unreadable(path_);
        if (count == 0) break; // the file was truncated
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += count;
    }
    return checkUnchanged(); // after reading, so that writes before it are seen
}

Result<void> Source::checkUnchanged() const {
    struct stat file = {};
    if (::fstat(fd_.get(), &file) != 0) return unreadable(path_);
    if (markOf(file) == mark_) return {};
    return fail(Errc::ILLEGAL_STATE, "{} changed while it was sent", path_.native());
}

} // namespace stint::transfer
