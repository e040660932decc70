#include "stintd/store/opening.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/magic.h>

#include <algorithm>
#include <functional>

#include <fmt/core.h>

#include "stintd/store/schema.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

Error refused(const fs::path& directory) {
    auto store = Store::open({directory, bootA, {}});
    REQUIRE(!store.ok());
    return store.error();
}

bool says(const Error& error, std::string_view word) { return error.message.find(word) != std::string::npos; }

unsigned modeOf(const fs::path& path) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 07777U;
}

void executeInSqlite(const fs::path& database, const char* sql) {
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(database.c_str(), &raw) == SQLITE_OK);
    CHECK(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(raw);
}

} // namespace

TEST_CASE("the store is its owner's alone, whatever the umask") { // architecture.md: the store is 0600
    const Scratch scratch;
    const auto before = ::umask(0);
    {
        auto store = openStore(scratch.store());
        done(store.commit(std::vector<Record>{SaveJob{jobOf(1)}}, stamp(1s)));
        CHECK(modeOf(scratch.store()) == 0700);
        CHECK(modeOf(scratch.store().parent_path()) == 0700);
        int files = 0;
        for (const auto& entry : fs::directory_iterator{scratch.store()}) {
            CAPTURE(entry.path().string());
            CHECK(modeOf(entry.path()) == 0600);
            ++files;
        }
        CHECK(files == 6); // stint.db, its log, the count of commits, the lock, the reserve, the mark of what waits
    }
    ::umask(before);
}

TEST_CASE("a second daemon on a store is refused and told who has it") { // issue: bad input
    const Scratch scratch;
    {
        auto first = openStore(scratch.store());
        const auto error = refused(scratch.store());
        CHECK(error.code == Errc::UNAVAILABLE);
        CHECK(says(error, scratch.store().string()));
        CHECK(says(error, "process " + std::to_string(::getpid())));
        done(first.commit(std::vector<Record>{SaveJob{jobOf(1)}}, stamp(1s)));
    }
    openStore(scratch.store()); // and let go of afterwards
}

TEST_CASE("a directory that others may enter is refused with what to do") { // issue: bad input
    const Scratch scratch;
    { openStore(scratch.store()); }
    for (const auto mode : {fs::perms{0755}, fs::perms{0770}, fs::perms{0500}, fs::perms{01700}}) {
        fs::permissions(scratch.store(), mode);
        const auto error = refused(scratch.store());
        CHECK(error.code == Errc::ILLEGAL_STATE);
        CHECK(says(error, scratch.store().string()));
        CHECK(says(error, "chmod 0700"));
    }
    fs::permissions(scratch.store(), fs::perms{0700});
    openStore(scratch.store());
}

TEST_CASE("a directory of another user is refused") { // issue: bad input
    if (::geteuid() != 0) {
        MESSAGE("skipped: only root can give a directory away");
        return;
    }
    const Scratch scratch;
    { openStore(scratch.store()); }
    REQUIRE(::chown(scratch.store().c_str(), 12345, 12345) == 0);
    const auto error = refused(scratch.store());
    CHECK(error.code == Errc::ILLEGAL_STATE);
    CHECK(says(error, "user 12345"));
}

TEST_CASE("a path that is no directory is refused") {
    const Scratch scratch;
    writeBytes(scratch.path() / "file", "");
    CHECK(says(refused(scratch.path() / "file"), "not a directory"));
    CHECK(says(refused(scratch.path() / "file" / "below"), "ot a directory"));
}

TEST_CASE("a store of a newer version is refused and not changed by a byte") { // issue: bad input
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        done(store.commit(std::vector<Record>{SaveJob{jobOf(1)}}, stamp(1s)));
    }
    const int newer = schemaVersion() + 1;
    executeInSqlite(scratch.database(), fmt::format("PRAGMA user_version = {}", newer).c_str());
    const auto before = bytesOf(scratch.database());
    const auto error = refused(scratch.store());
    CHECK(error.code == Errc::ILLEGAL_STATE);
    CHECK(says(error, fmt::format("made by a newer stint (schema {}, this one knows {})", newer, schemaVersion())));
    CHECK(says(error, scratch.database().string()));
    CHECK(bytesOf(scratch.database()) == before);
    executeInSqlite(scratch.database(), "PRAGMA user_version = 3");
    auto store = openStore(scratch.store());
    CHECK(valueOf(store.load()).jobs.size() == 1);
}

