#include "album.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace fs = std::filesystem;

namespace {

fs::path dataDirectory() {
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    return (data != nullptr ? fs::path(data) : fs::path(home) / ".local/share") / "com.example.photobackup";
}

} // namespace

Album::Album() : own_(dataDirectory()) {
    fs::create_directories(own_ / "thumbnails");
    fs::create_directories(own_ / "uploaded");
}

std::optional<Album::Settings> Album::settings() const {
    std::ifstream file(own_ / "settings");
    std::string folder;
    std::string url;
    if (!std::getline(file, folder) || !std::getline(file, url)) return std::nullopt;
    return Settings{folder, url};
}

void Album::set(const Settings& settings) const {
    const fs::path whole = own_ / "settings.new";
    std::ofstream(whole) << settings.folder.string() << "\n" << settings.url << "\n";
    fs::rename(whole, own_ / "settings");
}

std::vector<std::string> Album::fresh() const {
    std::vector<std::string> names;
    const auto known = settings();
    if (!known) return names;
    for (const auto& entry : fs::directory_iterator(known->folder)) {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() == ".ppm" && !fs::exists(own_ / "uploaded" / name)) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

void Album::noteUploaded(const std::string& name) const { std::ofstream(own_ / "uploaded" / name).flush(); }

int Album::forgetThumbnails() const {
    int forgotten = 0;
    const auto yesterday = fs::file_time_type::clock::now() - std::chrono::hours(24);
    for (const auto& entry : fs::directory_iterator(own_ / "thumbnails")) {
        std::error_code gone;                                    // it has its name by now
        const bool isWhole = entry.path().extension() == ".ppm"; // else it is being made, or its maker has died
        const bool isOver = isWhole ? !fs::exists(photo(entry.path().filename().string()))
                                    : entry.last_write_time(gone) < yesterday && !gone;
        if (isOver) forgotten += fs::remove(entry.path(), gone) ? 1 : 0;
    }
    return forgotten;
}
