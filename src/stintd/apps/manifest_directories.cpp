#include "stintd/apps/manifest_directories.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

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

} // namespace stint
