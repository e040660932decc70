// Changes that an app's jobs watch on a real file system (jobs.md §3.2, §12.10).
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "stintd/device/watch/tree_watch.hpp"

using namespace stint;
namespace fs = std::filesystem;

namespace {

using Paths = TreeWatch::Changed;
constexpr Ways alone{.alone = true};
constexpr Ways beneath{.beneath = true};
constexpr std::size_t plenty = 1000;

class Place {
public:
    Place() {
        char made[] = "/tmp/stint-watch-XXXXXX";
        REQUIRE(::mkdtemp(made));
        root = made;
        REQUIRE(watch.open().ok());
    }
    ~Place() { fs::remove_all(root); }

    std::string at(const std::string& name) const { return (root / name).string(); }
    void write(const std::string& name) const { std::ofstream(root / name) << "news"; }
    void target(const std::string& name, Ways ways = alone, std::size_t limit = plenty) {
        watch.watch({{at(name), ways}}, limit);
    }
    /// The changes since the last call, without the place's own name. inotify reports before a write returns.
    Paths told() {
        Paths relative;
        for (Paths changed = watch.read(); !changed.empty(); changed = watch.read())
            for (const std::string& path : changed)
                relative.insert(path.substr(root.string().size()));
        return relative;
    }

    fs::path root;
    TreeWatch watch;
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

TEST_CASE("what is no longer watched is not told") {
    Place place;
    place.target("list");
    place.write("list");
    CHECK(place.told() == Paths{"/list"});
    place.target("other");
    place.write("list");
    CHECK(place.told() == Paths{});
    place.watch.watch({}, plenty);
    place.write("other");
    CHECK(place.told() == Paths{});
    CHECK(place.watch.shortage().empty());
}

TEST_CASE("what stays watched when the targets change is told without a gap") {
    Place place;
    fs::create_directories(place.root / "in/deep");
    place.target("in", beneath);
    place.write("in/deep/file");
    place.watch.watch({{place.at("in"), beneath}, {place.at("list"), alone}}, plenty);
    place.write("in/deep/more");
    place.write("list");
    CHECK(place.told() == Paths{"/in/deep/file", "/in/deep/more", "/list"});
}

TEST_CASE("two ways to watch one directory") {
    Place place;
    fs::create_directories(place.root / "in/deep");
    place.watch.watch({{place.at("in"), {.alone = true, .beneath = true}}, {place.at("in/deep/list"), alone}}, plenty);
    place.write("in/deep/list");
    CHECK(place.told() == Paths{"/in/deep/list"});
    place.write("in/new");
    CHECK(place.told() == Paths{"/in", "/in/new"});
}

TEST_CASE("a directory that is moved is told by its new name alone, one that leaves is told no more") {
    Place place;
    fs::create_directories(place.root / "in/old/deep");
    fs::create_directory(place.root / "out");
    place.target("in", beneath);
    fs::rename(place.root / "in/old", place.root / "in/new");
    place.told();
    place.write("in/new/deep/file");
    CHECK(place.told() == Paths{"/in/new/deep/file"});
    fs::rename(place.root / "in/new", place.root / "out/new");
    place.told();
    place.write("out/new/deep/file");
    CHECK(place.told() == Paths{});
}

TEST_CASE("beyond the limit nothing is watched, and it says so until there is room") {
    Place place;
    for (int nth = 0; nth < 20; ++nth)
        fs::create_directories(place.root / "in" / std::to_string(nth));
    place.target("in", beneath, 10);
    CHECK(place.watch.shortage().find("10 directories") != std::string::npos);
    place.write("in/new"); // the tree's own root is among them
    CHECK(place.told() == Paths{"/in/new"});
    place.target("in", beneath, 100);
    CHECK(place.watch.shortage().empty());
    for (int nth = 0; nth < 20; ++nth)
        place.write("in/" + std::to_string(nth) + "/file");
    CHECK(place.told().size() == 20);
}

TEST_CASE("of a tree that comes as a whole a thousand paths are told") {
    Place place;
    place.target("in", beneath);
    fs::create_directories(place.root / "other/deep");
    for (int nth = 0; nth < 1500; ++nth)
        place.write("other/deep/" + std::to_string(nth));
    fs::rename(place.root / "other", place.root / "in");
    CHECK(place.told().size() <= 1001);
}
