// The files that `stint run` leaves for the shell app (architecture.md, running a job).
#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include <sys/stat.h>

#include "base/unix/process.hpp"
#include "programs/spool/spool.hpp"
#include "spool/directory.hpp"

using namespace stint;
namespace fs = std::filesystem;

namespace {

Order anOrder() {
    return {.arguments = {"sh", "-c", "echo \"two\nlines\"", ""},
            .directory = "/home/a b",
            .umask = 027,
            .environment = {"PATH=/opt/bin:/bin", "SECRET=a\nb", "EMPTY="}};
}

using Words = std::vector<std::string>;

/// The words in an order's form, with a NUL between two.
std::string joined(const Words& words) {
    std::string text;
    for (const std::string& word : words)
        text += word + '\0';
    text.pop_back();
    return text;
}

unsigned modeOf(const fs::path& file) {
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status.st_mode & 0777;
}

} // namespace

TEST_CASE("an order is read as it was written, whatever its words hold") {
    const Directory root;
    const Spool spool = Spool::create(root.path / "commands", anOrder()).value();
    CHECK(Spool(spool.directory()).order().value() == anOrder());
    Order bare{.arguments = {"x"}, .directory = "/", .umask = 0, .environment = {}};
    CHECK(Spool::create(root.path / "commands", bare)->order().value() == bare);
    CHECK(bare.path() == "/usr/local/bin:/usr/bin:/bin");
    CHECK(anOrder().path() == "/opt/bin:/bin");
}

TEST_CASE("an order is its caller's alone to read") {
    const Directory root;
    const Spool spool = Spool::create(root.path / "commands", anOrder()).value();
    CHECK(modeOf(root.path / "commands") == 0700);
    CHECK(modeOf(spool.directory()) == 0700);
    CHECK(modeOf(spool.directory() / "order") == 0600);
}

TEST_CASE("what a command is to read is kept beside its order, and goes with it") {
    const Directory root;
    std::vector<std::string> pieces{"", "two\n", "one\n"};
    const auto input = [&]() -> Result<std::string> {
        std::string piece = std::move(pieces.back());
        pieces.pop_back();
        return piece;
    };
    const fs::path directory = Spool::create(root.path, anOrder(), input)->directory();
    Order order = anOrder();
    order.hasInput = true;
    CHECK(Spool(directory).order().value() == order);
    const fs::path kept = Spool(directory).input(order);
    CHECK(modeOf(kept) == 0600);
    std::ifstream file(kept);
    CHECK(std::string(std::istreambuf_iterator(file), {}) == "one\ntwo\n");
    sweep(unheldSpools(root.path), {});
    CHECK(fs::exists(directory));
    CHECK(!fs::exists(kept));
}

TEST_CASE("of input that has nothing, or cannot be had, nothing is kept") {
    const Directory root;
    const Spool spool = Spool::create(root.path / "one", anOrder(), [] { return Result<std::string>(""); }).value();
    CHECK(spool.order().value() == anOrder());
    CHECK(spool.input(anOrder()) == "/dev/null");
    const auto broken = [] { return Result<std::string>(Error{Errc::SYSTEM, "no more of it"}); };
    CHECK(Spool::create(root.path / "two", anOrder(), broken).error().message == "no more of it");
    CHECK(fs::is_empty(root.path / "two"));
}

TEST_CASE("what is no order is refused, and so is none") {
    const Directory root;
    const Spool spool(root.path);
    CHECK(!spool.order().ok());
    const Words bad[] = {{""},
                         {"stint command 1"},
                         {"stint command 2", "/", "22", "1", "x"},
                         {"stint command 1", "/", "22", "0"},
                         {"stint command 1", "/", "999", "1", "x"},
                         {"stint command 1", "/", "22", "7", "x"}};
    for (const Words& words : bad) {
        std::string text = joined(words);
        std::ofstream(root.path / "order") << text;
        CHECK_MESSAGE(!spool.order().ok(), text);
    }
}

TEST_CASE("a tally is kept whole, and is nothing where there is none") {
    const Directory root;
    const Spool spool(root.path);
    CHECK(spool.tally() == Tally{});
    Tally tally{.runs = 4, .failures = 3, .timeouts = 1, .running = true};
    REQUIRE(spool.keep(tally).ok());
    CHECK(spool.tally() == tally);
    REQUIRE(spool.keep({}).ok());
    CHECK(spool.tally() == Tally{});
}

TEST_CASE("the newest job of an id is the one that is found") {
    const Directory root;
    const Spool one = Spool::create(root.path, anOrder()).value();
    const Spool two = Spool::create(root.path, anOrder()).value();
    CHECK(spoolOfJob(root.path, JobId{7}).empty());
    REQUIRE(noteJob(one, JobId{7}).ok());
    REQUIRE(noteJob(two, JobId{7}).ok());
    REQUIRE(noteJob(two, JobId{7}).ok());
    CHECK(spoolOfJob(root.path, JobId{7}) == two.directory());
    fs::remove_all(two.directory());
    CHECK(spoolOfJob(root.path, JobId{7}).empty());
}

