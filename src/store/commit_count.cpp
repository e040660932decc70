#include "store/commit_count.hpp"

#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/seal.hpp"

namespace stint {
namespace {

using Sealed = std::array<std::int64_t, 2>; ///< the count, and its seal

/// A file of our own: not what somebody has put there to be written to, or waited for.
Fd opened(const std::filesystem::path& path) {
    Fd file{::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600)};
    struct stat found {};
    if (!file || ::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_nlink != 1) return {};
    return file;
}

} // namespace

CommitCount::CommitCount(std::filesystem::path file) : file_(opened(file)) {}

std::optional<std::int64_t> CommitCount::read() const {
    Sealed sealed{};
    if (!file_ || ::pread(file_.get(), sealed.data(), sizeof sealed, 0) != sizeof sealed) return std::nullopt;
    if (sealed[1] != sealOf(sealed[0]) || sealed[0] < 0) return std::nullopt;
    return sealed[0];
}

void CommitCount::write(std::int64_t commits) const {
    const Sealed sealed{commits, sealOf(commits)};
    if (file_) static_cast<void>(::pwrite(file_.get(), sealed.data(), sizeof sealed, 0) == sizeof sealed);
}

} // namespace stint
