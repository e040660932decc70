#include "work/engine/store.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "work/engine/witness.hpp"

namespace stint::work {

namespace {

// A lock of the open file, not of the process: a child that a worker starts does not inherit it, by O_CLOEXEC, and
// closing another descriptor does not release it.
struct flock byteOf(Session session, short type = F_WRLCK) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = session;
    lock.l_len = 1;
    return lock;
}

// The bytes of those that hand over, behind those of all sessions; and the one that stands for the file's names.
constexpr Session firstHanding = Session{1} << 62;
constexpr Session namesOfFile = firstHanding - 1;

constexpr Session mostOthers = 10'000;
constexpr Duration longestTurn = std::chrono::seconds(10);

} // namespace

Result<SessionLocks> SessionLocks::open(const std::filesystem::path& file) {
    Fd opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!opened) return fail(Errc::STORAGE, "{}: {}", file.string(), std::strerror(errno));
    return SessionLocks(std::move(opened));
}

Result<Session> SessionLocks::take(Session next) {
    for (const Session last = next + mostOthers; next < last; ++next) {
        struct flock lock = byteOf(next);
        if (::fcntl(file_.get(), F_OFD_SETLK, &lock) == 0) return own_ = next;
        if (errno != EAGAIN && errno != EACCES) break;
    }
    return fail(Errc::SYSTEM, "the lock of this process cannot be had: {}", std::strerror(errno));
}

