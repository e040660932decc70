// The file's names, in the hands of several processes: a file that is set aside, or taken away, by one while another
// opens it, writes it or closes it; and a death in the middle (jobs.md §10, files).
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app.hpp"
#include "base/unix/fd.hpp"

namespace stint::work {

namespace {

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

} // namespace

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

} // namespace stint::work
