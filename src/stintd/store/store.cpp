#include "stintd/store/store.hpp"

#include <algorithm>
#include <limits>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "stintd/store/directory.hpp"
#include "stintd/store/history.hpp"
#include "stintd/store/opening.hpp"
#include "stintd/store/record_writer.hpp"
#include "stintd/store/rows.hpp"

namespace stint {

namespace {

// A checkpoint writes pages into the file and syncs it. It is made between commits when enough has gathered; inside a
// commit only before the log of a daemon that is never idle fills the disk.
constexpr Bytes worthCheckpoint = 1_MiB;
constexpr Bytes logTooLong = 15_MiB; // plus the commit that makes it too long: the journal_size_limit
// On a disk that may soon be full the log is kept so short that the reserve has room for what the file grows by. Then
// the log can always begin anew, and every job's end can be recorded.
constexpr Bytes scarce = 2 * logTooLong;
constexpr Bytes logTooLongWhereScarce = Reserve::size / 2;

// The log's file is longer than the log in it, by the size of a large commit.
constexpr Bytes leastLogFile = 1_MiB;
constexpr Bytes largeCommit = 256_KiB;

/// True if the next record saves the same job again, as for a job that begins in the turn that accepted it.
bool isSaidAgain(std::span<const Record> records) {
    const auto* const saved = std::get_if<SaveJob>(&records.front());
    const auto* const next = records.size() > 1 ? std::get_if<SaveJob>(&records[1]) : nullptr;
    return saved && next && saved->job.key == next->job.key;
}

/// True if it is something to go on with after a boot or a login.
bool waits(const Record& record) {
    return std::holds_alternative<SaveJob>(record) || std::holds_alternative<SaveAlarm>(record) ||
           std::holds_alternative<SaveMessage>(record) || std::holds_alternative<SaveRegistration>(record);
}

} // namespace

class Store::Impl {
public:
    Impl(Options options, StoreDirectory directory, Journal journal, Database database, RecordWriter writer,
         std::vector<std::string> notes)
        : options_(std::move(options)), directory_(std::move(directory)), reserve_(directory_.path() / "stint.reserve"),
          resume_(directory_), count_(countFile()), journal_(journal), database_(std::move(database)),
          writer_(std::move(writer)), notes_(std::move(notes)) {
        reserve_.remake();
    }
    ~Impl() { markResume(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    /// Compares the database's count of commits with the one beside it, before anything is committed. A rebuilt
    /// database has already reported its loss.
    Result<void> readCounts() {
        const std::int64_t generation = STINT_TRY(database_.integer("SELECT generation FROM meta"));
        generation_ = static_cast<std::uint32_t>(generation);
        const std::int64_t commits = STINT_TRY(database_.integer("SELECT commits FROM meta"));
        commits_ = std::max<std::int64_t>(commits, 0);
        const auto beside = count_.read();
        if (!notes_.empty()) return {};
        if (beside && *beside > commits_) {
            const Duration committed{STINT_TRY(database_.integer("SELECT committed FROM meta"))};
            const WallTime last{committed};
            const std::string what =
                commits_ == 0 ? "nothing of what was scheduled is known"
                              : fmt::format("what was scheduled, cancelled or ended after {} is as it was then",
                                            formatWall(last));
            notes_.push_back(
                fmt::format("{} has lost its last {}: {}. Its write-ahead log was damaged or removed, or an "
                            "older copy was put in its place",
                            file().string(), counted(*beside - commits_, "commit"), what));
        } else if (!beside && commits_ > 0) {
            notes_.push_back(
                fmt::format("{}: its count of commits is gone or damaged: whether any were lost is not known",
                            countFile().string()));
        }
        if (!beside) count_.write(commits_);
        return {};
    }

    void note(const std::vector<std::string>& more) { notes_.insert(notes_.end(), more.begin(), more.end()); }

    Result<Snapshot> load() {
        std::vector<std::string> notes; // reported only if the rows are really moved
        STINT_TRY(setSynced(true));
        STINT_TRY(database_.run("BEGIN IMMEDIATE"));
        auto read = readSnapshot(database_, options_.boot, notes);
        if (!read) {
            database_.rollBack();
            return read.error();
        }
        if (auto kept = database_.run("COMMIT");
            !kept) { // only broken rows were moved: that can wait for the next load
            notes = {kept.error().message + ": damaged rows stay where they are"};
            database_.rollBack();
        }
        note(notes);
        generation_ = read->generation;
        markResume();
        return read;
    }

    Result<void> commit(std::span<const Record> records, const Stamp& stamp) {
        if (records.empty()) return {};
        return write(records, stamp, std::ranges::any_of(records, outlivesBoot));
    }

    Result<void> write(std::span<const Record> records, const Stamp& stamp, bool synced) {
        STINT_CHECK(commits_ >= 0); // the counts were compared before anything is committed
        STINT_TRY(setSynced(synced));
        if (std::ranges::any_of(records, waits)) resume_.set(synced); // before it is accepted
        STINT_TRY(transact([&]() -> Result<void> {
            for (auto rest = records; !rest.empty(); rest = rest.subspan(1))
                if (!isSaidAgain(rest)) STINT_TRY(writer_.write(rest.front()));
            STINT_TRY(writer_.stamp(stamp, generation_, commits_ + 1));
            if (!options_.failCommit || !options_.failCommit()) return {};
            reserve_.giveUp();
            return fail(Errc::STORAGE, "{}: disk full (an injected fault)", file().string());
        }));
        ++commits_;
        if (synced) count_.write(commits_); // a power loss may take commits that are not synced, which is no damage
        logUsed_ = std::max(logUsed_, database_.logSize());
        if (logIsTooLong()) checkpoint();
        if (database_.logSize() + largeCommit > logFile_) lengthenLog();
        return {};
    }

    Result<void> acceptsMore() {
        reserve_.remake();
        if (reserve_.stands()) return {};
        return fail(Errc::STORAGE, "{}: disk full: accepted jobs go on; new ones are refused until there is room",
                    file().string());
    }

    void idle() {
        if (database_.logSize() > worthCheckpoint) checkpoint();
        reserve_.remake();
    }

    void eraseLog() {
        if (logUsed_ == 0 || !checkpoint()) return;
        if (database_.eraseLog(logUsed_)) logUsed_ = 0;
    }

    Result<void> copyTo(const std::filesystem::path& file) {
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
        return copyInto(database_, file);
    }

    Result<std::vector<PastRun>> pastRuns(const JobKey& key, std::size_t most) {
        return pastRunsOf(database_, key, most);
    }

    Result<std::vector<DeviceChange>> deviceChanges(WallTime from, WallTime to, std::size_t most) {
        return deviceChangesOf(database_, from, to, most);
    }
    Result<LogPage> logPage(WallTime from, WallTime to, const LogPlace& after, std::size_t most) {
        return stint::logPage(database_, from, to, after, most);
    }
    Result<PastMessagesPage> pastMessages(const std::string& app, WallTime since, const LogPlace& after,
                                          std::size_t most) {
        return pastMessagesPage(database_, app, since, after, most);
    }

    std::vector<std::string> notes() { return std::exchange(notes_, {}); }

private:
    void markResume() {
        const auto left = database_.integer("SELECT EXISTS (SELECT 1 FROM jobs) OR EXISTS (SELECT 1 FROM alarms) "
                                            "OR EXISTS (SELECT 1 FROM messages) "
                                            "OR EXISTS (SELECT 1 FROM registrations)");
        if (!left || *left != 0)
            resume_.set(true);
        else
            resume_.clear();
    }

    std::filesystem::path file() const { return directory_.path() / "stint.db"; }

    std::filesystem::path countFile() const { return directory_.path() / "stint.commits"; }

    /// Sets whether the next commits survive a power loss. A commit that is not synced becomes durable with the next
    /// synced one or at a checkpoint, so the durable commits are always the first ones, without a gap.
    Result<void> setSynced(bool synced) {
        if (synced == synced_ || journal_ != Journal::WriteAhead) return {};
        STINT_TRY(database_.run(synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
        synced_ = synced;
        return {};
    }

    /// Runs `work` and commits it, or rolls all of it back.
    template <class Work> Result<void> transact(Work work) {
        auto done = database_.run("BEGIN IMMEDIATE");
        if (done) done = work();
        if (done) done = database_.run("COMMIT");
        if (done) return done;
        const bool full = database_.diskFull(); // read before the roll-back, which sets a result of its own
        database_.rollBack();
        if (full) {
            reserve_.giveUp();
            checkpoint(); // so that the log starts over in the room that it already has
        }
        return done;
    }

    bool logIsTooLong() const {
        if (database_.logSize() <= logTooLongWhereScarce) return false;
        return database_.logSize() > logTooLong || available() < scarce;
    }

    /// Free space that we may use; unlimited if it is unknown.
    Bytes available() const {
        std::error_code error;
        const auto disk = std::filesystem::space(directory_.path(), error);
        return error ? std::numeric_limits<Bytes>::max() : static_cast<Bytes>(disk.available);
    }

    /// True if all of the log is now in the file.
    bool checkpoint() {
        // A file without room to grow would fill the disk in trying, and take the room that the reserve has freed.
        if (!fileCanGrow()) return false;
        // If the checkpoint fails, the log keeps the commits: nothing is lost, and the next attempt may succeed.
        return database_.checkpoint().ok();
    }

    // The file's length doubles, and stays when the log begins anew. A failed attempt is repeated only after the log
    // has doubled, and none is made without a log: commits are only slower then.
    void lengthenLog() {
        if (database_.logSize() == 0) return;
        logFile_ = std::max(leastLogFile, 2 * logFile_);
        if (available() < std::max(scarce, 4 * logFile_)) return;
        static_cast<void>(database_.lengthenLog(logFile_));
    }

    /// True if the disk has room for the growth of the file by a checkpoint.
    bool fileCanGrow() {
        const auto pages = database_.integer("PRAGMA page_count");
        std::error_code error;
        const auto size = std::filesystem::file_size(file(), error);
        if (!pages || error) return true;
        return *pages * Database::pageSize - static_cast<Bytes>(size) <= available();
    }

    Options options_;
    StoreDirectory directory_; ///< its lock outlives the database
    Reserve reserve_;
    ResumeMark resume_;
    CommitCount count_;
    Journal journal_;
    Database database_;
    RecordWriter writer_;
    std::vector<std::string> notes_;
    std::uint32_t generation_ = 0;             ///< of the last load
    bool synced_ = true;                       ///< the setting that openDatabase() leaves
    std::int64_t commits_ = -1;                ///< -1: nothing was loaded yet
    Bytes logFile_ = 0;                        ///< the length that lengthenLog() gave it
    Bytes logUsed_ = logTooLong + largeCommit; ///< the part of it that may hold data; at first, all of it
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(Options options) {
    auto directory = STINT_TRY(StoreDirectory::claim(options.directory));
    auto strange = directory.notes();
    if (auto kept = STINT_TRY(makeBeneathLog(directory)); !kept.empty()) strange.push_back(std::move(kept));
    const auto journal = directory.onNetwork() ? Journal::RollBack : Journal::WriteAhead;
    std::vector<std::string> notes;
    auto database = STINT_TRY(openDatabase(directory, journal, notes));
    auto writer = STINT_TRY(RecordWriter::prepare(database, options.boot));
    auto impl = std::make_unique<Impl>(std::move(options), std::move(directory), journal, std::move(database),
                                       std::move(writer), std::move(notes));
    STINT_TRY(impl->readCounts());
    impl->note(strange);
    return Store{std::move(impl)};
}

Result<Snapshot> Store::load() { return impl_->load(); }
Result<void> Store::commit(std::span<const Record> records, const Stamp& stamp) {
    return impl_->commit(records, stamp);
}
Result<void> Store::probe(const Stamp& stamp) { return impl_->write({}, stamp, true); }
Result<void> Store::copyTo(const std::filesystem::path& file) { return impl_->copyTo(file); }
Result<void> Store::acceptsMore() { return impl_->acceptsMore(); }
void Store::idle() { impl_->idle(); }
void Store::eraseLog() { impl_->eraseLog(); }
Result<std::vector<DeviceChange>> Store::deviceChanges(WallTime from, WallTime to, std::size_t most) {
    return impl_->deviceChanges(from, to, most);
}
Result<LogPage> Store::logPage(WallTime from, WallTime to, const LogPlace& after, std::size_t most) {
    return impl_->logPage(from, to, after, most);
}
Result<PastMessagesPage> Store::pastMessages(const std::string& app, WallTime since, const LogPlace& after,
                                             std::size_t most) {
    return impl_->pastMessages(app, since, after, most);
}
Result<std::vector<PastRun>> Store::pastRuns(const JobKey& key, std::size_t most) { return impl_->pastRuns(key, most); }
std::vector<std::string> Store::notes() { return impl_->notes(); }

} // namespace stint
