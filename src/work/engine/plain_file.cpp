#include "work/engine/plain_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/result/fail.hpp"
#include "base/unix/fd.hpp"

namespace stint::work {

Result<void> makePlainFile(const std::filesystem::path& file) {
    const Fd made(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    struct stat what {};
    if (!made || ::fstat(made.get(), &what) != 0)
        return fail(Errc::STORAGE, "{}: {}", file.string(), std::strerror(errno));
    if (!S_ISREG(what.st_mode)) return fail(Errc::STORAGE, "{} is no plain file", file.string());
    return {};
}

} // namespace stint::work
