// What jobs watch changes on a real file system, and the one loop tells of it (jobs.md §3.2, §12.10).
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "device/content_watch.hpp"

using namespace stint;
namespace fs = std::filesystem;

namespace {

using Paths = std::set<std::string>;
using Target = JobInfo::TriggerContentUri;
constexpr auto beneath = Target::FLAG_NOTIFY_FOR_DESCENDANTS;

class Place {
public:
    Place() {
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
    void target(const std::string& name, std::int32_t flags = 0) { watch.watch({{at(name), flags}}); }
    /// What was told since the last time, without the place's own name. inotify tells before a write returns.
    Paths told() {
        while (sd_event_run(loop_, 0) > 0) {
        }
        Paths relative;
        for (const std::string& path : std::exchange(told_, {}))
            relative.insert(path.substr(root.string().size()));
        return relative;
    }

    fs::path root;
    std::vector<Error> troubles;

private:
    sd_event* loop_ = nullptr;
    Paths told_;

public:
    ContentWatch watch{[this](const std::string& path) { told_.insert(path); },
                       [this](const Error& error) { troubles.push_back(error); }};
};

} // namespace

TEST_CASE("a file changes when it comes, is written, is replaced and goes; its neighbours do not") {
    Place place;
    place.target("list");
    CHECK(place.told() == Paths{});
    place.write("other");
    CHECK(place.told() == Paths{});
    place.write("list");
    CHECK(place.told() == Paths{"/list"});
    place.write("list");
    CHECK(place.told() == Paths{"/list"});
    fs::rename(place.root / "other", place.root / "list");
    CHECK(place.told() == Paths{"/list"});
    place.write("list");
    CHECK(place.told() == Paths{"/list"}); // the new one is watched, too
    fs::remove(place.root / "list");
    CHECK(place.told() == Paths{"/list"});
}

TEST_CASE("a directory changes when an entry comes or goes, not when one is written") {
    Place place;
    fs::create_directory(place.root / "in");
    place.write("in/old");
    place.target("in");
    place.write("in/old");
    CHECK(place.told() == Paths{});
    place.write("in/new");
    CHECK(place.told() == Paths{"/in"});
    fs::remove(place.root / "in/old");
    CHECK(place.told() == Paths{"/in"});
    fs::remove_all(place.root / "in");
    CHECK(place.told() == Paths{"/in"});
}

TEST_CASE("with the flag everything beneath counts, also in directories made later") { // FLAG_NOTIFY_FOR_DESCENDANTS
    Place place;
    fs::create_directories(place.root / "in/deep");
    place.target("in", beneath);
    CHECK(place.told() == Paths{});
    place.write("in/deep/file");
    CHECK(place.told() == Paths{"/in/deep/file"});
    fs::create_directories(place.root / "in/late/later");
    place.write("in/late/later/early"); // before anyone could watch there
    CHECK(place.told() == Paths{"/in/late", "/in/late/later", "/in/late/later/early"});
    place.write("in/late/later/file");
    CHECK(place.told() == Paths{"/in/late/later/file"});
    place.write("outside");
    CHECK(place.told() == Paths{});
}

TEST_CASE("what is not there yet is found when it comes, with the directories that lead to it") {
    Place place;
    place.target("a/b/list");
    fs::create_directory(place.root / "a");
    CHECK(place.told() == Paths{});
    fs::create_directory(place.root / "a/b");
    CHECK(place.told() == Paths{});
    place.write("a/b/list");
    CHECK(place.told() == Paths{"/a/b/list"});
    fs::remove_all(place.root / "a");
    CHECK(place.told() == Paths{"/a/b/list"});
    // All at once, before anyone could look.
    fs::create_directories(place.root / "a/b");
    place.write("a/b/list");
    CHECK(place.told() == Paths{"/a/b/list"});
}

TEST_CASE("a directory that comes back is watched again, with all beneath it") {
    Place place;
    fs::create_directories(place.root / "in/deep");
    place.target("in", beneath);
    fs::remove_all(place.root / "in");
    CHECK(place.told().contains("/in"));
    fs::create_directories(place.root / "in/deep");
    place.write("in/deep/early");
    CHECK(place.told() == Paths{"/in", "/in/deep", "/in/deep/early"});
    place.write("in/deep/file");
    CHECK(place.told() == Paths{"/in/deep/file"});
}

TEST_CASE("what is no longer watched is not told, and nothing is open before something is") {
    Place place;
    place.watch.watch({});
    place.target("list");
    place.write("list");
    CHECK(place.told() == Paths{"/list"});
    place.target("other");
    place.write("list");
    CHECK(place.told() == Paths{});
    place.watch.watch({{"relative", 0}, {"content://media/1", 0}});
    place.write("other");
    CHECK(place.told() == Paths{});
    CHECK(place.troubles.empty());
}

TEST_CASE("two jobs watch one directory, each in its way") {
    Place place;
    fs::create_directories(place.root / "in/deep");
    place.watch.watch({{place.at("in"), 0}, {place.at("in/"), beneath}, {place.at("in/deep/list"), 0}});
    place.write("in/deep/list");
    CHECK(place.told() == Paths{"/in/deep/list"});
    place.write("in/new");
    CHECK(place.told() == Paths{"/in", "/in/new"});
}
