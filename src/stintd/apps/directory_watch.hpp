// Reports that files such as manifests may have changed: directories are watched by inotify, those that do not exist
// yet by their nearest existing parent. It reports only that something changed; the caller looks for what it was.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

struct inotify_event;

namespace stint {

class DirectoryWatch {
public:
    using OnChange = std::function<void()>;

    /// `directories`: absolute paths. Only files whose names end with `suffix` matter.
    DirectoryWatch(std::vector<std::filesystem::path> directories, OnChange change, std::string suffix = ".toml")
        : directories_(std::move(directories)), change_(std::move(change)), suffix_(std::move(suffix)) {}
    ~DirectoryWatch();
    DirectoryWatch(const DirectoryWatch&) = delete;
    DirectoryWatch& operator=(const DirectoryWatch&) = delete;

    Result<void> start(sd_event* loop);

private:
    struct Watched {
        std::filesystem::path path;
        bool isTarget = false;         ///< it is one of the directories itself
        std::set<std::string> awaited; ///< names in it that would lead to one of them
    };

    static int readable(sd_event_source* source, int fd, std::uint32_t events, void* self);
    bool matters(const inotify_event& event, const std::string& name) const;
    void arm();
    void armFor(const std::filesystem::path& directory, std::map<int, Watched>& watched);

    std::vector<std::filesystem::path> directories_;
    OnChange change_;
    std::string suffix_;
    Fd inotify_;
    sd_event_source* source_ = nullptr;
    std::map<int, Watched> watched_;
};

} // namespace stint
