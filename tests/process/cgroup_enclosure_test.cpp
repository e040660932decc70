// Which cgroup a daemon divides, and of which unit that is (architecture.md, running a job).
#include <filesystem>
#include <fstream>

#include "process/world.hpp"
#include "stintd/process/enclosure.hpp"

namespace stint {

TEST_CASE("a daemon that stands in a former one's leaf divides what that divided, and no other cgroup of this name") {
    namespace fs = std::filesystem;
    std::string name = (fs::temp_directory_path() / "stint-base-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    const fs::path base = name;
    const CgroupPlace leaf{"/x.service/daemon", base / "daemon"};
    fs::create_directory(leaf.directory);
    CHECK(divisible(leaf).path == "/x.service/daemon"); // nobody has divided the one above
    std::ofstream(base / "cgroup.subtree_control") << "cpu memory pids\n";
    CHECK(divisible(leaf).path == "/x.service");
    CHECK(divisible(leaf).directory == base);
    CHECK(divisible({"/daemon", base / "daemon"}).path == "/");
    CHECK(divisible({"/x.service/other", base / "other"}).path == "/x.service/other");
    CHECK(divisible({"/x.service", base}).path == "/x.service");
    fs::remove_all(base);
}

TEST_CASE("the empty cgroup of a dead daemon goes, a live one's stays, and nobody else's is looked at") {
    namespace fs = std::filesystem;
    std::string name = (fs::temp_directory_path() / "stint-base-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    const fs::path base = name;
    const fs::path dead = base / "stint-0123456789abcdef", alive = base / "stint-fedcba9876543210";
    const fs::path busy = base / "stint-0000000000000000", other = base / "stint-delegated", file = base / "app.x";
    for (const fs::path& each : {dead, dead / "app.com.example.app", alive, busy, other, file})
        fs::create_directory(each);
    std::ofstream(busy / "cgroup.events") << "populated 1\nfrozen 0\n";
    const Fd held = holdInstance(alive);
    REQUIRE(held);
    sweepInstances(base, std::chrono::hours(1));
    CHECK(fs::exists(dead)); // it may be of a daemon that holds no lock
    sweepInstances(base, std::chrono::seconds(0));
    CHECK_FALSE(fs::exists(dead));
    for (const fs::path& each : {alive, busy, other, file})
        CHECK_MESSAGE(fs::exists(each), each.string());
    CHECK_FALSE(holdInstance(alive)); // one daemon an instance
    fs::remove_all(base);
}

TEST_CASE("a unit of systemd's is divided only where it was delegated, any other cgroup is") {
    CHECK(isDelegated("/no/such/container", false));
    for (const char* unit : {"/no/such/x.service", "/no/such/x.scope", "/no/such/x.slice"}) {
        CHECK_FALSE(isDelegated(unit, false));
        CHECK(isDelegated(unit, true));
    }
}

TEST_CASE("a share is asked for only for a unit of a user's service manager") { // limits.md §13
    CHECK(userUnit("/user.slice/user-1000.slice/user@1000.service/app.slice/stintd.service") == "stintd.service");
    CHECK(userUnit("/user.slice/user-1000.slice/user@1000.service/app.slice/run-x.scope") == "run-x.scope");
    CHECK(userUnit("/user.slice/user-1000.slice/session-3.scope").empty());
    CHECK(userUnit("/system.slice/stintd.service").empty());
    CHECK(userUnit("/user.slice/user-1000.slice/user@1000.service").empty());
    CHECK(userUnit("/user.slice/user-1000.slice/user@1000.service/app.slice").empty());
    CHECK(userUnit("/").empty());
}

} // namespace stint
