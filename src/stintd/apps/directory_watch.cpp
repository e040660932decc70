#include "stintd/apps/directory_watch.hpp"

#include <sys/epoll.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/unix/folder.hpp"
#include "base/unix/inotify.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t itself = IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD;
constexpr std::uint32_t arrivals = IN_CREATE | IN_MOVED_TO;
constexpr std::uint32_t files = IN_CLOSE_WRITE | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB;

bool isDirectory(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

// The part of `directory` that exists, and the name below it that does not; empty where all of it does.
std::pair<fs::path, std::string> existingPart(fs::path directory) {
    std::string missing;
    while (!isDirectory(directory) && directory.has_relative_path()) {
        missing = directory.filename();
        directory = directory.parent_path();
    }
    return {directory, missing};
}

// True for a file that is being written: another event comes when it is closed. A link is whole from the start.
bool isHalfWritten(const fs::path& file) {
    struct stat status {};
    return ::lstat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
}

} // namespace

DirectoryWatch::~DirectoryWatch() { sd_event_source_disable_unref(source_); }

Result<void> DirectoryWatch::start(sd_event* loop, Tell tell) {
    loop_ = loop;
    tell_ = std::move(tell);
    auto followed = follow();
    if (followed.ok() || followed.error().code != Errc::BUSY) return followed;
    tell_(fmt::format("changes in {} are not noticed yet: {}; it is tried again", directories_.front().string(),
                      followed.error().message));
    followLater();
    return {};
}

/// Busy: there are no more watches just now.
Result<void> DirectoryWatch::follow() {
    inotify_ = openInotify();
    if (!inotify_) return fail(systemCode(errno), "cannot watch directories: {}", std::strerror(errno));
    const int added = sd_event_add_io(loop_, &source_, inotify_.get(), EPOLLIN, readable, this);
    if (added < 0) return fail(systemCode(-added), "cannot watch directories: {}", std::strerror(-added));
    arm();
    return {};
}

void DirectoryWatch::followLater() {
    if (!again_) again_ = std::make_unique<Timer>(loop_);
    again_->set(pause_.next(), [this] {
        if (!follow().ok()) return followLater();
        tell_(fmt::format("changes in {} are noticed again", directories_.front().string()));
        change_();
    });
}

void DirectoryWatch::arm() {
    std::map<int, Watched> watched;
    for (const fs::path& directory : directories_)
        armFor(directory, watched);
    for (const auto& [descriptor, old] : watched_)
        if (!watched.contains(descriptor)) ::inotify_rm_watch(inotify_.get(), descriptor);
    watched_ = std::move(watched);
}

void DirectoryWatch::armFor(const fs::path& directory, std::map<int, Watched>& watched) {
    // A directory made between the look and the watch would be missed: so it looks again until both agree. Only a
    // program that makes and removes it all the time gets to the end of these tries, and then every event tries anew.
    constexpr int tries = 16;
    for (int i = 0; i < tries; ++i) {
        auto [existing, missing] = existingPart(directory);
        const std::uint32_t mask = itself | arrivals | (missing.empty() ? files : 0);
        const int descriptor = ::inotify_add_watch(inotify_.get(), existing.c_str(), mask);
        if (descriptor < 0) {
            if (errno == ENOENT || errno == ENOTDIR) continue;
            return; // not permitted: then its files cannot be read either
        }
        Watched& entry = watched[descriptor];
        entry.path = existing;
        if (missing.empty())
            entry.isTarget = true;
        else
            entry.awaited.insert(missing);
        if (existingPart(directory).first == existing) return;
    }
}

int DirectoryWatch::readable(sd_event_source*, int, std::uint32_t, void* data) {
    auto& self = *static_cast<DirectoryWatch*>(data);
    bool changed = false;
    const auto take = [&](const inotify_event& event, std::string_view name) {
        changed |= self.matters(event, std::string(name));
    };
    while (takeSomeEvents(self.inotify_, take)) {
    }
    if (!changed) return 0;
    self.arm();
    self.change_();
    return 0;
}

bool DirectoryWatch::matters(const inotify_event& event, const std::string& name) const {
    if (event.mask & IN_Q_OVERFLOW) return true;
    auto found = watched_.find(event.wd);
    if (found == watched_.end() || (event.mask & IN_IGNORED)) return false;
    const Watched& watched = found->second;
    if (name.empty() || watched.awaited.contains(name)) return true;
    if (!watched.isTarget || !name.ends_with(suffix_)) return false;
    return !(event.mask & IN_CREATE) || !isHalfWritten(watched.path / name);
}

} // namespace stint
