// The files that jobs watch, through the real stint-watch, one for each app (jobs.md §3.2, §12.10). Waits for its
// words, not for time.
#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "stintd/device/content_watch.hpp"

using namespace stint;
namespace fs = std::filesystem;

namespace {

using Target = JobInfo::TriggerContentUri;
constexpr auto beneath = Target::FLAG_NOTIFY_FOR_DESCENDANTS;
constexpr std::size_t plenty = 1000;
const AppId mail{"com.example.mail"}, photos{"com.example.photos"};
const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / "stint-watch";

class Place {
public:
    explicit Place(fs::path its = program)
        : watch(
              std::move(its), [this](const std::string& path) { changed.insert(path); },
              [this](const AppId& app, std::string why) { shortage[app] = std::move(why); },
              [this](const AppId& app) { looked.insert(app); }) {
        while (::waitpid(-1, nullptr, 0) > 0) {
        } // the former place's have been killed
        char made[] = "/tmp/stint-watch-XXXXXX";
        REQUIRE(::mkdtemp(made));
        root = made;
        REQUIRE(sd_event_new(&loop_) >= 0);
        watch.start(loop_);
    }
    ~Place() {
        fs::remove_all(root);
        sd_event_unref(loop_);
    }

    std::string at(const std::string& name) const { return (root / name).string(); }
    void write(const std::string& name) const { std::ofstream(root / name) << "news"; }
    template <class Condition> void until(Condition condition) {
        constexpr std::uint64_t aMinute = 60'000'000;
        while (!condition())
            REQUIRE(sd_event_run(loop_, aMinute) > 0);
    }
    /// Until all of the app's list is looked through, without anything missing.
    void settle(const AppId& app) {
        until([&] { return !watch.looking(app); });
        CHECK(looked.contains(app));
        CHECK(shortage[app] == "");
    }

    fs::path root;
    std::set<std::string> changed;
    std::map<AppId, std::string> shortage;
    std::set<AppId> looked;

private:
    sd_event* loop_ = nullptr;

public:
    ContentWatch watch;
};

/// The processes of stint-watch below this one.
std::vector<pid_t> watchers() {
    std::vector<pid_t> found;
    std::ifstream children("/proc/self/task/" + std::to_string(::getpid()) + "/children");
    for (pid_t pid = 0; children >> pid;) {
        std::error_code gone;
        if (fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", gone) == program) found.push_back(pid);
    }
    return found;
}

} // namespace

TEST_CASE("a change is told, of what is watched alone; what is no path never changes") {
    Place place;
    place.watch.watch({{mail, {place.at("list"), 0}}, {mail, {"content://media/1", 0}}, {mail, {"relative", 0}}},
                      plenty);
    CHECK_FALSE(place.shortage[mail].empty()); // not looked through yet
    place.settle(mail);
    place.write("other");
    place.write("list");
    place.until([&] { return !place.changed.empty(); });
    CHECK(place.changed == std::set{place.at("list")});
}

TEST_CASE("nothing is started before something is to be watched, and it ends with that") {
    Place place;
    place.watch.watch({{mail, {"content://media/1", 0}}}, plenty);
    CHECK(watchers().empty());
    place.watch.watch({{mail, {place.at("list"), 0}}, {photos, {place.at("in/"), beneath}}}, plenty);
    place.settle(mail);
    place.settle(photos);
    CHECK(watchers().size() == 2);
    place.watch.watch({{photos, {place.at("in"), beneath}}}, plenty);
    place.until([] { return watchers().size() == 1; });
}

TEST_CASE("one that hangs holds up neither the daemon nor another app, and is told of") {
    Place place;
    const auto both = [&](const std::string& name) {
        return std::vector<WatchedContent>{{mail, {place.at(name), 0}}, {photos, {place.at("photos"), 0}}};
    };
    place.watch.watch({{mail, {place.at("list"), 0}}}, plenty);
    place.settle(mail);
    REQUIRE(watchers().size() == 1);
    const pid_t hanging = watchers().front();
    ::kill(hanging, SIGSTOP); // as one in a file system that does not answer
    place.watch.watch(both("other"), plenty);
    place.settle(photos);
    place.write("photos");
    place.until([&] { return place.changed.contains(place.at("photos")); });
    CHECK(place.shortage[mail].find("looked through") != std::string::npos);
    ::kill(hanging, SIGCONT);
    place.settle(mail);
    place.write("other");
    place.until([&] { return place.changed.contains(place.at("other")); });
}

TEST_CASE("one that is killed is started again, and all that it watched counts as changed") {
    Place place;
    place.watch.watch({{mail, {place.at("list"), 0}}}, plenty);
    place.settle(mail);
    ::kill(watchers().at(0), SIGKILL);
    place.until([&] { return place.changed.contains(place.at("list")); });
    place.changed.clear();
    place.settle(mail);
    place.write("list");
    place.until([&] { return place.changed.contains(place.at("list")); });
}

TEST_CASE("an app that watches more than it may is told, another is not") {
    Place place;
    for (int nth = 0; nth < 20; ++nth)
        fs::create_directories(place.root / "in" / std::to_string(nth));
    place.watch.watch({{mail, {place.at("in"), beneath}}, {photos, {place.at("list"), 0}}}, 10);
    place.until([&] { return place.shortage[mail].find("10 directories") != std::string::npos; });
    place.settle(photos);
}

TEST_CASE("a program that is missing is told of, and nothing else happens") {
    Place place("/no/such/stint-watch");
    place.watch.watch({{mail, {place.at("list"), 0}}}, plenty);
    CHECK(place.shortage[mail] == "cannot start /no/such/stint-watch: No such file or directory");
    CHECK_FALSE(place.watch.looking(mail));
}
