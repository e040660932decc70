// Which cgroup a daemon divides, and of which unit that is (architecture.md, running a job).
#include <filesystem>
#include <fstream>

#include "process/cgroup_enclosure.hpp"
#include "process/world.hpp"

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
