// The file's names, in the hands of several processes: a file that is set aside, or taken away, by one while another
// opens it, writes it or closes it; and a death in the middle (jobs.md §10, files).
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/inotify.hpp"

namespace stint::work {

namespace {

using Names = SessionLocks::Names;

/// Another process, which does one step each time that it is told to, and ends with this object. It is begun while this
/// one has no file open: SQLite's locks are a process's, and a child would take its parent's for its own.
class Other {
public:
    explicit Other(const std::vector<std::function<bool()>>& steps) {
        int tells[2], answers[2];
        REQUIRE(::pipe2(tells, O_CLOEXEC) == 0);
        REQUIRE(::pipe2(answers, O_CLOEXEC) == 0);
        child_ = ::fork();
        REQUIRE(child_ >= 0);
        tells_ = Fd(tells[child_ == 0 ? 0 : 1]);
        answers_ = Fd(answers[child_ == 0 ? 1 : 0]);
        ::close(tells[child_ == 0 ? 1 : 0]);
        ::close(answers[child_ == 0 ? 0 : 1]);
        if (child_ != 0) return;
        char told = 0;
        for (const auto& step : steps) {
            if (::read(tells_.get(), &told, 1) != 1) break;
            told = step() ? 'y' : 'n';
            if (::write(answers_.get(), &told, 1) != 1) break;
        }
        const auto isOver = ::read(tells_.get(), &told, 1);
        ::_exit(static_cast<int>(isOver));
    }
    ~Other() {
        tells_ = {};
        ::waitpid(child_, nullptr, 0);
    }
    Other(const Other&) = delete;
    Other& operator=(const Other&) = delete;

    void begin() const { REQUIRE(::write(tells_.get(), "", 1) == 1); }
    bool has() const {
        char answer = 0;
        REQUIRE(::read(answers_.get(), &answer, 1) == 1);
        return answer == 'y';
    }
    bool does() const {
        begin();
        return has();
    }

private:
    pid_t child_ = -1;
    Fd tells_, answers_;
};

/// The number of requests that a process finds which opens the file now, and whether it is told anything.
bool finds(const std::filesystem::path& directory, std::size_t count) {
    std::vector<std::string> notices;
    auto store = Store::open(directory, directory, notices);
    if (!store.ok()) notices.push_back(store.error().message);
    for (const auto& notice : notices)
        fmt::print(stderr, "{}\n", notice);
    return notices.empty() && store->read()->requests.size() == count;
}

SessionLocks locksOf(const App& app) {
    auto locks = SessionLocks::open(app.directory.path / "work.lock");
    REQUIRE(locks.ok());
    return std::move(*locks);
}

/// True if the system call makes, moves or removes a name.
bool isOfNames(std::uint64_t number) {
    for (const std::uint64_t one : {
#ifdef SYS_rename // not on every machine
             SYS_rename, SYS_link, SYS_unlink,
#endif
             SYS_renameat2, SYS_linkat, SYS_unlinkat, SYS_openat})
        if (one == number) return true;
    return false;
}

/// Runs `what` in another process, and kills it after its nth change of a name. False: it has ended before.
bool isKilledAfter(int nth, const std::function<void()>& what) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        what();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD) == 0);
    bool ofNames = false; // the call that it is in
    int changes = 0;
    while (true) {
        const bool goesOn = ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) == 0;
        if (!goesOn || ::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return false;
        __ptrace_syscall_info call{};
        ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof call, &call);
        if (call.op == PTRACE_SYSCALL_INFO_ENTRY) ofNames = isOfNames(call.entry.nr);
        if (call.op == PTRACE_SYSCALL_INFO_EXIT && ofNames && ++changes == nth) break;
    }
    ::kill(child, SIGKILL);
    REQUIRE(::waitpid(child, &status, 0) == child);
    return true;
}

} // namespace

