// What jobs watch (jobs.md §3.2, §12.10), by inotify: files, directories, and with a flag all that lies beneath one.
// It tells which path has changed; whose job that concerns is the core's to know.
//
// A path is watched whether it is there or not. PROPOSAL: a file has changed when one who wrote to it closes it, when
// its attributes change, and when it comes or goes; a directory, when an entry of it comes or goes.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/fd.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"

struct inotify_event;

namespace stint {

class ContentWatch {
public:
    using OnChange = std::function<void(std::string path)>;
    using OnTrouble = std::function<void(const Error&)>;

    ContentWatch(OnChange change, OnTrouble trouble) : change_(std::move(change)), trouble_(std::move(trouble)) {}
    ~ContentWatch();
    ContentWatch(const ContentWatch&) = delete;
    ContentWatch& operator=(const ContentWatch&) = delete;

    /// Nothing is opened before something is to be watched.
    void start(sd_event* loop) { loop_ = loop; }
    /// These and no others from now on. What is no absolute path never changes.
    void watch(const std::vector<JobInfo::TriggerContentUri>& targets);

private:
    /// What is wanted of a directory that is watched.
    struct Directory {
        std::string path;
        std::set<std::string> names; ///< entries that are targets, or lead to one that is not there yet
        bool entries = false;        ///< is a target itself
        bool beneath = false;        ///< lies in, or is, a target with all beneath it
    };

    /// How a path is watched.
    struct Ways {
        bool alone = false;   ///< the path itself
        bool beneath = false; ///< with all that lies beneath it
        bool operator==(const Ways&) const = default;
    };

    Result<void> open();
    static int readable(sd_event_source*, int, std::uint32_t, void* self);
    void read();
    void take(const inotify_event& event, std::set<std::string>& changed);
    void arm();
    void armParentOf(const std::string& path);
    void armTree(const std::string& root, std::set<std::string>* found);
    Directory* add(const std::string& directory);
    bool isTarget(const std::string& path) const;
    void noteWhole(const std::string& target, const Ways& ways, std::set<std::string>& changed);

    OnChange change_;
    OnTrouble trouble_;
    sd_event* loop_ = nullptr;
    sd_event_source* source_ = nullptr;
    Fd inotify_;
    std::map<std::string, Ways> targets_; ///< by path
    std::map<int, Directory> directories_;
    bool complained_ = false;
};

} // namespace stint
