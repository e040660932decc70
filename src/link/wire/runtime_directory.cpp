#include "link/wire/runtime_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/wire/names.hpp"

namespace stint::wire {
namespace {

bool isDirectory(const std::filesystem::path& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

Result<std::filesystem::path> chosen() {
    if (const char* given = std::getenv("XDG_RUNTIME_DIR"); given && *given) {
        if (*given != '/')
            return fail(Errc::ILLEGAL_ARGUMENT, "XDG_RUNTIME_DIR is \"{}\"; it must be an absolute path", given);
        return std::filesystem::path(given) / "stint";
    }
    const uid_t user = ::getuid();
    const std::filesystem::path session = fmt::format("/run/user/{}", user);
    if (isDirectory(session)) return session / "stint";
    if (user == 0) return std::filesystem::path("/run/stint");
    return std::filesystem::path(fmt::format("/tmp/stint-{}", user));
}

/// lstat, not stat: a symlink could lead to a directory that another user swaps.
Result<void> checkOurs(const std::filesystem::path& path, const struct stat& found) {
    const char* name = path.c_str();
    if (S_ISLNK(found.st_mode))
        return fail(Errc::SECURITY, "the runtime directory {} is a symbolic link; it must be a directory", name);
    if (!S_ISDIR(found.st_mode))
        return fail(Errc::SECURITY, "the runtime directory {} is no directory; remove it", name);
    if (found.st_uid != ::getuid())
        return fail(Errc::SECURITY, "the runtime directory {} belongs to uid {}; it must belong to uid {}", name,
                    found.st_uid, ::getuid());
    if ((found.st_mode & 07777) != 0700)
        return fail(Errc::SECURITY, "the runtime directory {} has mode {:04o}; it must have 0700 (chmod 0700 {})", name,
                    static_cast<unsigned>(found.st_mode & 07777), name);
    return {};
}

Error systemError(const char* what, const std::filesystem::path& path, int number) {
    return fail(Errc::SYSTEM, "cannot {} the runtime directory {}: {}", what, path.c_str(),
                std::generic_category().message(number));
}

} // namespace

Result<std::filesystem::path> runtimeDirectory(bool create) {
    const std::filesystem::path path = STINT_TRY(chosen());
    // mkdir obeys the umask, which can only take rights away; the directory is checked either way.
    if (create && ::mkdir(path.c_str(), 0700) < 0 && errno != EEXIST) return systemError("make", path, errno);
    struct stat found {};
    if (::lstat(path.c_str(), &found) < 0) {
        if (errno == ENOENT && !create) return path;
        return systemError("look at", path, errno);
    }
    STINT_TRY(checkOurs(path, found));
    return path;
}

Result<std::filesystem::path> daemonSocket(bool create) {
    const std::filesystem::path directory = STINT_TRY(runtimeDirectory(create));
    return directory / socketName;
}

} // namespace stint::wire
