// The directories of manifests, and every manifest in one.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ranges>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/unix/folder.hpp"
#include "stintd/apps/registry.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view defaultDataDirs = "/usr/local/share:/usr/share";

void addNew(std::vector<fs::path>& directories, const fs::path& directory) {
    fs::path plain = directory.lexically_normal();
    if (std::ranges::find(directories, plain) == directories.end()) directories.push_back(std::move(plain));
}

} // namespace

std::vector<fs::path> manifestDirectories(const fs::path& dataHome, const std::optional<fs::path>& installed,
                                          std::string_view dataDirs) {
    std::vector<fs::path> directories;
    addNew(directories, dataHome / "stint" / "apps");
    if (installed) addNew(directories, *installed);
    for (const auto& part : std::views::split(dataDirs.empty() ? defaultDataDirs : dataDirs, ':')) {
        const fs::path directory(part.begin(), part.end());
        if (directory.is_absolute()) addNew(directories, directory / "stint" / "apps");
    }
    return directories;
}

namespace {

// A manifest is a page of text; this is far more, and too little to hold up the daemon.
constexpr Bytes largest = 256 * 1024;

// A manifest decides which program runs in an app's name: a user who may write it may run programs as us.
Result<void> checkOwner(const struct stat& status, const fs::path& path) {
    if (status.st_uid != ::getuid() && status.st_uid != 0)
        return fail(Errc::SECURITY, "{}: belongs to user {}; it must belong to user {} or to root", path.string(),
                    status.st_uid, ::getuid());
    if (status.st_mode & S_IWOTH)
        return fail(Errc::SECURITY, "{}: everybody may write it; chmod o-w {}", path.string(), path.string());
    return {};
}

Error unreadable(const fs::path& path) {
    return fail(Errc::SYSTEM, "{}: cannot be read: {}", path.string(), std::strerror(errno));
}

Result<std::string> readWhole(int directory, const std::string& name, const fs::path& path) {
    const Fd file = openRegular(directory, name);
    if (!file && errno == 0) return fail(Errc::SYSTEM, "{}: is not a file", path.string());
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) return unreadable(path);
    STINT_TRY(checkOwner(status, path));
    auto text = readAtMost(file.get(), largest);
    if (!text && errno == EFBIG)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: is larger than {} KiB", path.string(), largest / 1024);
    if (!text) return unreadable(path);
    return *std::move(text);
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
    if (!opened || ::fstat(opened.get(), &status) != 0) return {unreadable(directory)};
    if (auto checked = checkOwner(status, directory); !checked) return {std::move(checked).error()};

    std::vector<Result<Manifest>> manifests;
    for (const std::string& name : manifestNames(opened.get()))
        manifests.push_back(readManifest(opened.get(), name, directory / name));
    return manifests;
}

} // namespace stint
