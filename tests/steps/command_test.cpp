// fleet.md §4.4: commands, by the real stint-exec.
#include "steps/stage.hpp"

#include <csignal>
#include <set>

#include <fcntl.h>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/unix/fd.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"

namespace stint::fleet {

namespace {

/// The lines, in their order as sets have it.
std::set<std::string> linesOf(const std::string& text) {
    std::set<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        lines.insert(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

/// A FIFO by which a command tells its processes' ids: whoever reads it waits for them.
struct Pipe {
    explicit Pipe(const Stage& stage) : path(stage.home.path / "fifo") { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }
    std::vector<pid_t> pids(int count) const {
        std::ifstream in(path);
        std::vector<pid_t> all;
        for (pid_t pid = 0; count > 0 && in >> pid; --count)
            all.push_back(pid);
        return all;
    }
    fs::path path;
};

bool alive(pid_t pid) { return processStat(pid).has_value(); }

} // namespace

TEST_CASE("a command has a clean environment, its campaign's folder, and nothing to read") { // fleet.md §4.4
    Stage stage;
    ::setenv("STINT_SOCKET_FD", "7", 1);
    ::setenv("LD_PRELOAD_OF_MINE", "x", 1);
    ::setenv("XDG_RUNTIME_DIR", "/run/user/of-mine", 1);
    const auto environment = stage.run(command({"/usr/bin/env"}));
    ::unsetenv("STINT_SOCKET_FD");
    ::unsetenv("LD_PRELOAD_OF_MINE");
    ::unsetenv("XDG_RUNTIME_DIR");
    CHECK(environment.code == 0);
    auto lines = linesOf(environment.words);
    CHECK(std::erase_if(lines, [](const std::string& line) {
              return line.starts_with("USER=") || line.starts_with("LOGNAME=");
          }) == 2);
    CHECK(lines == std::set<std::string>{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                         "HOME=" + homeDirectory().string(), "SHELL=/bin/sh", "LANG=C.UTF-8",
                                         "STINT_CAMPAIGN=" + night, "STINT_STEP=1",
                                         "XDG_RUNTIME_DIR=/run/user/of-mine"});
    CHECK(stage.run(script("pwd; umask; cat; tty")).words == stage.folder().string() + "\n0022\nnot a tty\n");
    CHECK((fs::status(stage.folder()).permissions() & fs::perms(077)) == fs::perms::none);
}

TEST_CASE("a command gets its arguments as they stand, and no descriptor of its agent's") { // fleet.md §4.4
    Stage stage;
    CHECK(stage.run(command({"/usr/bin/printf", "%s|", "a b", "", "$HOME", "*", "\xc3\xa4"})).words ==
          "a b||$HOME|*|\xc3\xa4|");
    const Fd open(::open("/dev/null", O_RDONLY)); // inherited by whoever is started without care
    const auto listed = stage.run(script("ls /proc/self/fd | tr '\\n' ' '"));
    CHECK(listed.words == "0 1 2 3 "); // the last one is ls's own
}

TEST_CASE("a command ends with its own code, or 128 and the signal that killed it") { // fleet.md §4.4
    Stage stage;
    const auto three = stage.run(script("echo out; echo err >&2; exit 3"));
    CHECK(three.code == 3);
    CHECK(three.words == "out\nerr\n");
    CHECK(!three.isForGood);
    CHECK(stage.run(script("kill -9 $$")).code == 128 + SIGKILL);
    CHECK(stage.run(script("kill -15 $$")).code == 128 + SIGTERM);
    const auto none = stage.run(command({"/usr/bin/no-such-program"}));
    CHECK(none.code == 127);
    CHECK(none.words == "stint: cannot start /usr/bin/no-such-program: No such file or directory\n");
    CHECK(stage.run(command({"/bin/true"}, StepKind::Verify)).code == 0);
    CHECK(stage.run(command({"/bin/false"}, StepKind::Verify)).code == 1);
}

TEST_CASE("of what a command prints the last 4 KiB are kept, and they steer no terminal") { // fleet.md §4.4
    Stage stage;
    const auto much = stage.run(script("i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; echo the end"));
    CHECK(much.words.size() <= keptOutput);
    CHECK(much.words.size() > keptOutput - 20);
    CHECK(much.words.ends_with("line 2999\nthe end\n"));
    const auto flood = stage.run(script("head -c 50000000 /dev/zero; echo; echo done"));
    CHECK(flood.code == 0);
    CHECK(flood.words.ends_with("\ndone\n"));
    CHECK(flood.words.size() <= keptOutput);
    CHECK(stage.run(script("printf 'a\\033[31mb\\377c'")).words == "a\xef\xbf\xbd[31mb\xef\xbf\xbd"
                                                                   "c");
    // A character is not cut in two.
    CHECK(lastLines("\xc3\xa4xyz", 4) == "xyz");
    CHECK(lastLines("\xc3\xa4xyz", 5) == "\xc3\xa4xyz");
    CHECK(lastLines(std::string(4, '\xff'), 8) == "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("a stop kills all that a command has started at once, whatever it did to get away") { // fleet.md §4.4, §6.4
    Stage stage;
    const Pipe pipe(stage);
    stage.begin(script(
        fmt::format(R"(trap '' TERM HUP; exec 3>{}; (setsid sh -c 'sh -c "echo \$\$ >&3; exec sleep 1000" &' &);)"
                    R"(setsid -f sh -c 'echo $$ >&3; exec sleep 1000'; echo $$ >&3; exec 3>&-; exec sleep 1000)",
                    pipe.path.string())));
    const auto pids = pipe.pids(3);
    REQUIRE(pids.size() == 3);
    stage.steps().stop(night);
    for (const pid_t pid : pids)
        CHECK(!alive(pid));
    CHECK(!stage.steps().isBusy(night));
    CHECK(!stage.hasEnded());
    CHECK(stage.run(script("echo next")).words == "next\n"); // and nothing of the one before comes
}

TEST_CASE("what a command leaves behind ends with it") { // fleet.md §4.4
    Stage stage;
    const Pipe pipe(stage);
    stage.begin(script(fmt::format("mkfifo sync; setsid -f sh -c 'echo $$ > {}; echo > sync; exec sleep 1000'; "
                                   "read line < sync; echo over",
                                   pipe.path.string())));
    const auto pids = pipe.pids(1);
    REQUIRE(pids.size() == 1);
    CHECK(stage.end().words == "over\n");
    CHECK(!alive(pids[0]));
}

TEST_CASE("a command that takes too long is asked to end, and is killed if it does not") { // fleet.md §4.4
    Stage stage;
    stage.ground.grace = 30s;
    const auto obeys =
        stage.run(script("trap 'echo saving; exit 0' TERM; echo begun; while :; do sleep 0.01; done"), 300ms);
    CHECK(obeys.code == stepTimedOut);
    CHECK(!obeys.isForGood);
    CHECK(obeys.words.starts_with("timed-out after 300ms\nbegun\n"));
    CHECK(obeys.words.ends_with("saving\n"));
    Stage other;
    other.ground.grace = 100ms;
    const auto refuses = other.run(script("trap '' TERM; echo begun; while :; do sleep 1000; done"), 300ms);
    CHECK(refuses.code == stepTimedOut);
    CHECK(refuses.words.starts_with("timed-out after 300ms\nbegun\n"));
    CHECK(commandGrace == 10s);
}

TEST_CASE("campaigns run beside each other, and whoever hears of an end may begin the next step") { // fleet.md §4.4
    Stage stage;
    const std::string other = "20261124-nvc38b7g";
    std::string told;
    Steps& steps = stage.steps();
    const auto tells = [&](const std::string& name) {
        return [&told, name](const Errand::StepEnded& how) { told += name + how.words; };
    };
    steps.begin({night, 1, script("echo $STINT_CAMPAIGN $STINT_STEP"), 0ms}, stage.owner,
                [&](const Errand::StepEnded& how) {
                    told += how.words;
                    steps.begin({night, 2, script("echo $STINT_STEP"), 0ms}, stage.owner, tells("then "));
                });
    steps.begin({other, 1, script("echo $STINT_CAMPAIGN"), 0ms}, stage.owner, tells("other "));
    stage.until([&] { return !steps.isBusy(night) && !steps.isBusy(other); });
    CHECK(told.find(night + " 1\n") != std::string::npos);
    CHECK(told.find("then 2\n") != std::string::npos);
    CHECK(told.find("other " + other + "\n") != std::string::npos);
}

TEST_CASE("a campaign's folder is its own: no link leads out of it, and it goes as a whole") { // fleet.md §4.4
    Stage stage;
    const fs::path outside = stage.home.path / "outside";
    fs::create_directory(outside);
    write(outside / "kept", "kept");
    CHECK(stage.run(script("mkdir -p a/b; echo x > a/b/c; ln -s " + outside.string() + " link")).code == 0);
    REQUIRE(stage.steps().clear(night).ok());
    CHECK(!fs::exists(stage.folder()));
    CHECK(contentOf(outside / "kept") == "kept");
    CHECK(stage.steps().clear(night).ok()); // it is gone already

    fs::create_directory_symlink(outside, stage.folder());
    const auto refused = stage.run(script("echo x > kept"));
    CHECK(refused.code != 0);
    CHECK(refused.words.find("is no directory of yours") != std::string::npos);
    CHECK(contentOf(outside / "kept") == "kept");

    stage.begin(script("echo x"), 0ms, "../../outside");
    CHECK(stage.end().words == "this is no campaign's id");
    CHECK(!stage.steps().clear("../../outside").ok());
    CHECK(contentOf(outside / "kept") == "kept");
}

} // namespace stint::fleet
