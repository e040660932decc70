// The one SQLite file: what was accepted is in it before the caller gets an answer (architecture.md, store).
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "contract/model/record.hpp"
#include "stintd/store/history.hpp"

namespace stint {

/// Commits records and loads them again; it decides nothing about them.
class Store {
public:
    struct Options {
        std::filesystem::path directory; ///< made 0700 where it is absent
        BootId boot;                     ///< stored with every row that must not outlive a boot
        /// For tests of faults: called before each commit, which fails as on a full disk if this returns true.
        std::function<bool()> failCommit;
    };

    /// Opens or makes DIRECTORY/stint.db, and holds DIRECTORY/lock for the life of the Store: a second daemon on the
    /// same store is UNAVAILABLE, naming the holder's pid. A store of a newer version is IllegalState and is left
    /// untouched. A damaged store is set aside beside the new one, which is built from what can be read, and reported
    /// in `notes()`.
    static Result<Store> open(Options options);

    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    ~Store();

    /// Everything that is stored, in key order. Needs no free space.
    Result<Snapshot> load();

    /// The log of all jobs that had that key, oldest first: the newest `most` (jobs.md §9.4).
    Result<std::vector<PastRun>> pastRuns(const JobKey& key, std::size_t most);

    /// A stretch of time (stintd/store/history.hpp; jobs.md §9.5): the device's changes, and a page of the log.
    Result<std::vector<DeviceChange>> deviceChanges(WallTime from, WallTime to, std::size_t most);
    Result<LogPage> logPage(WallTime from, WallTime to, const LogPlace& after, std::size_t most);
    /// A page of the log of messages (stintd/store/history.hpp; push.md §5).
    Result<PastMessagesPage> pastMessages(const std::string& app, WallTime since, const LogPlace& after,
                                          std::size_t most);

    /// Commits all of the records in one transaction, or none of them, together with `stamp`. The commit survives this
    /// process, and a power loss if any record counts after another boot (outlivesBoot()). Errc::STORAGE says which
    /// file and why. On a full disk the reserve file is deleted, so that the next commit has room.
    Result<void> commit(std::span<const Record> records, const Stamp& stamp);

    /// Finds out if a commit would succeed now: makes one that is synced and has only its stamp.
    Result<void> probe(const Stamp& stamp);

    /// Checks if something new may be accepted, which it tries anew at each call. An Error means that the disk is so
    /// full that the reserve is gone; the remaining room is for jobs that end or are cancelled.
    Result<void> acceptsMore();

    /// Writes all that is stored into a file of its own; an existing file is replaced.
    Result<void> copyTo(const std::filesystem::path& file);

    /// Checkpoints the write-ahead log and remakes the reserve file. To be called when idle.
    void idle();
    /// Clears the log's file: data that was deleted from the database, such as a password, must not remain there.
    void eraseLog();

    /// News for a person: stores set aside or rebuilt, records that could not be read (jobs.md §7.1). The call clears
    /// them.
    std::vector<std::string> notes();

private:
    class Impl;
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace stint
