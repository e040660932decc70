// The paths that the jobs of one app watch (jobs.md §3.2, §12.10), by inotify: files, directories, and with a flag all
// that lies beneath one. It reports the path that has changed; the core knows whose jobs that concerns.
//
// A path is watched whether it is there or not. PROPOSAL: a file has changed when a program that wrote to it closes it,
// when its attributes change, and when it comes or goes; a directory, when an entry of it comes or goes.
//
// It reads directories, and takes as long as they let it: so stint-watch is a process of its own.
#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

struct inotify_event; // NOLINT(readability-identifier-naming): the kernel's own name

namespace stint {

/// The ways in which a path is watched.
struct Ways {
    bool alone = false;   ///< the path itself
    bool beneath = false; ///< with all that lies beneath it
    bool operator==(const Ways&) const = default;
};

using Targets = std::map<std::string, Ways, std::less<>>; ///< by path

class TreeWatch {
public:
    /// Paths that have changed, each once. PROPOSAL: for a tree that came as a whole, its first thousand.
    using Changed = std::set<std::string>;

    Result<void> open();
    /// Readable when read() has something to do.
    int descriptor() const { return inotify_.get(); }

    /// Watches these and no others from now on, with at most `limit` directories for all of them. A tree that was
    /// watched before is not walked again, unless something was missing.
    void watch(Targets targets, std::size_t limit);
    Changed read();
    /// The reason that some of the targets are not watched; empty: all are.
    const std::string& shortage() const { return shortage_; }

private:
    struct Directory {
        std::string path;
        std::set<std::string, std::less<>> names; ///< entries that are targets, or lead to one that is not there yet
    };

    void take(const inotify_event& event, Changed& changed);
    void takeItself(const inotify_event& event, const std::string& path, Changed& changed);
    void takeEntry(const inotify_event& event, const Directory& directory, Changed& changed);
    /// Arms what lies at or below `path`, where a target, or a directory on the way to one, has come or gone.
    void armBelow(const std::string& path, Changed* changed);
    void armTarget(const std::string& path, Ways ways, Changed* changed);
    void armWayTo(const std::string& path);
    void armTree(const std::string& root, Changed* found);
    void armAnew();
    Directory* add(const std::string& path);
    void noteShortage(const std::string& path, int error);
    void forget(int descriptor);
    /// Drops this one watch, not those beneath it.
    void drop(int descriptor);
    void dropTree(const std::string& path);
    void dropUnwanted();
    bool isTarget(std::string_view path) const { return targets_.contains(path); }
    /// True if `path` lies above a target, however far.
    bool leads(const std::string& path) const;
    /// True if `path` is, or lies in, a target with all beneath it.
    bool covered(std::string_view path) const;

    Fd inotify_;
    Targets targets_;
    std::size_t limit_ = 0;
    std::map<int, Directory> directories_;
    std::map<std::string, int, std::less<>> descriptors_; ///< of directories_, by path
    std::string shortage_;
};

} // namespace stint
