// fleet.md §4.4: files, from a real nginx.
#include "steps/stage.hpp"

#include <sys/mount.h>

#include "transfer/nginx.hpp"

namespace stint::fleet {

namespace {

using transfer::Nginx;

/// A server, its files and a device.
struct World {
    explicit World(const std::string& serverLines = {}) : nginx(files.path, serverLines) {}

    std::string serve(const std::string& name, const std::string& content) const {
        write(files.path / name, content);
        return nginx.url(name);
    }

    Directory files;
    Nginx nginx;
    Stage stage;
};

std::string firmware(std::size_t size = 3'000'000) {
    std::string bytes(size, '\0');
    std::uint32_t state = 1;
    for (char& byte : bytes)
        byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return bytes;
}

/// Every name in the folder.
std::vector<std::string> namesIn(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& each : fs::directory_iterator(folder))
        names.push_back(each.path().filename());
    return names;
}

const std::vector<std::string> theFile{"fw.img"};

} // namespace

TEST_CASE("a file has its name once it is whole and right, and is not fetched again") { // fleet.md §4.4
    if (!Nginx::installed()) return;
    World world;
    const std::string bytes = firmware();
    const Step step = file(world.serve("fw", bytes), bytes);
    const auto got = world.stage.run(step);
    CHECK_MESSAGE(got.code == 0, got.words);
    CHECK(contentOf(world.stage.folder() / "fw.img") == bytes);
    CHECK(namesIn(world.stage.folder()) == theFile);

    CHECK(world.stage.run(step).words == "fw.img is there already (2.9 MiB)");
    write(world.stage.folder() / "fw.img", std::string(bytes.size(), 'x')); // a command has changed it
    CHECK(world.stage.run(step).code == 0);
    CHECK(contentOf(world.stage.folder() / "fw.img") == bytes);
    world.nginx.quit();
    CHECK(world.nginx.served().size() == 2);
}

TEST_CASE("a file with another hash or size has failed for good, and leaves nothing") { // fleet.md §4.2, §4.4
    if (!Nginx::installed()) return;
    World world;
    const std::string bytes = firmware();
    const std::string url = world.serve("fw", bytes);
    Step wrong = file(url, bytes + "x");
    wrong.source.size = std::ssize(bytes);
    const auto hash = world.stage.run(wrong);
    CHECK(hash.code != 0);
    CHECK(hash.isForGood);
    CHECK(hash.words.find("checksum is wrong") != std::string::npos);
    CHECK(namesIn(world.stage.folder()).empty());

    Step larger = file(url, bytes); // than was signed
    larger.source.size = std::ssize(bytes) - 1;
    const auto more = world.stage.run(larger);
    CHECK(more.code != 0);
    CHECK(more.isForGood);
    CHECK(namesIn(world.stage.folder()).empty());

    Step smaller = file(url, bytes);
    smaller.source.size = std::ssize(bytes) + 1;
    const auto less = world.stage.run(smaller);
    CHECK(less.isForGood);
    CHECK(less.words == "fw.img has 3000000 bytes, and 3000001 were signed");
    CHECK(namesIn(world.stage.folder()).empty());
}

TEST_CASE("never more bytes than were signed are received, though the server does not say how many come") {
    // fleet.md §4.4
    if (!Nginx::installed()) return;
    World world("limit_rate 1m;"
                "location /endless { ssi on; ssi_types *; }"); // SSI: no length
    const std::string bytes = firmware();
    Step step = file(world.serve("endless", bytes), bytes);
    step.source.size = 100'000;
    const auto ended = world.stage.run(step);
    CHECK(ended.isForGood);
    CHECK(ended.words.find("larger than the 97.7 KiB that are allowed") != std::string::npos);
    CHECK(namesIn(world.stage.folder()).empty());
    world.nginx.quit();
    REQUIRE(world.nginx.served().size() == 1);
    CHECK(world.nginx.served()[0].bytes < std::ssize(bytes)); // it was cut off
}

