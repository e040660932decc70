#include "apps/manifest_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "apps/registry.hpp"
#include "base/fail.hpp"
#include "base/fd.hpp"
#include "base/try.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

// A manifest is a page; this is far more, and far less than what would hold up the daemon.
constexpr off_t largest = 256 * 1024;

// A manifest decides which program runs in whose name: whoever may write it may run programs as us.
Result<void> checkOwner(const struct stat& status, const fs::path& path) {
    if (status.st_uid != ::getuid() && status.st_uid != 0)
        return fail(Errc::SECURITY, "{}: belongs to user {}; it must belong to user {} or to root", path.string(),
                    status.st_uid, ::getuid());
    if (status.st_mode & S_IWOTH)
        return fail(Errc::SECURITY, "{}: everybody may write it; chmod o-w {}", path.string(), path.string());
    return {};
}

Result<std::string> readWhole(int directory, const std::string& name, const fs::path& path) {
    // O_NONBLOCK: a pipe of that name must not hold us up.
    const Fd file(::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0)
        return fail(Errc::SYSTEM, "{}: cannot be read: {}", path.string(), std::strerror(errno));
    if (!S_ISREG(status.st_mode)) return fail(Errc::SYSTEM, "{}: is no file", path.string());
    STINT_TRY(checkOwner(status, path));
    if (status.st_size > largest)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: is larger than {} KiB", path.string(), largest / 1024);
    std::string text(static_cast<std::size_t>(largest), '\0');
    const ssize_t size = ::read(file.get(), text.data(), text.size());
    if (size < 0) return fail(Errc::SYSTEM, "{}: cannot be read: {}", path.string(), std::strerror(errno));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::vector<std::string> manifestNames(int directory) {
    std::vector<std::string> names;
    DIR* entries = ::fdopendir(::fcntl(directory, F_DUPFD_CLOEXEC, 0));
    if (!entries) return names;
    while (const dirent* entry = ::readdir(entries)) {
        const std::string name = entry->d_name;
        if (name.ends_with(".toml") && !name.starts_with('.')) names.push_back(name);
    }
    ::closedir(entries);
    std::sort(names.begin(), names.end());
    return names;
}

Result<Manifest> readManifest(int directory, const std::string& name, const fs::path& path) {
    const std::string text = STINT_TRY(readWhole(directory, name, path));
    return parseManifest(text, path);
}

} // namespace

std::vector<Result<Manifest>> readManifests(const fs::path& directory) {
    const Fd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened && errno == ENOENT) return {};
    struct stat status {};
    if (!opened || ::fstat(opened.get(), &status) != 0)
        return {fail(Errc::SYSTEM, "{}: cannot be read: {}", directory.string(), std::strerror(errno))};
    if (auto checked = checkOwner(status, directory); !checked) return {std::move(checked).error()};

    std::vector<Result<Manifest>> manifests;
    for (const std::string& name : manifestNames(opened.get()))
        manifests.push_back(readManifest(opened.get(), name, directory / name));
    return manifests;
}

} // namespace stint