TEST_CASE("a sweep takes all but the output of what has ended, and no more of it than is kept") {
    struct Row {
        EndedSpools kept;
        std::size_t left;
    };
    for (const Row& row : {Row{{.most = 3}, 3}, Row{{.bytes = 2500}, 2}, Row{{}, 5}}) {
        const Directory root;
        std::vector<fs::path> ended;
        for (int i = 0; i < 5; ++i) {
            const Spool spool = Spool::create(root.path, anOrder()).value();
            REQUIRE(spool.prepare().ok());
            std::ofstream(spool.state() / "mine") << "state";
            std::ofstream(spool.directory() / "output") << std::string(1000, 'x');
            ended.push_back(spool.directory());
            fs::last_write_time(ended.back(), fs::file_time_type{} + std::chrono::seconds(i));
        }
        const fs::path tracked = Spool::create(root.path, anOrder())->directory();
        const Spool held = Spool::create(root.path, anOrder()).value();
        sweep(unheldSpools(root.path), {tracked.string()}, row.kept);
        CHECK(fs::exists(tracked / "order"));
        CHECK(fs::exists(held.directory() / "order"));
        for (std::size_t i = 0; i < ended.size(); ++i) {
            CHECK(fs::exists(ended[i]) == (i >= ended.size() - row.left));
            CHECK(!fs::exists(ended[i] / "order"));
            CHECK(!fs::exists(ended[i] / "state"));
        }
    }
}

TEST_CASE("a sweep leaves what is being made, whenever it comes") { // architecture.md, running a job
    const Directory root;
    const Spool held = Spool::create(root.path, anOrder()).value();
    sweep({held.directory()}, {}); // found in the moment before it was held
    CHECK(fs::exists(held.directory() / "order"));

    std::atomic<bool> over = false;
    std::jthread sweeper([&] {
        while (!over)
            sweep(unheldSpools(root.path), {held.directory().string()}, {.most = 0});
    });
    for (int made = 0; made < 300; ++made) {
        const auto spool = Spool::create(root.path, anOrder());
        REQUIRE_MESSAGE(spool.ok(), spool.error().message);
        CHECK(spool->order().ok());
    }
    over = true;
}

TEST_CASE("a job's note goes with its spool, and no other does") {
    const Directory root;
    for (int id = 1; id <= 3; ++id) {
        const Spool spool = Spool::create(root.path, anOrder()).value();
        REQUIRE(noteJob(spool, JobId{id}).ok());
        fs::last_write_time(spool.directory(), fs::file_time_type{} + std::chrono::seconds(id));
    }
    sweep(unheldSpools(root.path), {}, {.most = 1});
    std::vector<std::string> notes;
    for (const auto& entry : fs::directory_iterator(root.path))
        if (entry.is_symlink()) notes.push_back(entry.path().filename());
    CHECK(notes == std::vector<std::string>{"job.3"});
    CHECK(!spoolOfJob(root.path, JobId{3}).empty());
}

TEST_CASE("what a maker left when it died goes whole") {
    const Directory root;
    fs::create_directory(root.path / "new.abcdef");
    std::ofstream(root.path / "new.abcdef" / "order") << "half";
    sweep(unheldSpools(root.path), {});
    CHECK(!fs::exists(root.path / "new.abcdef"));
}

TEST_CASE("a run is told its job, what came before, its time, and where its state lies, each once") {
    const Directory root;
    const Spool spool = Spool::create(root.path, anOrder()).value();
    const CommandRun facts{.job = 7,
                           .runsBefore = 2,
                           .deadline = WallTime(Duration(90'500)),
                           .spool = Spool(spool.directory()),
                           .after = {{"3", "first", "0", "done", ""}, {"a/4", "", "2", "exit code 2", "/a"}}};
    const std::string place = spool.directory().string();
    CHECK(withRunVariables({"STINT_JOB=another's", "HOME=/h"}, facts) ==
          Words{"HOME=/h", "STINT_JOB=7", "STINT_RUNS_BEFORE=2", "STINT_DEADLINE=90",
                "STINT_STATE_DIRECTORY=" + place + "/state", "STINT_STOP_REASON=" + place + "/stop-reason",
                "STINT_AFTER_JOB=3\na/4", "STINT_AFTER_NAME=first\n", "STINT_AFTER_EXIT_CODE=0\n2",
                "STINT_AFTER_REASON=done\nexit code 2", "STINT_AFTER_OUTPUT=\n/a"});
}

TEST_CASE("a run finds the state of the last, and no stale reason") {
    const Directory root;
    const Spool spool = Spool::create(root.path, anOrder()).value();
    REQUIRE(spool.prepare().ok());
    std::ofstream(spool.state() / "mine") << "state";
    REQUIRE(spool.noteStop("TIMEOUT").ok());
    CHECK(readFile(spool.stopReason()) == "TIMEOUT\n");
    REQUIRE(spool.prepare().ok());
    CHECK(fs::exists(spool.state() / "mine"));
    CHECK(!fs::exists(spool.stopReason()));
}
