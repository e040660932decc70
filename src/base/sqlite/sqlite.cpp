#include "base/sqlite/sqlite.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <sqlite3.h>

#include "base/result/errors.hpp"

namespace stint {

namespace {

constexpr std::string_view diskFull = "disk full", isBusy = "(another program has it open)";
constexpr std::string_view isUnreadable = "(it cannot be read)";
/// The ends of errors that are the machine's or another program's fault: sqlite3_errstr()'s words.
constexpr std::string_view passing[] = {diskFull,
                                        isBusy,
                                        "disk I/O error",
                                        "unable to open database file",
                                        "out of memory",
                                        "locking protocol",
                                        "access permission denied",
                                        "attempt to write a readonly database"};

bool isDamage(int extended) {
    switch (extended) {
    case SQLITE_IOERR_READ: // a bad sector
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_CORRUPTFS:
        return true;
    default:
        return (extended & 0xff) == SQLITE_CORRUPT || (extended & 0xff) == SQLITE_NOTADB;
    }
}

Error storageError(sqlite3* connection) {
    const char* file = sqlite3_db_filename(connection, "main");
    const int code = sqlite3_errcode(connection) & 0xff;
    const int cause = sqlite3_system_errno(connection);
    std::string why = code == SQLITE_FULL ? std::string(diskFull) : sqlite3_errmsg(connection);
    if ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && cause != 0)
        why = fmt::format("{}: {}", std::strerror(cause), why);
    if (code == SQLITE_IOERR && isDamage(sqlite3_extended_errcode(connection))) why += fmt::format(" {}", isUnreadable);
    if (code == SQLITE_BUSY) why += fmt::format(" {}", isBusy);
    return fail(Errc::STORAGE, "{}: {}", file != nullptr ? file : "store", why);
}

int noteLogSize(void* size, sqlite3*, const char*, int pages) {
    constexpr Bytes frame = Database::pageSize + 24; // a page and its header
    *static_cast<Bytes*>(size) = pages * frame;
    return SQLITE_OK;
}

} // namespace

std::vector<std::string_view> versionsIn(std::string_view schema) {
    constexpr std::string_view mark = "\n-- version ";
    std::vector<std::string_view> found;
    for (auto at = schema.find(mark); at != std::string_view::npos;) {
        const auto next = schema.find(mark, at + mark.size());
        found.push_back(schema.substr(at, next - at));
        at = next;
    }
    return found;
}

// The end of the message decides, which is storageError()'s: the rest may be quoted from the file.
bool isPassing(const Error& error) {
    return std::any_of(std::begin(passing), std::end(passing),
                       [&](std::string_view words) { return error.message.ends_with(words); });
}

bool isDamage(const Error& error) {
    return error.message.find("malformed") != std::string::npos ||
           error.message.find("not a database") != std::string::npos; // sqlite3_errstr()'s words
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<bool> Statement::next() {
    switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
        return true;
    case SQLITE_DONE:
        sqlite3_reset(statement_.get());
        return false;
    default: {
        auto error = storageError(sqlite3_db_handle(statement_.get()));
        sqlite3_reset(statement_.get());
        return error;
    }
    }
}

int Statement::columns() const { return sqlite3_column_count(statement_.get()); }
std::string_view Statement::name(int column) const { return sqlite3_column_name(statement_.get(), column); }
bool Statement::isNull(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::optional<std::int64_t> Statement::optionalInteger(int column) const {
    if (isNull(column)) return std::nullopt;
    return integer(column);
}

std::string_view Statement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Statement::bindColumn(int index, const Statement& from, int column) {
    sqlite3_bind_value(statement_.get(), index, sqlite3_column_value(from.statement_.get(), column));
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

void Statement::bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_.get(), index, value); }

