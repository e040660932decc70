#include "device/content_watch.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/fail.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t comings = IN_CREATE | IN_MOVED_TO;
constexpr std::uint32_t goings = IN_DELETE | IN_MOVED_FROM;
constexpr std::uint32_t writings = IN_CLOSE_WRITE | IN_ATTRIB;
constexpr std::uint32_t itself = IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

bool isDirectory(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

/// Without a slash at its end, but for the root.
std::string plain(std::string path) {
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    return path;
}

std::string under(const std::string& directory, std::string_view name) {
    return directory == "/" ? fmt::format("/{}", name) : fmt::format("{}/{}", directory, name);
}

} // namespace

ContentWatch::~ContentWatch() { sd_event_source_disable_unref(source_); }

Result<void> ContentWatch::open() {
    if (inotify_) return {};
    inotify_ = Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify_) return fail(Errc::System, "cannot watch what jobs watch: {}", std::strerror(errno));
    const int added = sd_event_add_io(loop_, &source_, inotify_.get(), EPOLLIN, readable, this);
    if (added < 0) return fail(Errc::System, "cannot watch what jobs watch: {}", std::strerror(-added));
    return {};
}

void ContentWatch::watch(const std::vector<JobInfo::TriggerContentUri>& targets) {
    std::map<std::string, Ways> wanted;
    for (const auto& [uri, flags] : targets) {
        if (!uri.starts_with('/')) continue;
        const bool beneath = flags & JobInfo::TriggerContentUri::FLAG_NOTIFY_FOR_DESCENDANTS;
        (beneath ? wanted[plain(uri)].beneath : wanted[plain(uri)].alone) = true;
    }
    if (wanted == targets_) return;
    targets_ = std::move(wanted);
    if (auto opened = open(); !opened) return trouble_(opened.error());
    arm();
}

/// Looks at every target anew. Watches that are wanted again go on, without a gap in what they tell.
void ContentWatch::arm() {
    std::map<int, Directory> before;
    before.swap(directories_);
    for (const auto& [path, ways] : targets_) {
        armParentOf(path);
        if (!isDirectory(path)) continue;
        if (ways.beneath) armTree(path, nullptr);
        if (!ways.alone) continue;
        if (Directory* directory = add(path)) directory->entries = true;
    }
    for (const auto& [descriptor, old] : before)
        if (!directories_.contains(descriptor)) ::inotify_rm_watch(inotify_.get(), descriptor);
}

ContentWatch::Directory* ContentWatch::add(const std::string& directory) {
    const int descriptor = ::inotify_add_watch(inotify_.get(), directory.c_str(), comings | goings | writings | itself);
    if (descriptor < 0) {
        // One that has gone since is told of by its parent. Others are a person's affair: too many, or not allowed.
        if (errno != ENOENT && errno != ENOTDIR && !std::exchange(complained_, true))
            trouble_(fail(Errc::System, "cannot watch {}: {}", directory, std::strerror(errno)));
        return nullptr;
    }
    Directory& entry = directories_[descriptor];
    entry.path = directory;
    return &entry;
}

/// Where the target itself comes and goes: in its parent, or for now in the nearest directory above that is there.
void ContentWatch::armParentOf(const std::string& path) {
    constexpr int tries = 16; // a directory that is made between the look and the watch would be missed
    for (int nth = 0; nth < tries; ++nth) {
        fs::path existing = fs::path(path).parent_path();
        fs::path next = path;
        while (!isDirectory(existing) && existing.has_relative_path()) {
            next = existing;
            existing = existing.parent_path();
        }
        Directory* directory = add(existing.string());
        if (!directory) continue;
        directory->names.insert(next.filename().string());
        if (next == path || !isDirectory(next)) return;
    }
}

/// `found`: what is there already goes into it; whoever made it did so before it could be watched.
void ContentWatch::armTree(const std::string& root, std::set<std::string>* found) {
    if (Directory* directory = add(root)) directory->beneath = true;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(root, fs::directory_options::skip_permission_denied, ignored)) {
        if (found) found->insert(entry.path().string());
        if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) armTree(entry.path().string(), found);
    }
}

int ContentWatch::readable(sd_event_source*, int, std::uint32_t, void* self) {
    static_cast<ContentWatch*>(self)->read();
    return 0;
}

void ContentWatch::read() {
    std::set<std::string> changed; // once each, however often it did
    alignas(inotify_event) char buffer[16384];
    for (ssize_t size = 0; (size = ::read(inotify_.get(), buffer, sizeof buffer)) > 0;) {
        for (char* next = buffer; next < buffer + size;) {
            const auto* event = reinterpret_cast<inotify_event*>(next);
            take(*event, changed);
            next += sizeof(inotify_event) + event->len;
        }
    }
    for (const std::string& path : changed)
        change_(path);
}

/// A target that is there since just now: whatever is in it came before it could be watched.
void ContentWatch::noteWhole(const std::string& target, const Ways& ways, std::set<std::string>& changed) {
    std::error_code ignored;
    if (!fs::exists(target, ignored)) return;
    changed.insert(target);
    if (ways.beneath && isDirectory(target)) armTree(target, &changed);
}

bool ContentWatch::isTarget(const std::string& path) const { return targets_.contains(path); }

void ContentWatch::take(const inotify_event& event, std::set<std::string>& changed) {
    if (event.mask & IN_Q_OVERFLOW) { // whatever it was that nobody told
        for (const auto& [path, ways] : targets_)
            changed.insert(path);
        return arm();
    }
    const auto found = directories_.find(event.wd);
    if (found == directories_.end() || (event.mask & IN_IGNORED)) return;
    const Directory directory = found->second;
    if (event.len == 0) { // the directory itself
        if (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF)) arm();
        if (isTarget(directory.path) || directory.beneath) changed.insert(directory.path);
        return;
    }
    const std::string path = under(directory.path, event.name);
    const bool listing = event.mask & (comings | goings);
    if (directory.beneath || isTarget(path)) changed.insert(path);
    if (directory.entries && listing) changed.insert(directory.path);
    if (!listing) return;
    if (directory.names.contains(event.name)) {
        arm(); // a target, or the way to one, has come or gone
        for (const auto& [target, ways] : targets_)
            if (target == path || target.starts_with(path + '/')) noteWhole(target, ways, changed);
    }
    const bool grows = directory.beneath && (event.mask & IN_ISDIR) && (event.mask & comings);
    if (grows) armTree(path, &changed);
}

} // namespace stint
