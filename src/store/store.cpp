#include "store/store.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "store/opening.hpp"
#include "store/record_writer.hpp"
#include "store/reserve.hpp"
#include "store/snapshot_reader.hpp"

namespace stint {

namespace {

// A checkpoint writes pages into the file and syncs it: between commits it is done when it is worth that, inside one
// only before the log of a daemon that is never idle fills the disk.
constexpr Bytes worthCheckpoint = 1_MiB;
constexpr Bytes logTooLong = 15_MiB; // with the commit that makes it too long, what the journal_size_limit leaves

// The file of the log is kept longer than the log by what a large commit takes.
constexpr Bytes leastLogFile = 1_MiB;
constexpr Bytes largeCommit = 256_KiB;

} // namespace

class Store::Impl {
public:
    Impl(Options options, StoreDirectory directory, Database database, RecordWriter writer,
         std::vector<std::string> notes)
        : options_(std::move(options)), directory_(std::move(directory)), reserve_(directory_.path() / "stint.reserve"),
          database_(std::move(database)), writer_(std::move(writer)), notes_(std::move(notes)) {
        reserve_.remake();
    }

    Result<Snapshot> load() {
        Snapshot snapshot;
        std::vector<std::string> notes; // told only if what they tell of is kept
        STINT_TRY(transact([&]() -> Result<void> {
            snapshot = STINT_TRY(readSnapshot(database_, options_.boot, notes));
            return {};
        }));
        notes_.insert(notes_.end(), notes.begin(), notes.end());
        return snapshot;
    }

    Result<void> commit(std::span<const Record> records, const Stamp& stamp) {
        if (records.empty()) return {};
        STINT_TRY(transact([&]() -> Result<void> {
            for (const auto& record : records)
                STINT_TRY(writer_.write(record));
            STINT_TRY(writer_.stamp(stamp));
            if (!options_.failCommit || !options_.failCommit()) return {};
            reserve_.giveUp();
            return fail(Errc::Storage, "{}: disk full (a fault that was asked for)", file().string());
        }));
        if (database_.logSize() > logTooLong) checkpoint();
        if (database_.logSize() + largeCommit > logFile_) lengthenLog();
        return {};
    }

    void idle() {
        if (database_.logSize() > worthCheckpoint) checkpoint();
        reserve_.remake();
    }

    std::vector<std::string> notes() { return std::exchange(notes_, {}); }

private:
    std::filesystem::path file() const { return directory_.path() / "stint.db"; }

    /// `work` and its commit, or nothing of it.
    template <class Work> Result<void> transact(Work work) {
        auto done = database_.run("BEGIN IMMEDIATE");
        if (done) done = work();
        if (done) done = database_.run("COMMIT");
        if (done) return done;
        if (database_.diskFull()) reserve_.giveUp(); // asked before the roll-back, which has a result of its own
        database_.rollBack();
        return done;
    }

    void checkpoint() {
        // A file that cannot grow by all it has to would fill the disk in trying, and take the room that was given up.
        if (!fileCanGrow()) return;
        // What cannot be checkpointed stays in the log: nothing is lost, and the next time may be a better one.
        static_cast<void>(database_.checkpoint());
    }

    // It doubles, and keeps its length when the log begins anew. What is in vain is not tried again before it has
    // doubled, nor is anything where there is no log: commits are only slower.
    void lengthenLog() {
        if (database_.logSize() == 0) return;
        logFile_ = std::max(leastLogFile, 2 * logFile_);
        std::error_code error;
        const auto disk = std::filesystem::space(directory_.path(), error);
        if (error || static_cast<Bytes>(disk.available) < 4 * logFile_) return;
        static_cast<void>(database_.lengthenLog(logFile_));
    }

    /// Whether the disk has room for what the file, once it has taken in the log, is larger than now.
    bool fileCanGrow() {
        const auto pages = database_.integer("PRAGMA page_count");
        std::error_code error;
        const auto size = std::filesystem::file_size(file(), error);
        const auto disk = std::filesystem::space(directory_.path(), error);
        if (!pages || error) return true;
        return *pages * Database::pageSize <= static_cast<Bytes>(size + disk.available);
    }

    Options options_;
    StoreDirectory directory_; ///< its lock outlives the database
    Reserve reserve_;
    Database database_;
    RecordWriter writer_;
    std::vector<std::string> notes_;
    Bytes logFile_ = 0; ///< how long lengthenLog() has made it
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(Options options) {
    auto directory = STINT_TRY(StoreDirectory::claim(options.directory));
    const auto journal = directory.onNetwork() ? Journal::RollBack : Journal::WriteAhead;
    std::vector<std::string> notes;
    auto database = STINT_TRY(openDatabase(directory, journal, notes));
    auto writer = STINT_TRY(RecordWriter::prepare(database, options.boot));
    return Store{std::make_unique<Impl>(std::move(options), std::move(directory), std::move(database),
                                        std::move(writer), std::move(notes))};
}

Result<Snapshot> Store::load() { return impl_->load(); }
Result<void> Store::commit(std::span<const Record> records, const Stamp& stamp) {
    return impl_->commit(records, stamp);
}
void Store::idle() { impl_->idle(); }
std::vector<std::string> Store::notes() { return impl_->notes(); }

} // namespace stint
