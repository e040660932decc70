// The album, which the app keeps: which folder, which server, which photos are there already. Files alone, each written
// whole.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

class Album {
public:
    /// In ~/.local/share/com.example.photobackup.
    Album();

    struct Settings {
        std::filesystem::path folder;
        std::string url; ///< ends with a slash
    };
    std::optional<Settings> settings() const;
    void set(const Settings& settings) const;

    /// Names of photos in the folder that the server has not got.
    std::vector<std::string> fresh() const;
    std::filesystem::path photo(const std::string& name) const { return settings()->folder / name; }
    std::filesystem::path thumbnail(const std::string& name) const { return own_ / "thumbnails" / name; }
    void noteUploaded(const std::string& name) const;
    /// Forgets the thumbnails of photos that are no longer in the folder; returns how many.
    int forgetThumbnails() const;

private:
    std::filesystem::path own_;
};
