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
#include "base/unix/timer.hpp"
#include "stint/result.hpp"

struct inotify_event;

namespace stint {

class DirectoryWatch {
public:
    using OnChange = std::function<void()>;
    using Tell = std::function<void(const std::string& sentence)>;

    /// `directories`: absolute paths. Only files whose names end with `suffix` matter.
    DirectoryWatch(std::vector<std::filesystem::path> directories, OnChange change, std::string suffix = ".toml")
        : directories_(std::move(directories)), change_(std::move(change)), suffix_(std::move(suffix)) {}
    ~DirectoryWatch();
    DirectoryWatch(const DirectoryWatch&) = delete;
    DirectoryWatch& operator=(const DirectoryWatch&) = delete;

    /// Where its user's processes have taken all watches that the kernel lets them have, `tell` hears of it, it is
    /// tried again later, and when they are there all may have changed: an app is not to keep what watches from
    /// starting.
    Result<void> start(sd_event* loop, Tell tell);

private:
    struct Watched {
        std::filesystem::path path;
        bool isTarget = false;         ///< it is one of the directories itself
        std::set<std::string> awaited; ///< names in it that would lead to one of them
    };

    Result<void> follow();
    void followLater();
    static int readable(sd_event_source* source, int fd, std::uint32_t events, void* self);
    bool matters(const inotify_event& event, const std::string& name) const;
    void arm();
    void armFor(const std::filesystem::path& directory, std::map<int, Watched>& watched);

    std::vector<std::filesystem::path> directories_;
    OnChange change_;
    std::string suffix_;
    sd_event* loop_ = nullptr;
    Tell tell_;
    Fd inotify_;
    sd_event_source* source_ = nullptr;
    std::unique_ptr<Timer> again_; ///< nullptr: it has never had to wait
    Backoff pause_;
    std::map<int, Watched> watched_;
};

} // namespace stint
