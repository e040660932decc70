// SQLite under RAII: a connection and its statements. Every error is Errc::STORAGE and names the file. It knows nothing
// of the stored content, and no other header includes sqlite3.h.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/errors.hpp"
#include "base/text/shared_text.hpp"
#include "stint/units.hpp"

struct sqlite3;
struct sqlite3_file; // NOLINT(readability-identifier-naming): SQLite's own name
struct sqlite3_stmt;

namespace stint {

/// The parts of a schema's text, each begun by a line "-- version …", first to last.
std::vector<std::string_view> versionsIn(std::string_view schema);

/// True if the error is not the file's: another program has it open, the disk is full, this process has no descriptor
/// or memory left, or may not write.
bool isPassing(const Error& error);
/// True if the file is broken, or no database at all.
bool isDamage(const Error& error);

/// Bytes that are bound as a BLOB, not as text.
struct Blob {
    std::string_view bytes;
};

/// A prepared statement, made once and run many times.
class Statement {
public:
    /// An empty one, only to be assigned to.
    Statement() = default;

    /// Binds the values to ?1, ?2, … and runs to the end. For statements without rows.
    template <class... Values> Result<void> run(const Values&... values) {
        start(values...);
        while (STINT_TRY(next())) {
        }
        return {};
    }

    /// Binds the values and goes before the first row. Texts and bytes are not copied: they are there until the last
    /// row was asked for.
    template <class... Values> void start(const Values&... values) {
        reset();
        [[maybe_unused]] int index = 0;
        (bind(++index, values), ...);
    }

    /// Goes to the next row; false after the last one.
    Result<bool> next();

    // The columns of the present row, from 0.
    int columns() const;
    std::string_view name(int column) const;
    bool isNull(int column) const;
    std::int64_t integer(int column) const;
    std::optional<std::int64_t> optionalInteger(int column) const;
    /// Valid until the next step; a BLOB's bytes, too.
    std::string_view text(int column) const;

    /// Binds to ?`index` the value of another statement's column, whatever its type.
    void bindColumn(int index, const Statement& from, int column);
    void reset();

private:
    friend class Database;
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

    void bind(int index, std::int64_t value);
    void bind(int index, std::int32_t value) { bind(index, std::int64_t{value}); }
    void bind(int index, bool value) { bind(index, std::int64_t{value}); }
    void bind(int index, std::string_view value);
    void bind(int index, const std::string& value) { bind(index, std::string_view{value}); }
    void bind(int index, const SharedText& value) { bind(index, std::string_view{value}); }
    void bind(int index, Blob value);
    template <class Value> void bind(int index, const std::optional<Value>& value) {
        if (value) bind(index, *value); // an unbound parameter is NULL
    }

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
public:
    static constexpr Bytes pageSize = 4096; ///< the page size of each database that opening.hpp (stintd/store) makes

    /// `file` exists. Closing does not change it, unless checkpointOnClose() was called.
    static Result<Database> open(const std::filesystem::path& file);

    /// How long a statement waits for another program that writes, before it fails; at first not at all.
    void waitForOthers(Duration longest);

    /// One or several statements without values and rows.
    Result<void> run(const std::string& sql);
    Result<Statement> prepare(std::string_view sql);
    /// The first column of the first row; an error if there is none.
    Result<std::int64_t> integer(std::string_view sql);
    Result<std::string> text(std::string_view sql);

    /// Ends a transaction that failed; none is open afterwards.
    void rollBack();
    /// Writes the content of the write-ahead log into the file itself. The log's space is used again.
    Result<void> checkpoint();
    /// Overwrites the first `length` bytes of the log's file, as far as it goes, with zeros. Only right
    /// after a checkpoint, when all its content is in the database file.
    Result<void> eraseLog(Bytes length);
    /// From now on closing checkpoints and removes the log, by its name, if nobody else has the file open.
    void checkpointOnClose();
    /// From now on closing leaves the log as it is, as at first.
    void keepLogOnClose();
    /// The length of the write-ahead log since its last checkpoint.
    Bytes logSize() const { return *logSize_; }
    /// Extends the log's file to `length` with zeros, which end the log for readers. A commit that overwrites them
    /// syncs only its pages; one that extends the file waits for the file system's own journal.
    Result<void> lengthenLog(Bytes length);

    /// Commits the open transaction of a file that several processes write, none of which looks after the log: it is
    /// lengthened ahead of the commits as it grows, and checkpointed once it is longer than `longest`.
    Result<void> commitShared(Bytes longest);
    /// True if the file's name is another file's by now, or nobody's: what is written here nobody will find.
    bool hasMoved() const;

    /// True if the last error came from a full disk, or a used-up quota of it.
    bool diskFull() const;
    /// True if the last error came from damage, or from a schema or file that cannot be ours.
    bool damaged() const;
    /// True if the database's header or the file's mode forbids writing.
    bool readOnly() const;

    /// For schema.hpp (stintd/store), which adds an SQL function.
    sqlite3* handle() const { return connection_.get(); }

private:
    struct Close {
        void operator()(sqlite3* connection) const;
    };
    using Connection = std::unique_ptr<sqlite3, Close>;
    explicit Database(Connection connection);
    sqlite3_file* log() const;
    Result<Bytes> logFileSize() const;
    Result<void> fillLog(Bytes from, Bytes to);

    std::unique_ptr<Bytes> logSize_; ///< set by SQLite's hook, which holds its address
    Connection connection_;
    std::optional<Statement> commit_;
    /// The length of the log's file, as far as lengthenLog() knows. Not asked for at each commit: since Linux 6.13 the
    /// first write after a stat() sets a new time of change, which the sync then writes, too.
    Bytes logLength_ = 0;
};

} // namespace stint
