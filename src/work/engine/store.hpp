// The app's own file: SQLite, a write-ahead log, synchronous FULL. Several processes of an app may have it open: a turn
// (turn()) has it alone, and says whether another one has changed it since. A damaged or newer file is set aside.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "work/engine/events.hpp"
#include "work/engine/sessions.hpp"
#include "work/engine/witness.hpp"

namespace stint::work {

class Store {
public:
    struct Content {
        std::vector<Request> requests;
        Counters counters;
    };
    /// DIRECTORY/work.db, which is made where there is none; `notices` say what a person should know. Errc::STORAGE
    /// where the directory cannot be written; never an error for what lies in it.
    /// What has ended is told to a witness in `state`, a directory that a backup of the first one leaves alone.
    static Result<Store> open(const std::filesystem::path& directory, const std::filesystem::path& state,
                              std::vector<std::string>& notices);
    /// For tests and the simulator: it ends with this object.
    static Result<Store> inMemory();
    /// A database that nobody else has open. For tests.
    static Result<Store> over(Database database);

    Session session() const { return session_; }
    bool isHeld(Session session) const { return locks_ ? locks_->isHeld(session) : session == session_; }
    /// What other processes' commits change; empty in memory.
    const std::filesystem::path& file() const { return file_; }

    /// What follows is another process's: a session of its own. For tests and the simulator.
    Result<void> takeSession();

    /// From here to commit() or giveUp() no other process writes. Errc::STORAGE where one has not let go in ten
    /// seconds.
    Result<void> turn();
    /// Another process has committed since it was asked last.
    Result<bool> changedByOthers();
    Result<Content> read();
    /// What ended after the file was as it was opened: it was restored from a backup. Empty once it is committed.
    const std::vector<Ending>& restored() const { return restored_; }
    /// Ends the turn: durable when it returns. On an error nothing of it is.
    Result<void> commit(const std::vector<Record>& records);
    void giveUp();

private:
    struct Statements;
    Store(Database database, std::unique_ptr<Statements> statements, std::optional<SessionLocks> locks,
          std::filesystem::path file);
    static Result<Store> onto(Database database, std::optional<SessionLocks> locks, std::filesystem::path file);
    Result<void> write(const Record& record);
    void follow(const std::filesystem::path& state, std::vector<std::string>& notices);
    Result<void> compare();
    void tellWitness(const std::vector<Record>& records);

    std::unique_ptr<Database> database_;
    std::unique_ptr<Statements> statements_;
    std::optional<SessionLocks> locks_;
    std::filesystem::path file_;
    Session session_ = 0;
    std::int64_t dataVersion_ = 0;
    std::optional<Witness> witness_;
    std::vector<Record> untold_; ///< what the witness could not take yet
    std::vector<Ending> restored_;
    std::optional<Content> first_; ///< as it was opened, for whoever reads it first

public:
    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    ~Store();
};

} // namespace stint::work
