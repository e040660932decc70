// The one SQLite file: what was accepted is in it before the caller gets an answer (architecture.md, store). It commits
// records and loads them again; it decides nothing about them.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "contract/model/record.hpp"
#include "stintd/store/past_day.hpp"

namespace stint {

class Store {
public:
    struct Options {
        std::filesystem::path directory; ///< made 0700 where it is absent
        BootId boot;                     ///< stored with every row that must not outlive a boot
        /// For tests of faults: called before each commit; true: this commit fails as on a full disk.
        std::function<bool()> failCommit;
    };

    /// Opens, or makes, DIRECTORY/stint.db; holds DIRECTORY/lock for the life of the Store: a second daemon on the
    /// same store is IllegalState, naming the holder's pid. A store of a newer version is IllegalState and is left
    /// untouched. A damaged one is set aside beside it, rebuilt from what can be read, and reported in `notes()`.
    static Result<Store> open(Options options);

    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    ~Store();

    /// Everything that is stored, in key order. Needs no free space.
    Result<Snapshot> load();

    /// The log of all jobs that had that key, oldest first: the newest `most` (jobs.md §9.4).
    Result<std::vector<PastRun>> pastRuns(const JobKey& key, std::size_t most);

    /// What it tells of a stretch of time (stintd/store/past_day.hpp; jobs.md §9.5): the device's changes, and a page
    /// of the log.
    Result<std::vector<DeviceChange>> deviceChanges(WallTime from, WallTime to, std::size_t most);
    Result<LogPage> logPage(WallTime from, WallTime to, const LogPlace& after, std::size_t most);

    /// All of the records in one transaction, or none of them, with what marks the commit: it survives this process,
    /// and a power loss where any of them counts after another boot (outlivesBoot()). Errc::STORAGE says which file and
    /// why. On a full disk the reserve file is deleted, so that the next commit has room.
    Result<void> commit(std::span<const Record> records, const Stamp& stamp);

    /// Says whether a commit would succeed now, by one that is synced and has its mark alone.
    Result<void> probe(const Stamp& stamp);

    /// Whether something new may be accepted, checked at each call: an Error while the disk is so full that the reserve
    /// is gone. The remaining room is for jobs that end or are cancelled.
    Result<void> acceptsMore();

    /// All that is stored, as a file of its own; one that is there is replaced.
    Result<void> copyTo(const std::filesystem::path& file);

    /// To be called when idle: checkpoints the write-ahead log, remakes the reserve file.
    void idle();
    /// Clears the log's file: what was deleted from the database, such as a password, must not remain there.
    void eraseLog();

    /// What a person should know: set aside, rebuilt, records that could not be read (jobs.md §7.1). Cleared by the
    /// call.
    std::vector<std::string> notes();

private:
    class Impl;
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace stint
