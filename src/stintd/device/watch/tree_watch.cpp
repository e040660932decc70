#include "stintd/device/watch/tree_watch.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/unix/inotify.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t comings = IN_CREATE | IN_MOVED_TO;
constexpr std::uint32_t goings = IN_DELETE | IN_MOVED_FROM;
constexpr std::uint32_t writings = IN_CLOSE_WRITE | IN_ATTRIB;
constexpr std::uint32_t itself = IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::size_t manyChanges = 1000;

bool isDirectory(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

bool exists(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

std::string under(const std::string& directory, std::string_view name) {
    return directory == "/" ? fmt::format("/{}", name) : fmt::format("{}/{}", directory, name);
}

/// The beginning of every path beneath a directory.
std::string prefixOf(const std::string& directory) { return directory == "/" ? directory : directory + '/'; }

std::string_view parentOf(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

} // namespace

Result<void> TreeWatch::open() {
    inotify_ = openInotify();
    if (!inotify_) return fail(Errc::SYSTEM, "cannot watch files: {}", std::strerror(errno));
    return {};
}

bool TreeWatch::covered(std::string_view path) const {
    while (true) {
        const auto target = targets_.find(path);
        if (target != targets_.end() && target->second.beneath) return true;
        if (path.size() <= 1) return false;
        path = parentOf(path);
    }
}

void TreeWatch::watch(Targets targets, std::size_t limit) {
    const Targets before = std::exchange(targets_, std::move(targets));
    limit_ = limit;
    dropUnwanted(); // frees watches for the new targets
    for (auto& [descriptor, directory] : directories_)
        directory.names.clear();
    const bool wasShort = !std::exchange(shortage_, {}).empty();
    for (const auto& [path, ways] : targets_) {
        const auto old = before.find(path);
        const bool walked = !wasShort && old != before.end() && old->second.beneath;
        armTarget(path, {.alone = ways.alone, .beneath = ways.beneath && !walked}, nullptr);
    }
}

void TreeWatch::armTarget(const std::string& path, Ways ways, Changed* changed) {
    armWayTo(path);
    if (ways.beneath && isDirectory(path)) armTree(path, changed);
    if (ways.alone && isDirectory(path)) add(path);
}

/// Looks at every target anew. Watches that are wanted again go on, without a gap in what they tell.
void TreeWatch::armAnew() {
    std::map<int, Directory> before;
    before.swap(directories_);
    descriptors_.clear();
    shortage_.clear();
    for (const auto& [path, ways] : targets_)
        armTarget(path, ways, nullptr);
    for (const auto& [descriptor, old] : before)
        if (!directories_.contains(descriptor)) ::inotify_rm_watch(inotify_.get(), descriptor);
}

TreeWatch::Directory* TreeWatch::add(const std::string& path) {
    const auto known = descriptors_.find(path);
    if (known == descriptors_.end() && directories_.size() >= limit_) {
        noteShortage(path, ENOSPC);
        return nullptr;
    }
    const int descriptor = ::inotify_add_watch(inotify_.get(), path.c_str(), comings | goings | writings | itself);
    if (descriptor < 0) {
        // Its parent reports one that has gone since. Other errors are for a person: too many watches, or not allowed.
        if (errno != ENOENT && errno != ENOTDIR) noteShortage(path, errno);
        return nullptr;
    }
    if (known != descriptors_.end() && known->second != descriptor) forget(known->second); // another of its name
    Directory& directory = directories_[descriptor];
    if (directory.path != path) { // new, or known by another name until now
        if (const auto old = descriptors_.find(directory.path); old != descriptors_.end() && old->second == descriptor)
            descriptors_.erase(old);
        directory.path = path;
        descriptors_[path] = descriptor;
    }
    STINT_CHECK(descriptors_.size() == directories_.size()); // each directory has its name, and no other has it
    return &directory;
}

void TreeWatch::noteShortage(const std::string& path, int error) {
    if (!shortage_.empty()) return; // the first one: mostly the others follow from it
    if (error != ENOSPC) {
        shortage_ = fmt::format("cannot watch {}: {}", path, std::strerror(error));
    } else if (directories_.size() >= limit_) {
        shortage_ =
            fmt::format("cannot watch {}: an app may watch {} directories (job.content_directories)", path, limit_);
    } else {
        shortage_ = fmt::format("cannot watch {}: the system has no watch left (fs.inotify.max_user_watches)", path);
    }
}

/// Watches where the target itself comes and goes: in its parent, or for now in the nearest directory above that
/// exists.
void TreeWatch::armWayTo(const std::string& path) {
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

/// Watches a directory and all beneath it. `found`: gets what is there already; it came before it could be watched.
void TreeWatch::armTree(const std::string& root, Changed* found) {
    std::vector<std::string> open{root};
    while (!open.empty()) {
        const std::string path = std::exchange(open.back(), {});
        open.pop_back();
        if (!add(path)) {
            if (!shortage_.empty() && directories_.size() >= limit_) return; // a walk further finds nothing to do
            continue;
        }
        std::error_code ignored;
        for (fs::directory_iterator entry(path, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
            std::string child = entry->path().string();
            std::error_code unknown;
            const bool walks = entry->is_directory(unknown) && !entry->is_symlink(unknown);
            if (found && found->size() < manyChanges) found->insert(child);
            if (walks) open.push_back(std::move(child));
        }
    }
}

void TreeWatch::forget(int descriptor) {
    const auto found = directories_.find(descriptor);
    if (found == directories_.end()) return;
    const auto named = descriptors_.find(found->second.path);
    if (named != descriptors_.end() && named->second == descriptor) descriptors_.erase(named);
    directories_.erase(found);
    STINT_CHECK(descriptors_.size() == directories_.size());
}

void TreeWatch::drop(int descriptor) {
    ::inotify_rm_watch(inotify_.get(), descriptor);
    forget(descriptor);
}

void TreeWatch::dropTree(const std::string& path) {
    std::vector<int> gone;
    if (const auto root = descriptors_.find(path); root != descriptors_.end()) gone.push_back(root->second);
    const std::string prefix = prefixOf(path);
    for (auto each = descriptors_.lower_bound(prefix); each != descriptors_.end(); ++each) {
        if (!each->first.starts_with(prefix)) break;
        gone.push_back(each->second);
    }
    for (const int descriptor : gone)
        drop(descriptor);
}

void TreeWatch::dropUnwanted() {
    std::vector<int> unwanted;
    for (const auto& [descriptor, directory] : directories_)
        if (!leads(directory.path) && !isTarget(directory.path) && !covered(directory.path))
            unwanted.push_back(descriptor);
    for (const int descriptor : unwanted)
        drop(descriptor);
}

bool TreeWatch::leads(const std::string& path) const {
    const std::string prefix = prefixOf(path);
    const auto first = targets_.lower_bound(prefix);
    return first != targets_.end() && first->first.starts_with(prefix);
}

TreeWatch::Changed TreeWatch::read() {
    Changed changed;
    // The rest is read next time: a flood must not keep the loop.
    while (changed.size() < manyChanges &&
           takeSomeEvents(inotify_, [&](const inotify_event& event, std::string_view) { take(event, changed); })) {
    }
    return changed;
}

void TreeWatch::take(const inotify_event& event, Changed& changed) {
    if (event.mask & IN_Q_OVERFLOW) { // anything may have changed
        for (const auto& [path, ways] : targets_)
            changed.insert(path);
        return armAnew();
    }
    const auto found = directories_.find(event.wd);
    if (found == directories_.end()) return;
    if (event.mask & IN_IGNORED) return forget(event.wd); // it is gone, or its file system
    const Directory directory = found->second;            // by value: what follows may drop it
    if (event.len == 0) return takeItself(event, directory.path, changed);
    takeEntry(event, directory, changed);
}

void TreeWatch::takeItself(const inotify_event& event, const std::string& path, Changed& changed) {
    if (isTarget(path) || covered(path)) changed.insert(path);
    if (!(event.mask & (IN_DELETE_SELF | IN_MOVE_SELF))) return;
    dropTree(path);
    armBelow(path, nullptr);
}

void TreeWatch::takeEntry(const inotify_event& event, const Directory& directory, Changed& changed) {
    const std::string path = under(directory.path, event.name);
    const bool lies = covered(directory.path);
    if (lies || isTarget(path)) changed.insert(path);
    const bool comes = event.mask & comings;
    const bool goes = event.mask & goings;
    if (!comes && !goes) return;
    if (const auto target = targets_.find(directory.path); target != targets_.end() && target->second.alone)
        changed.insert(directory.path);
    if (goes && (event.mask & IN_ISDIR)) dropTree(path);
    if (directory.names.contains(event.name)) armBelow(path, &changed);
    if (lies && comes && (event.mask & IN_ISDIR)) armTree(path, &changed);
}

void TreeWatch::armBelow(const std::string& path, Changed* changed) {
    const auto arm = [&](const std::string& target, Ways ways) {
        if (changed && exists(target)) changed->insert(target); // whatever is in it came before it could be watched
        armTarget(target, ways, changed);
    };
    if (const auto target = targets_.find(path); target != targets_.end()) arm(path, target->second);
    const std::string prefix = prefixOf(path);
    for (auto each = targets_.lower_bound(prefix); each != targets_.end(); ++each) {
        if (!each->first.starts_with(prefix)) break;
        arm(each->first, each->second);
    }
}

} // namespace stint