TEST_CASE("a 4xx is for good, and a 5xx or no network is not") { // fleet.md §4.2, §4.4
    if (!Nginx::installed()) return;
    World world("location /403 { return 403; } location /410 { return 410; } location /429 { return 429; }"
                "location /500 { return 500; } location /503 { return 503; }");
    //                  answer, is for good
    const std::vector<std::pair<std::string, bool>> rows{{"404", true},  {"403", true},  {"410", true},
                                                         {"429", false}, {"500", false}, {"503", false}};
    for (const auto& [answer, isForGood] : rows) {
        CAPTURE(answer);
        const auto ended = world.stage.run(file(world.nginx.url(answer), "x"));
        CHECK(ended.code != 0);
        CHECK(ended.isForGood == isForGood);
        CHECK(ended.words.find(answer) != std::string::npos);
    }
    world.nginx.quit();
    const auto refused = world.stage.run(file("http://127.0.0.1:1/fw", "x"));
    CHECK(refused.code != 0);
    CHECK(!refused.isForGood);
}

TEST_CASE("a file that was stopped goes on where it was") { // fleet.md §4.4
    if (!Nginx::installed()) return;
    World world("limit_rate 4m; sendfile_max_chunk 64k;");
    const std::string bytes = firmware(4'000'000);
    const Step step = file(world.serve("fw", bytes), bytes);
    const fs::path part = world.stage.folder() / ".fw.img.stint-part";
    std::error_code absent;
    std::vector<Bytes> arrived; // fleet.md §6.4: a budget counts it, so it begins where it is
    world.stage.ground.arrived = [&](const std::string& campaign, Bytes inPlace) {
        CHECK(campaign == night);
        arrived.push_back(inPlace);
    };
    world.stage.begin(step);
    world.stage.until([&] { return fs::file_size(part, absent) + 1 > 600'000 && !absent; });
    world.stage.steps().stop(night);
    REQUIRE(!arrived.empty());
    CHECK(arrived.front() == 0);
    arrived.clear();
    CHECK(!world.stage.hasEnded());
    CHECK(!fs::exists(world.stage.folder() / "fw.img"));
    const auto got = world.stage.run(step);
    CHECK_MESSAGE(got.code == 0, got.words);
    CHECK(contentOf(world.stage.folder() / "fw.img") == bytes);
    CHECK(namesIn(world.stage.folder()) == theFile);
    world.nginx.quit();
    REQUIRE(world.nginx.served().size() == 2);
    CHECK(world.nginx.served()[1].status == 206);
    CHECK(world.nginx.served()[1].bytes < 3'600'000);
    CHECK(arrived.front() > 500'000);
    CHECK(std::ranges::is_sorted(arrived));
    CHECK(arrived.back() == static_cast<Bytes>(bytes.size()));
}

TEST_CASE("a link that a command has left in the file's place is replaced, not followed") { // fleet.md §4.4
    if (!Nginx::installed()) return;
    World world;
    const std::string bytes = firmware(10'000);
    const fs::path outside = world.stage.home.path / "outside";
    write(outside, bytes); // right, and yet it is not the campaign's
    const Step step = file(world.serve("fw", bytes), bytes);
    REQUIRE(world.stage.run(script("ln -s " + outside.string() + " fw.img")).code == 0);
    CHECK(world.stage.run(step).code == 0);
    CHECK(!fs::is_symlink(world.stage.folder() / "fw.img"));
    CHECK(contentOf(world.stage.folder() / "fw.img") == bytes);
    CHECK(contentOf(outside) == bytes);

    Step outsider = step;
    outsider.source.to = "../outside";
    CHECK(world.stage.run(outsider).words == "this is no file's name");
}

TEST_CASE("on a full disk a file waits, and says so") { // fleet.md §4.4
    if (!Nginx::installed()) return;
    World world;
    const std::string bytes = firmware();
    const fs::path small = world.stage.home.path / "small";
    fs::create_directory(small);
    if (::mount("stint-test", small.c_str(), "tmpfs", 0, "size=1m,mode=700") != 0) {
        MESSAGE("skipped: this user may not mount a tmpfs");
        return;
    }
    world.stage.ground.work = small;
    const auto full = world.stage.run(file(world.serve("fw", bytes), bytes));
    CHECK(full.code != 0);
    CHECK(!full.isForGood);
    CHECK(full.words.find("there is no room in") != std::string::npos);
    CHECK(world.stage.run(file(world.serve("fw", bytes.substr(0, 500'000)), bytes.substr(0, 500'000))).code == 0);
    CHECK(world.stage.steps().clear(night).ok());
    ::umount2(small.c_str(), MNT_DETACH);
}

} // namespace stint::fleet
