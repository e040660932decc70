#include "faces/control/command_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include "base/result/try.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/runtime_directory.hpp"

namespace stint::cli {

Result<Fd> commandLock(std::string_view name) {
    const std::filesystem::path directory = STINT_TRY(wire::runtimeDirectory(true));
    const auto file = directory / name;
    Fd held(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!held || ::flock(held.get(), LOCK_EX) != 0) return wire::errorFromErrno(errno);
    return held;
}

} // namespace stint::cli