Result<void> SessionLocks::hold(Names how, Duration longest) const {
    struct flock lock = byteOf(namesOfFile, how == Names::Together ? F_RDLCK : F_WRLCK);
    const Duration until = steadyNow() + longest;
    while (::fcntl(file_.get(), F_OFD_SETLK, &lock) != 0) {
        const bool isHeldByOthers = errno == EAGAIN || errno == EACCES;
        if (!isHeldByOthers || steadyNow() >= until)
            return fail(Errc::STORAGE, "another program has its lock: {}", std::strerror(errno));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return {};
}

void SessionLocks::letGo() const {
    struct flock lock = byteOf(namesOfFile, F_UNLCK);
    ::fcntl(file_.get(), F_OFD_SETLK, &lock);
}

void SessionLocks::ring() const { ::futimens(file_.get(), nullptr); }

bool SessionLocks::isHeld(Session session) const {
    if (session == own_) return true;
    struct flock lock = byteOf(session);
    return ::fcntl(file_.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

void SessionLocks::hand(bool on) const {
    struct flock lock = byteOf(firstHanding + own_, on ? F_WRLCK : F_UNLCK);
    ::fcntl(file_.get(), F_OFD_SETLK, &lock); // nobody else locks this byte
}

bool SessionLocks::othersHand() const {
    struct flock lock = byteOf(firstHanding);
    lock.l_len = 0; // to the end
    return ::fcntl(file_.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

namespace {

constexpr std::size_t mostUntold = 1'000;

Result<void> configure(Database& database) {
    database.waitForOthers(longestTurn);
    STINT_TRY(database.text("PRAGMA journal_mode = WAL"));
    STINT_TRY(database.run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"));
    const auto found = STINT_TRY(database.text("PRAGMA quick_check(1)"));
    // The line before this one only names the database.
    if (found != "ok") return fail(Errc::STORAGE, "it is damaged: {}", found.substr(found.rfind('\n') + 1));
    return migrate(database);
}

/// Renames the file and its log to a name that says when and why; nothing reads them any more. The log has both names
/// while the file goes from one to the other, so that a death in between leaves it with the file.
Result<std::filesystem::path> setAside(const std::filesystem::path& file, std::string_view why) {
    const auto stamp = wallNow().time_since_epoch().count();
    std::filesystem::path aside = fmt::format("{}.{}-{}", file.string(), why, stamp);
    std::error_code wrong;
    std::filesystem::create_hard_link(file.string() + "-wal", aside.string() + "-wal", wrong);
    std::filesystem::rename(file, aside, wrong);
    if (wrong) return fail(Errc::STORAGE, "{}: {}", file.string(), wrong.message());
    for (const char* part : logParts) {
        std::filesystem::rename(file.string() + part, aside.string() + part, wrong);
        std::filesystem::remove(file.string() + part, wrong); // two names of one file are not renamed
    }
    return aside;
}

/// Makes the file where there is none. Its log's names are another file's, which a death or a person has taken away,
/// and perhaps still that of a process: SQLite would read the new file with it.
Result<void> makeFile(const std::filesystem::path& file) {
    for (const char* part : logParts) {
        std::error_code wrong;
        std::filesystem::remove(file.string() + part, wrong);
        if (wrong) return fail(Errc::STORAGE, "{}{}: {}", file.string(), part, wrong.message());
    }
    return makePlainFile(file);
}

/// True if nothing has the name, not even a link to nothing.
bool isFree(const std::filesystem::path& file) {
    std::error_code wrong;
    return std::filesystem::symlink_status(file, wrong).type() == std::filesystem::file_type::not_found;
}

} // namespace

struct Store::Statements {
    Statement begin;
    Statement dataVersion;
    Statement insert;
    Statement select;
    Statement drop;
    Statement dropDependencies;
    Statement insertDependency;
    Statement selectDependencies;
    Statement counters;
    Statement setCounters;
};

Store::Store(Database database, std::unique_ptr<Statements> statements, std::optional<SessionLocks> locks,
             std::filesystem::path file)
    : database_(std::make_unique<Database>(std::move(database))), statements_(std::move(statements)),
      locks_(std::move(locks)), file_(std::move(file)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

// The last that closes the file removes the log, by its name: not while that may be another file's.
Store::~Store() {
    if (!database_) return; // it was moved from
    if (locks_ && !locks_->hold(SessionLocks::Names::Together, Duration(0)).ok()) database_->keepLogOnClose();
    statements_.reset();
    database_.reset();
}

Result<Store> Store::onto(Database database, std::optional<SessionLocks> locks, std::filesystem::path file) {
    STINT_TRY(configure(database));
    Statements made;
    made.begin = STINT_TRY(database.prepare("BEGIN IMMEDIATE"));
    made.dataVersion = STINT_TRY(database.prepare("PRAGMA data_version"));
    made.insert = STINT_TRY(database.prepare(insertRequest));
    made.select = STINT_TRY(database.prepare(selectRequests));
    made.drop = STINT_TRY(database.prepare("DELETE FROM requests WHERE sequence = ?1"));
    made.dropDependencies = STINT_TRY(database.prepare("DELETE FROM dependencies WHERE child = ?1 OR parent = ?1"));
    made.insertDependency = STINT_TRY(database.prepare("INSERT OR IGNORE INTO dependencies VALUES (?1, ?2)"));
    made.selectDependencies = STINT_TRY(database.prepare("SELECT child, parent FROM dependencies"));
    made.counters = STINT_TRY(database.prepare("SELECT sequence, finish_order, job, last_cancel_all FROM counters"));
    made.setCounters = STINT_TRY(
        database.prepare("UPDATE counters SET sequence = ?1, finish_order = ?2, job = ?3, last_cancel_all = ?4 "
                         "WHERE one = 1"));
    Store store(std::move(database), std::make_unique<Statements>(std::move(made)), std::move(locks), std::move(file));
    STINT_TRY(store.takeSession());
    STINT_TRY(store.changedByOthers()); // counts changes from here on
    // Unreadable content is found here, not at work.
    store.first_ = STINT_TRY(store.read());
    return store;
}

Result<Store> Store::open(const std::filesystem::path& directory, const std::filesystem::path& state,
                          std::vector<std::string>& notices) {
    std::error_code wrong;
    std::filesystem::create_directories(directory, wrong);
    if (wrong) return fail(Errc::STORAGE, "{}: {}", directory.string(), wrong.message());
    const auto file = directory / "work.db";
    std::optional<Error> before;
    bool isAlone = false;
    bool isSetAside = false;
    const Duration since = steadyNow();
    for (int attempt = 0; attempt < 4; ++attempt) {
        const auto names = STINT_TRY(SessionLocks::open(directory / "work.lock"));
        isAlone = isAlone || isFree(file);
        STINT_TRY(names.hold(isAlone ? SessionLocks::Names::Alone : SessionLocks::Names::Together, longestTurn));
        STINT_TRY(isAlone && isFree(file) ? makeFile(file) : makePlainFile(file));
        auto locks = STINT_TRY(SessionLocks::open(directory / "work.lock"));
        auto database = Database::open(file);
        if (database.ok()) database->checkpointOnClose();
        auto store = database.ok() ? onto(std::move(*database), std::move(locks), file) : database.error();
        if (store.ok()) store->follow(state, notices);
        if (store.ok()) return store;
        before = store.error();
        if (before->code == Errc::SYSTEM || steadyNow() - since > longestTurn / 2) break;
        // It is judged while nobody else opens it, or has set it aside meanwhile.
        if (!std::exchange(isAlone, true)) continue;
        // SQLite does not wait for everybody who makes a file a database, or reads its log anew.
        if (before->message.find("database is locked") != std::string::npos) continue;
        if (!database.ok() || isPassing(*before) || isSetAside) break;
        const bool newer = before->code == Errc::ILLEGAL_STATE;
        const auto aside = STINT_TRY(setAside(file, newer ? "newer" : "damaged"));
        isSetAside = true;
        notices.push_back(fmt::format("{}: {}; it was set aside as {}, and the work in it is not done", file.string(),
                                      before->message, aside.filename().string()));
    }
    return *before;
}

/// Opens the witness beside the file; without one the file works as well, except after a backup's restoration.
void Store::follow(const std::filesystem::path& state, std::vector<std::string>& notices) {
    auto witness = Witness::open(state);
    const auto followed = [&]() -> Result<void> {
        if (!witness.ok()) return witness.error();
        witness_.emplace(std::move(*witness));
        return compare();
    }();
    if (followed.ok()) return;
    witness_.reset();
    notices.push_back(fmt::format("{}: were work.db restored from a backup, what ended since would be done again",
                                  followed.error().message));
}

/// Compares the file with the witness: the ends that either one lacks.
Result<void> Store::compare() {
    std::int64_t next = first_->counters.finishOrder;
    const auto last = STINT_TRY(witness_->last());
    // An end is in the file before it is in the witness, but another process may have written both since we read.
    if (last >= next) next = STINT_TRY(database_->integer("SELECT finish_order FROM counters"));
    if (last >= next) {
        restored_ = STINT_TRY(witness_->since(next));
    } else if (last < next - 1) {
        std::vector<Record> all;
        for (const Request& request : first_->requests)
            all.emplace_back(SaveRequest{request});
        STINT_TRY(witness_->note(all));
    }
    return {};
}

Result<void> Store::takeSession() {
    STINT_TRY(database_->run("BEGIN IMMEDIATE"));
    const auto taken = [&]() -> Result<void> {
        session_ = STINT_TRY(database_->integer("SELECT session FROM counters"));
        if (session_ < 0 || session_ >= farthest) return fail(Errc::STORAGE, "its processes are out of number");
        // Locked before other processes can see the number.
        if (locks_) session_ = STINT_TRY(locks_->take(session_));
        return database_->run(fmt::format("UPDATE counters SET session = {}; COMMIT", session_ + 1));
    }();
    if (!taken.ok()) database_->rollBack();
    return taken;
}

Result<Store> Store::inMemory() {
    Database database = STINT_TRY(Database::open(":memory:"));
    return over(std::move(database));
}
Result<Store> Store::over(Database database) { return onto(std::move(database), std::nullopt, {}); }

Result<void> Store::stillThere() const {
    if (file_.empty() || !database_->hasMoved()) return {};
    return fail(Errc::STORAGE, "{}: set aside, replaced or deleted while it was open: open it again", file_.string());
}

Result<void> Store::turn() {
    if (locks_) STINT_TRY(locks_->hold(SessionLocks::Names::Together, longestTurn));
    const auto begun = [&]() -> Result<void> {
        STINT_TRY(stillThere());
        return statements_->begin.run();
    }();
    if (!begun.ok()) giveUp();
    return begun;
}

void Store::giveUp() {
    database_->rollBack();
    if (locks_) locks_->letGo();
}

Result<bool> Store::changedByOthers() {
    Statement& asked = statements_->dataVersion;
    asked.start();
    STINT_TRY(asked.next());
    const std::int64_t version = asked.integer(0);
    asked.reset();
    changed_ = std::exchange(dataVersion_, version) != version || changed_;
    return changed_;
}

Result<Store::Content> Store::read() {
    if (first_) return *std::exchange(first_, std::nullopt);
    known_.clear();
    nextSequence_ = 0;
    return readChanges();
}

/// Reads it as it is at one moment, whoever writes: within the turn, or, at the opening, in a transaction of its own.
Result<Store::Content> Store::readChanges() {
    STINT_TRY(database_->run("SAVEPOINT reading"));
    Content content;
    const auto read = [&]() -> Result<void> {
        STINT_TRY(readRows(content));
        STINT_TRY(readParents(content));
        return readCounters(content.counters);
    }();
    for (Statement* asked : {&statements_->counters, &statements_->select, &statements_->selectDependencies})
        asked->reset();
    STINT_TRY(database_->run("RELEASE reading"));
    STINT_TRY(read);
    changed_ = false;
    return content;
}

Result<void> Store::readCounters(Counters& counters) {
    Statement& s = statements_->counters;
    s.start();
    if (!STINT_TRY(s.next())) return fail(Errc::STORAGE, "its counters are gone");
    const std::int64_t sequence = STINT_TRY(storedNumber(s, 0, 0, farthest));
    counters.sequence = std::max(sequence, nextSequence_);
    counters.finishOrder = STINT_TRY(storedNumber(s, 1, 0, farthest));
    const std::int64_t job = STINT_TRY(storedNumber(s, 2, 1, INT32_MAX));
    counters.job = static_cast<std::int32_t>(job);
    counters.lastCancelAll = STINT_TRY(storedTime(s, 3));
    return {};
}

Result<void> Store::readRows(Content& content) {
    ConstraintsRead constraints;
    Statement& s = statements_->select;
    ++readings_;
    s.start();
    while (STINT_TRY(s.next())) {
        const auto id = UUID::fromString(s.text(0));
        if (!id) return fail(Errc::STORAGE, "a request whose id is none");
        const auto [known, isNew] = known_.try_emplace(*id);
        if (std::exchange(known->second.seen, readings_) == readings_)
            return fail(Errc::STORAGE, "two requests are one: {}", id->toString());
        const Mark mark = markIn(s);
        if (!isNew && known->second.mark == mark) continue;
        Request request = STINT_TRY(requestIn(*id, s, constraints));
        known->second.mark = mark;
        known->second.sequence = request.sequence;
        known->second.job = request.job;
        nextSequence_ = std::max(nextSequence_, request.sequence + 1);
        content.requests.push_back(std::move(request));
    }
    std::set<std::int32_t> jobs;
    for (auto at = known_.begin(); at != known_.end();) {
        const auto& [id, known] = *at;
        const bool isGone = known.seen != readings_;
        if (isGone) content.gone.push_back(id);
        if (!isGone && known.job && !jobs.insert(*known.job).second)
            return fail(Errc::STORAGE, "two requests are of one job: {}", id.toString());
        at = isGone ? known_.erase(at) : std::next(at);
    }
    return {};
}

Result<void> Store::readParents(Content& content) {
    std::map<UUID, Request*> read;
    for (Request& request : content.requests)
        read.emplace(request.spec.id, &request);
    Statement& s = statements_->selectDependencies;
    s.start();
    while (STINT_TRY(s.next())) {
        const auto child = UUID::fromString(s.text(0));
        const auto parent = UUID::fromString(s.text(1));
        if (!child || !parent || !known_.contains(*child) || !known_.contains(*parent))
            return fail(Errc::STORAGE, "what follows what contradicts itself");
        if (const auto found = read.find(*child); found != read.end()) found->second->parents.insert(*parent);
    }
    return {};
}

Result<void> Store::write(const Record& record) {
    Statements& s = *statements_;
    if (const auto* drop = std::get_if<DropRequest>(&record)) {
        const auto gone = known_.extract(drop->request);
        STINT_CHECK(!gone.empty()); // only what is in the file is dropped
        STINT_TRY(s.dropDependencies.run(drop->request.toString()));
        return s.drop.run(gone.mapped().sequence);
    }
    if (const auto* counters = std::get_if<Counters>(&record))
        return s.setCounters.run(counters->sequence, counters->finishOrder, counters->job,
                                 counters->lastCancelAll.time_since_epoch().count());
    const auto& [request, fresh] = std::get<SaveRequest>(record);
    const Mark mark{session_, ++writes_};
    known_.insert_or_assign(request.spec.id, Known{mark, request.sequence, request.job, readings_});
    nextSequence_ = std::max(nextSequence_, request.sequence + 1);
    STINT_TRY(rowInto(s.insert, request, mark));
    if (!fresh) return {};
    for (const UUID& parent : request.parents)
        STINT_TRY(s.insertDependency.run(request.spec.id.toString(), parent.toString()));
    return {};
}

Result<void> Store::commit(const std::vector<Record>& records) {
    const auto committed = [&]() -> Result<void> {
        for (const Record& record : records)
            STINT_TRY(write(record));
        return database_->commitShared(logTooLong);
    }();
    if (!committed.ok()) {
        giveUp();
        return committed;
    }
    if (locks_) locks_->letGo();
    if (!records.empty() && locks_) locks_->ring();
    restored_.clear();
    tellWitness(records);
    return committed;
}

/// Notes ends in order: if a later end came before an earlier one, the earlier would never be missed. A witness that
/// fails for long is left alone, and gets all of them when the file is opened next.
void Store::tellWitness(const std::vector<Record>& records) {
    if (!witness_) return;
    untold_.insert(untold_.end(), records.begin(), records.end());
    if (witness_->note(untold_).ok())
        untold_.clear();
    else if (untold_.size() > mostUntold)
        witness_.reset();
}

} // namespace stint::work
