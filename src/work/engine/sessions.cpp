#include "work/engine/sessions.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/result/fail.hpp"

namespace stint::work {

namespace {

// A lock of the open file, not of the process: a child that a worker starts does not inherit it, by O_CLOEXEC, and
// closing another descriptor does not release it.
struct flock byteOf(Session session) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = session;
    lock.l_len = 1;
    return lock;
}

} // namespace

Result<SessionLocks> SessionLocks::open(const std::filesystem::path& file) {
    Fd opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!opened) return fail(Errc::STORAGE, "{}: {}", file.string(), std::strerror(errno));
    return SessionLocks(std::move(opened));
}

Result<void> SessionLocks::take(Session session) {
    struct flock lock = byteOf(session);
    if (::fcntl(file_.get(), F_OFD_SETLK, &lock) != 0)
        return fail(Errc::STORAGE, "the lock of this process cannot be had: {}", std::strerror(errno));
    own_ = session;
    return {};
}

void SessionLocks::ring() const { ::futimens(file_.get(), nullptr); }

bool SessionLocks::isHeld(Session session) const {
    if (session == own_) return true;
    struct flock lock = byteOf(session);
    return ::fcntl(file_.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

} // namespace stint::work
