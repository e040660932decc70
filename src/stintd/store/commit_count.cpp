#include "stintd/store/commit_count.hpp"

#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stintd/store/row_checksum.hpp"

namespace stint {
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