TEST_CASE("nobody takes the names of a file away while another process opens it") { // jobs.md §10, files
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    app.die();
    const Other other({[&] { return finds(app.directory.path, 1); }});
    const auto file = app.directory.path / "work.db";
    // SQLite's PENDING byte, for which a reader waits: the other one has opened the file, and not its log yet.
    const Fd reader(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    struct flock pending {};
    pending.l_type = F_WRLCK;
    pending.l_start = 0x40000000;
    pending.l_len = 1;
    REQUIRE(::fcntl(reader.get(), F_SETLK, &pending) == 0);
    const Fd opens = openInotify();
    REQUIRE(::inotify_add_watch(opens.get(), file.c_str(), IN_OPEN) >= 0);
    other.begin();
    pollfd wanted{opens.get(), POLLIN, 0};
    REQUIRE(::poll(&wanted, 1, -1) == 1);
    const SessionLocks locks = locksOf(app);
    CHECK(!locks.hold(Names::Alone, Duration(0)).ok());
    pending.l_type = F_UNLCK;
    REQUIRE(::fcntl(reader.get(), F_SETLK, &pending) == 0);
    CHECK(other.has());
    CHECK(locks.hold(Names::Alone, Duration(0)).ok());
}

TEST_CASE("nobody takes the names of a file away in the middle of a turn") { // jobs.md §10, files
    const App app;
    const SessionLocks locks = locksOf(app);
    std::vector<std::string> notices;
    auto store = Store::open(app.directory.path, app.directory.path, notices);
    REQUIRE(store.ok());
    for (const bool commits : {true, false}) {
        REQUIRE(store->turn().ok());
        CHECK(!locks.hold(Names::Alone, Duration(0)).ok());
        if (commits) CHECK(store->commit({}).ok());
        if (!commits) store->giveUp();
        CHECK(locks.hold(Names::Alone, Duration(0)).ok());
        locks.letGo();
    }
    std::filesystem::rename(app.directory.path / "work.db", app.directory.path / "work.db.damaged-1");
    CHECK(!store->turn().ok());
    CHECK(locks.hold(Names::Alone, Duration(0)).ok());
}

TEST_CASE("who closes a file that another process sets aside leaves the log's name alone") { // jobs.md §10, files
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    const SessionLocks locks = locksOf(app);
    const auto log = app.directory.path / "work.db-wal";
    REQUIRE(locks.hold(Names::Alone, Duration(0)).ok());
    app.die();
    CHECK(std::filesystem::exists(log));
    locks.letGo();
    app.open();
    CHECK(app.find(numbered(1)) != nullptr);
    app.die();
    CHECK(!std::filesystem::exists(log));
}

TEST_CASE("a file that is gone without its log is begun anew, while a process has the old one open") { // jobs.md §10
    App app;
    app.die();
    const auto file = app.directory.path / "work.db";
    const Other other({[&] { return finds(app.directory.path, 0); }});
    app.open();
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    SUBCASE("moved") { std::filesystem::rename(file, app.directory.path / "elsewhere"); }
    SUBCASE("deleted") { std::filesystem::remove(file); }
    CHECK(other.does());
    CHECK(!app.tell(enqueue({once(2)})).ok());
    app.die();
    CHECK(finds(app.directory.path, 0));
}

TEST_CASE("a file that is opened twice in one process stays open for the first") { // jobs.md §10, files
    App app;
    app.die();
    const auto sees = [&](std::size_t count) { return [&app, count] { return finds(app.directory.path, count); }; };
    const Other other({sees(1), sees(2)});
    app.open();
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    CHECK(finds(app.directory.path, 1));
    CHECK(other.does()); // which is not the last to close it
    REQUIRE(app.tell(enqueue({once(2)})).ok());
    CHECK(other.does());
    app.dieAndBegin();
    CHECK(app.find(numbered(2)) != nullptr);
}

TEST_CASE("a file of another user is an error, and stays") { // jobs.md §10, files
    if (::geteuid() != 0) return;                            // only root can give a file away
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    app.die();
    constexpr uid_t nobody = 65'534;
    const auto file = app.directory.path / "work.db";
    REQUIRE(::chown(file.c_str(), nobody, nobody) == 0);
    REQUIRE(::chmod(file.c_str(), 0666) == 0);
    const auto opened = Store::open(app.directory.path, app.directory.path, app.notices);
    REQUIRE(!opened.ok());
    CHECK(opened.error().message.ends_with("belongs to user 65534, not to user 0 who runs this"));
    REQUIRE(::chown(file.c_str(), 0, 0) == 0);
    CHECK(finds(app.directory.path, 1));
}

TEST_CASE("a death at any step of setting a file aside loses neither the file nor its log") { // jobs.md §10, files
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    app.die();
    const auto& directory = app.directory.path;
    const auto file = directory / "work.db";
    {
        auto newer = Database::open(file); // which leaves its log: without that the file is of this version
        REQUIRE(newer->run("PRAGMA user_version = 99; UPDATE requests SET worker = 'Newer'").ok());
    }
    const auto kept = TemporaryDirectory();
    for (const char* part : {"work.db", "work.db-wal"})
        std::filesystem::copy_file(directory / part, kept.path / part);
    const auto opens = [&] {
        std::vector<std::string> notices;
        static_cast<void>(Store::open(directory, directory, notices));
    };
    bool inTheMiddle = false;
    for (int nth = 1;; ++nth) {
        CAPTURE(nth);
        for (const auto& entry : std::filesystem::directory_iterator(directory))
            std::filesystem::remove_all(entry.path());
        for (const char* part : {"work.db", "work.db-wal"})
            std::filesystem::copy_file(kept.path / part, directory / part);
        const bool killed = [&] {
            std::optional<Database> open; // so that the one that sets it aside is not the last to close it
            const Other newer({[&] {
                auto opened = Database::open(file);
                if (opened.ok()) open = std::move(*opened);
                return open && open->integer("PRAGMA user_version").ok();
            }});
            REQUIRE(newer.does());
            return isKilledAfter(nth, opens);
        }();
        inTheMiddle = inTheMiddle || !std::filesystem::exists(file);
        auto store = Store::open(directory, directory, app.notices);
        REQUIRE_MESSAGE(store.ok(), (store.ok() ? "" : store.error().message));
        CHECK(store->read()->requests.empty());
        int aside = 0;
        for (const auto& entry : std::filesystem::directory_iterator(directory)) {
            const auto name = entry.path().filename().string();
            if (!name.starts_with("work.db.newer-") || name.ends_with("-wal") || name.ends_with("-shm")) continue;
            ++aside;
            CHECK(*Database::open(entry.path())->text("SELECT worker FROM requests") == "Newer");
        }
        CHECK(aside == 1);
        if (!killed) break;
    }
    CHECK(inTheMiddle);
}

} // namespace stint::work
