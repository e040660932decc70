#include "stintd/store/reserve.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/unix/fd.hpp"

namespace stint {

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

} // namespace stint