void Statement::bind(int index, std::string_view value) {
    sqlite3_bind_text64(statement_.get(), index, value.data() != nullptr ? value.data() : "", value.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind(int index, Blob value) {
    sqlite3_bind_blob64(statement_.get(), index, value.bytes.data() != nullptr ? value.bytes.data() : "",
                        value.bytes.size(), SQLITE_STATIC);
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Database::Database(Connection connection) : logSize_(std::make_unique<Bytes>(0)), connection_(std::move(connection)) {
    sqlite3_wal_hook(connection_.get(), noteLogSize, logSize_.get());
}

Result<Database> Database::open(const std::filesystem::path& file) {
    sqlite3* raw = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
    Connection connection{raw};
    if (code != SQLITE_OK) return fail(Errc::STORAGE, "{}: {}", file.string(), sqlite3_errstr(code));
    sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    return Database{std::move(connection)};
}

void Database::waitForOthers(Duration longest) { sqlite3_busy_timeout(handle(), static_cast<int>(longest.count())); }

Result<void> Database::run(const std::string& sql) {
    if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return storageError(handle());
    return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw,
                           nullptr) != SQLITE_OK)
        return storageError(handle());
    return Statement{raw};
}

Result<std::int64_t> Database::integer(std::string_view sql) {
    auto statement = STINT_TRY(prepare(sql));
    if (!STINT_TRY(statement.next())) return fail(Errc::STORAGE, "no answer to {}", sql);
    return statement.integer(0);
}

Result<std::string> Database::text(std::string_view sql) {
    auto statement = STINT_TRY(prepare(sql));
    if (!STINT_TRY(statement.next())) return fail(Errc::STORAGE, "no answer to {}", sql);
    return std::string{statement.text(0)};
}

void Database::rollBack() {
    // SQLite itself rolls back after some errors; then there is nothing to do.
    if (sqlite3_get_autocommit(handle()) == 0) sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> Database::checkpoint() {
    int inLog = 0;
    int copied = 0;
    if (sqlite3_wal_checkpoint_v2(handle(), "main", SQLITE_CHECKPOINT_PASSIVE, &inLog, &copied) != SQLITE_OK)
        return storageError(handle());
    if (copied != inLog) return fail(Errc::STORAGE, "a part of the log is in use");
    *logSize_ = 0;
    return {};
}

/// The write-ahead log's file; null if there is none.
sqlite3_file* Database::log() const {
    sqlite3_file* log = nullptr;
    const bool known = sqlite3_file_control(handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK;
    return known && log->pMethods ? log : nullptr;
}

Result<void> Database::fillLog(Bytes from, Bytes to) {
    const std::string zeros(64_KiB, '\0'); // SQLite writes less than 128 KiB at a time
    for (Bytes piece = 0; from < to; from += piece) {
        piece = std::min<Bytes>(to - from, std::ssize(zeros));
        if (log()->pMethods->xWrite(log(), zeros.data(), static_cast<int>(piece), from) != SQLITE_OK)
            return fail(Errc::STORAGE, "the log cannot be written");
    }
    return {};
}

Result<Bytes> Database::logFileSize() const {
    sqlite3_int64 size = 0;
    if (!log() || log()->pMethods->xFileSize(log(), &size) != SQLITE_OK) return fail(Errc::STORAGE, "there is no log");
    return Bytes{size};
}

Result<void> Database::lengthenLog(Bytes length) {
    const Bytes size = STINT_TRY(logFileSize());
    STINT_TRY(fillLog(size, length));
    logLength_ = std::max(size, length);
    return {};
}

Result<void> Database::commitShared(Bytes longest) {
    constexpr Bytes largeCommit = 64_KiB;
    // No other process writes beyond the log's end meanwhile: the transaction holds the lock. Without room, or where
    // another process has begun the log anew, commits are only slower.
    const Bytes length = std::min(2 * *logSize_, longest) + largeCommit;
    if (*logSize_ > 0 && *logSize_ + largeCommit > logLength_ && length > logLength_)
        static_cast<void>(lengthenLog(length));
    if (!commit_) commit_ = STINT_TRY(prepare("COMMIT"));
    STINT_TRY(commit_->run());
    if (*logSize_ > longest) static_cast<void>(checkpoint()); // a reader may prevent it: the next commit tries again
    return {};
}

bool Database::hasMoved() const {
    int moved = 0;
    return sqlite3_file_control(handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

Result<void> Database::eraseLog(Bytes length) {
    const auto size = logFileSize();
    if (!size) return {};
    // Its header first, and synced: a log that lost only its end would bring old pages back.
    constexpr Bytes header = 32;
    STINT_TRY(fillLog(0, std::min(*size, header)));
    if (log()->pMethods->xSync(log(), SQLITE_SYNC_NORMAL) != SQLITE_OK)
        return fail(Errc::STORAGE, "the log cannot be synced");
    return fillLog(header, std::min(*size, header + length)); // logSize() counts the frames alone
}

void Database::checkpointOnClose() { sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr); }
void Database::keepLogOnClose() { sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

bool Database::diskFull() const {
    const int code = sqlite3_errcode(handle()) & 0xff;
    return code == SQLITE_FULL || (code == SQLITE_IOERR && sqlite3_system_errno(handle()) == EDQUOT);
}

bool Database::readOnly() const { return sqlite3_db_readonly(handle(), "main") == 1; }

bool Database::damaged() const {
    switch (sqlite3_extended_errcode(handle())) {
    case SQLITE_IOERR_READ: // a bad sector
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_CORRUPTFS:
        return true;
    default:
        break;
    }
    switch (sqlite3_errcode(handle()) & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: // a schema that cannot be read, or is not ours
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_READONLY:
        return true;
    default:
        return false;
    }
}

} // namespace stint
