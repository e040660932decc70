#include "store/reserve.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.hpp"

namespace stint {

void Reserve::remake() {
    if (made_) return;
    struct statvfs disk {};
    if (::statvfs(file_.parent_path().c_str(), &disk) != 0) return;
    if (static_cast<Bytes>(disk.f_bavail * disk.f_frsize) < 4 * size) return;
    const Fd file{::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file) return;
    made_ = ::posix_fallocate(file.get(), 0, size) == 0;
    if (!made_) giveUp();
}

void Reserve::giveUp() {
    ::unlink(file_.c_str());
    made_ = false;
}

} // namespace stint