TEST_CASE("a newer version that is only in the write-ahead log is refused and stays there") {
    const Scratch scratch;
    { openStore(scratch.store()); }
    const auto log = fs::path{scratch.database()}.concat("-wal");
    std::string file;
    std::string frames;
    {
        sqlite3* raw = nullptr;
        REQUIRE(sqlite3_open(scratch.database().c_str(), &raw) == SQLITE_OK);
        const std::string newer = fmt::format("PRAGMA user_version = {}", schemaVersion() + 1);
        REQUIRE(sqlite3_exec(raw, newer.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
        file = bytesOf(scratch.database());
        frames = bytesOf(log);
        sqlite3_close(raw);
    }
    REQUIRE(!frames.empty());
    writeBytes(scratch.database(), file);
    writeBytes(log, frames);
    CHECK(says(refused(scratch.store()), fmt::format("schema {}", schemaVersion() + 1)));
    CHECK(bytesOf(scratch.database()) == file);
    CHECK(bytesOf(log) == frames);
}

TEST_CASE("a store that another program holds is refused, not waited for") {
    const Scratch scratch;
    { openStore(scratch.store()); }
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(scratch.database().c_str(), &raw) == SQLITE_OK);
    REQUIRE(sqlite3_exec(raw, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    const auto error = refused(scratch.store());
    CHECK(error.code == Errc::STORAGE);
    CHECK(says(error, "another program has it open"));
    sqlite3_close(raw);
    auto store = openStore(scratch.store());
    CHECK(store.notes().empty()); // it was not taken for damaged
}

TEST_CASE("a network's file system gets a rollback journal, a local one the log") { // linux.md, B: storage
    for (const auto magic : std::initializer_list<std::uint64_t>{NFS_SUPER_MAGIC, CIFS_SUPER_MAGIC, V9FS_MAGIC})
        CHECK(isNetworkFileSystem(magic));
    for (const auto magic : std::initializer_list<std::uint64_t>{EXT4_SUPER_MAGIC, TMPFS_MAGIC, BTRFS_SUPER_MAGIC})
        CHECK(!isNetworkFileSystem(magic));

    const Scratch scratch;
    std::vector<std::string> notes;
    const auto directory = valueOf(StoreDirectory::claim(scratch.store()));
    CHECK(!directory.onNetwork());
    for (const auto& [journal, mode, sync] :
         {std::tuple{Journal::WriteAhead, "wal", 2}, std::tuple{Journal::RollBack, "delete", 3},
          std::tuple{Journal::WriteAhead, "wal", 2}}) { // moved to and fro
        auto database = valueOf(openDatabase(directory, journal, notes));
        CHECK(valueOf(database.text("PRAGMA journal_mode")) == mode);
        CHECK(valueOf(database.integer("PRAGMA synchronous")) == sync); // FULL, EXTRA
        done(database.run("UPDATE meta SET generation = generation + 1"));
    }
    CHECK(notes.empty());
}

TEST_CASE(
    "a store whose file was emptied or removed is read from its log") { // architecture.md: nothing accepted is lost
    for (const bool removed : {false, true}) {
        CAPTURE(removed);
        const Scratch scratch;
        {
            auto store = openStore(scratch.store());
            done(store.commit(std::vector<Record>{SaveJob{jobOf(1)}, SaveJob{jobOf(2)}}, stamp(1s)));
            const fs::path log = fs::path(scratch.database()).concat("-wal");
            fs::copy_file(log, fs::path(log).concat(".kept")); // closing moves it into the file
        }
        fs::rename(fs::path(scratch.database()).concat("-wal.kept"), fs::path(scratch.database()).concat("-wal"));
        if (removed)
            fs::remove(scratch.database());
        else
            writeBytes(scratch.database(), "");
        auto store = openStore(scratch.store());
        CHECK(valueOf(store.load()).jobs.size() == 2);
        const auto notes = store.notes();
        REQUIRE(notes.size() == 1);
        CHECK(notes.front().find("what its write-ahead log has was read") != std::string::npos);
    }
}

TEST_CASE("what is no file where one of ours should be is set aside, and keeps no daemon from starting") {
    const std::vector<std::function<void(const fs::path&)>> strange{
        [](const fs::path& path) { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); },
        [](const fs::path& path) { fs::create_directory(path); },
        [](const fs::path& path) { fs::create_symlink("/nowhere/at/all", path); },
        [](const fs::path& path) { fs::create_symlink("/dev/zero", path); },
    };
    for (const char* name : {"lock", "stint.db", "stint.db-wal", "aborts"})
        for (const auto& make : strange) {
            CAPTURE(name);
            const Scratch scratch;
            { openStore(scratch.store()); }
            fs::remove(scratch.store() / name);
            make(scratch.store() / name);
            auto store = openStore(scratch.store());
            done(store.commit(std::vector<Record>{SaveJob{jobOf(1)}}, stamp(1s)));
            const auto notes = store.notes();
            CHECK(std::ranges::any_of(notes, [](const std::string& note) {
                return note.find("was no regular file; it was set aside as") != std::string::npos;
            }));
        }
}

TEST_CASE("what is no file where a new database is made is set aside, too") {
    for (const char* name : {"stint.db.making", "stint.db.making-wal", "stint.db.making-journal", "stint.db.made"}) {
        CAPTURE(name);
        const Scratch scratch;
        { openStore(scratch.store()); }
        fs::remove(scratch.database());
        fs::create_directories(scratch.store() / name / "full"); // cannot be removed as a file can
        auto store = openStore(scratch.store());
        done(store.commit(std::vector<Record>{SaveJob{jobOf(1)}}, stamp(1s)));
        CHECK(valueOf(store.load()).jobs.size() == 1);
    }
}

TEST_CASE("an emptied store is told of, not taken for a new one") {
    const Scratch scratch;
    { openStore(scratch.store()); }
    writeBytes(scratch.database(), "");
    auto store = openStore(scratch.store());
    CHECK(valueOf(store.load()).jobs.empty());
    CHECK(store.notes().size() == 1);
}
