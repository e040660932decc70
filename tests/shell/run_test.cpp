// A command and all that it starts, by the real stint-exec.
#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <sstream>

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time/time.hpp"
#include "base/unix/process.hpp"
#include "programs/shell/run.hpp"
#include "spool/directory.hpp"

using namespace stint;
using namespace stint::shell;
namespace fs = std::filesystem;

namespace {

/// A script that runs in a place of its own; what it says is read as it comes.
struct Place {
    Directory place;
    LogReader reader = LogReader::open(place.path).value();
    std::string output;
    fs::path input = "/dev/null";

    Run begin(const std::string& script, Bytes kept = logKept, Share share = Share::Part) const {
        const Order order{.arguments = {"sh", "-c", script},
                          .directory = place.path.string(),
                          .umask = 077,
                          .environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "MARK=here"}};
        const fs::path helper = fs::read_symlink("/proc/self/exe").parent_path() / "stint-exec";
        LogWriter log = LogWriter::open(place.path, kept).value();
        return std::move(Run::begin(order, input, share, std::move(log), helper, {.procs = {}, .niceness = 7})).value();
    }
    /// Turns until that is so; a test that waits for 30 s has failed.
    void until(Run& run, const std::function<bool()>& so) {
        for (int idle = 0; !so();) {
            pollfd watched[] = {{run.output(), POLLIN, 0}, {run.end(), POLLIN, 0}};
            auto timeout = run.timeout(Run::Clock::now());
            idle = ::poll(watched, 2, timeout ? static_cast<int>(timeout->count()) : 30'000) == 0 ? idle + 1 : 0;
            REQUIRE_MESSAGE(idle < 2, output);
            run.turn(Run::Clock::now());
            while (auto piece = reader.next().value())
                output += piece->text;
        }
    }
    int endOf(Run& run) {
        until(run, [&] { return run.status().has_value(); });
        return *run.status();
    }
};

bool alive(pid_t pid) { return processStat(pid).has_value(); }

pid_t pidIn(const std::string& text) { return static_cast<pid_t>(std::stol(text)); }

} // namespace

TEST_CASE("a command has its caller's directory, umask and environment, and nothing to read") {
    Place place;
    Run run = place.begin("pwd; umask; echo $MARK; cat; echo err >&2; tty; exit 3");
    CHECK(place.endOf(run) == 3 << 8);
    CHECK(place.output == place.place.path.string() + "\n0077\nhere\nerr\nnot a tty\n");
}

TEST_CASE("a command reads what was kept for it, from its beginning in each run") {
    Place place;
    place.input = place.place.path / "input";
    std::ofstream(place.input) << "3\n1\n2\n";
    for (const std::string all : {"1\n2\n3\n", "1\n2\n3\n1\n2\n3\n"}) {
        Run run = place.begin("sort");
        CHECK(place.endOf(run) == 0);
        CHECK(place.output == all);
    }
}

TEST_CASE("only a command steps back, and what looks after it does not") {
    for (const Share share : {Share::Leftover, Share::Part}) {
        Place place;
        Run run = place.begin("for p in $$ $PPID; do echo $(cut -d' ' -f19 /proc/$p/stat) $(ionice -p $p); done",
                              logKept, share);
        CHECK(place.endOf(run) == 0);
        const int own = ::getpriority(PRIO_PROCESS, 0);
        CHECK(place.output.starts_with(std::to_string(own + 7) + " idle\n") == (share == Share::Leftover));
        const std::string after = place.output.substr(place.output.find('\n') + 1);
        CHECK(after.starts_with(std::to_string(own) + ' '));
        CHECK(after.find("idle") == std::string::npos);
    }
}

TEST_CASE("what a command leaves behind is dead when its end is told, wherever it has gone to") {
    Place place;
    Run run = place.begin("sleep 1000 & echo $! > one; setsid sh -c 'sleep 1000 & echo $! > two; wait' & "
                          "while [ ! -s two ]; do :; done; cat one two");
    CHECK(place.endOf(run) == 0);
    std::istringstream pids(place.output);
    pid_t one = 0, two = 0;
    REQUIRE((pids >> one >> two));
    CHECK(!alive(one));
    CHECK(!alive(two));
}

TEST_CASE("a stop asks every process, and one that cleans up has its grace") {
    Place place;
    Run run =
        place.begin("setsid sh -c 'trap \"echo child; exit\" TERM; echo ready; while :; do sleep 1000 & wait; done' & "
                    "trap 'wait; echo parent; exit 4' TERM; wait; wait");
    place.until(run, [&] { return place.output.find("ready") != std::string::npos; });
    run.stop(Run::Clock::now(), 1h);
    CHECK(place.endOf(run) == 4 << 8);
    CHECK(place.output == "ready\nchild\nparent\n");
}

TEST_CASE("what ignores SIGTERM is killed when the grace is over, and not before") {
    Place place;
    Run run = place.begin("trap 'echo no' TERM; (trap '' TERM; echo $$; while :; do sleep 1000; done)& "
                          "while :; do wait; done");
    place.until(run, [&] { return place.output.ends_with("\n"); });
    auto asked = Run::Clock::now();
    run.stop(asked, 300ms);
    run.stop(asked, 1h); // a second one changes nothing
    const int status = place.endOf(run);
    CHECK(WIFSIGNALED(status));
    CHECK(Run::Clock::now() - asked >= 300ms);
    CHECK(!alive(pidIn(place.output)));
}

TEST_CASE("a stopped process hears SIGTERM too") {
    Place place;
    Run run =
        place.begin("trap 'echo heard; exit 0' TERM; echo ready; kill -STOP $$; while :; do sleep 1000 & wait; done");
    place.until(run, [&] { return place.output == "ready\n"; });
    run.stop(Run::Clock::now(), 1h);
    CHECK(place.endOf(run) == 0);
    CHECK(place.output == "ready\nheard\n");
}

TEST_CASE("output without end blocks nothing, and is bounded") {
    Place place;
    Run run = place.begin("yes", 1_MiB);
    fs::path third = place.place.path / "output.2097152";
    place.until(run, [&] { return fs::exists(third); });
    run.stop(Run::Clock::now(), 1h);
    CHECK(place.endOf(run) == SIGTERM);
    Bytes kept = 0;
    for (const auto& entry : fs::directory_iterator(place.place.path))
        kept += static_cast<Bytes>(entry.file_size());
    CHECK(kept <= 2_MiB);
}

TEST_CASE("a process that dies takes its command with it") {
    Place place;
    pid_t command = 0;
    {
        Run run = place.begin("echo $$; while :; do sleep 1000; done");
        place.until(run, [&] { return place.output.ends_with("\n"); });
        command = pidIn(place.output);
        CHECK(alive(command));
    }
    CHECK(!alive(command));
}

TEST_CASE("a remark begins on a line of its own") {
    const Directory place;
    LogWriter log = LogWriter::open(place.path).value();
    remark(log, "first");
    REQUIRE(log.write("no end").ok());
    remark(log, "second");
    LogReader reader = LogReader::open(place.path).value();
    CHECK(reader.next().value()->text == "stint: first\nno end\nstint: second\n");
}
