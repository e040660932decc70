// The app's own file: SQLite, a write-ahead log, synchronous FULL. Several processes of an app may have it open: a
// turn (turn()) locks it, and reports if another process has changed it since. A damaged or newer file is set aside.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "base/unix/fd.hpp"
#include "work/engine/events.hpp"
#include "work/engine/request.hpp"
#include "work/engine/schema.hpp"
#include "work/engine/witness.hpp"

namespace stint::work {

/// The processes that have the file open: each holds a lock on a byte of its own in a file beside it, which the
/// kernel releases when the process ends, however it ends.
class SessionLocks {
public:
    static Result<SessionLocks> open(const std::filesystem::path& file);

    /// Locks a byte of this process's own for as long as this object lives, and returns its number: the first from
    /// `next` on that nobody has. A process that has a former file open may have one that this file has not given yet.
    Result<Session> take(Session next);
    /// The file's names, its log's too. Who opens the file, writes it or closes it has them together with others; who
    /// sets it aside, or makes one where there is none, has them alone. So nobody reads a file with the log of another
    /// one, and nothing is taken into a file that is set aside meanwhile.
    enum class Names : std::uint8_t { Together, Alone };
    /// Holds them until letGo(), or for as long as this object lives. Errc::STORAGE where others still hold them after
    /// `longest`.
    Result<void> hold(Names how, Duration longest) const;
    void letGo() const;
    /// Touches the file: a process that watches its attributes learns that something was committed. A write to
    /// SQLite's log would be noticed before its content can be read.
    void ring() const;

    /// True if the session is held by this process, or by another that lives.
    bool isHeld(Session session) const;

    /// Says to other processes that this one hands jobs over, or no longer; they need not wait for it.
    void hand(bool on) const;
    /// True if another process does.
    bool othersHand() const;

private:
    explicit SessionLocks(Fd file) : file_(std::move(file)) {}
    Fd file_;
    Session own_ = 0;
};

class Store {
public:
    struct Content {
        std::vector<Request> requests;
        std::vector<UUID> gone; ///< since the last reading
        Counters counters;
    };
    /// Opens DIRECTORY/work.db, or makes it; `notices` get messages for a person. Errc::STORAGE where the directory
    /// cannot be written; bad content is never an error. The ends of requests are also noted by a witness in `state`,
    /// a directory that a backup of the first one leaves out.
    static Result<Store> open(const std::filesystem::path& directory, const std::filesystem::path& state,
                              std::vector<std::string>& notices);
    /// A store that ends with this object. For tests and the simulator.
    static Result<Store> inMemory();
    /// A database that nobody else has open. For tests.
    static Result<Store> over(Database database);

    Session session() const { return session_; }
    /// While it lives, other processes know that jobs which they read here may be on their way to the scheduler.
    class HandingOver {
    public:
        explicit HandingOver(Store& store) : store_(store) {
            if (store_.handing_++ == 0 && store_.locks_) store_.locks_->hand(true);
        }
        ~HandingOver() {
            if (--store_.handing_ == 0 && store_.locks_) store_.locks_->hand(false);
        }
        HandingOver(const HandingOver&) = delete;
        HandingOver& operator=(const HandingOver&) = delete;

    private:
        Store& store_;
    };
    bool othersHand() const { return locks_ && locks_->othersHand(); }
    bool isHeld(Session session) const { return locks_ ? locks_->isHeld(session) : session == session_; }
    /// The file that other processes' commits change; empty in memory.
    const std::filesystem::path& file() const { return file_; }

    /// Begins a session of its own, as if another process followed. For tests and the simulator.
    Result<void> takeSession();

    /// Errc::STORAGE once the file has another name, as when another process has set it aside: for good.
    Result<void> stillThere() const;
    /// Locks the file: from here to commit() or giveUp() no other process writes. Errc::STORAGE where one has not
    /// released it within ten seconds.
    Result<void> turn();
    /// True if another process has committed since the last reading.
    Result<bool> changedByOthers();
    /// All of it.
    Result<Content> read();
    /// The requests that other processes have changed since the last reading. After a turn that was given up, and
    /// after an error, only read() is right.
    Result<Content> readChanges();
    /// The requests that ended after the backup from which the file was restored; empty if it was not, and once they
    /// are committed.
    const std::vector<Ending>& restored() const { return restored_; }
    /// Ends the turn: durable when it returns. On an error none of it is.
    Result<void> commit(const std::vector<Record>& records);
    void giveUp();

private:
    struct Statements;
    Store(Database database, std::unique_ptr<Statements> statements, std::optional<SessionLocks> locks,
          std::filesystem::path file);
    static Result<Store> onto(Database database, std::optional<SessionLocks> locks, std::filesystem::path file);
    Result<void> readCounters(Counters& counters);
    Result<void> readRows(Content& content);
    Result<void> readParents(Content& content);
    Result<void> write(const Record& record);
    void follow(const std::filesystem::path& state, std::vector<std::string>& notices);
    Result<void> compare();
    void tellWitness(const std::vector<Record>& records);

    std::unique_ptr<Database> database_;
    std::unique_ptr<Statements> statements_;
    std::optional<SessionLocks> locks_;
    int handing_ = 0; ///< HandingOvers that live
    std::filesystem::path file_;
    Session session_ = 0;
    std::int64_t dataVersion_ = 0;
    bool changed_ = false; ///< by another process, and not read yet
    struct Known {
        Mark mark;
        std::int64_t sequence = 0;
        std::optional<std::int32_t> job;
        std::int64_t seen = 0; ///< the number of the reading
    };
    std::map<UUID, Known> known_; ///< the rows that the last reading gave, or a commit made
    std::int64_t readings_ = 0;
    std::int64_t writes_ = 0;
    std::int64_t nextSequence_ = 0; ///< as the rows say it
    std::optional<Witness> witness_;
    std::vector<Record> untold_; ///< records that the witness could not take yet
    std::vector<Ending> restored_;
    std::optional<Content> first_; ///< the content at the opening, for the first reader

public:
    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    ~Store();
};

} // namespace stint::work
