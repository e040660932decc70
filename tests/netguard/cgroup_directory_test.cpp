// Which descriptors are cgroups. Whose they are needs several users: tests/e2e/test_netguard.py.
#include <doctest/doctest.h>
#include <fcntl.h>

#include "netguard/cgroup_directory.hpp"

using namespace stint;

TEST_CASE("a descriptor that is no directory of a cgroup is refused with a word of what would be right") {
    for (const char* path : {"/", "/proc/self", "/dev/null", "/sys/fs"}) {
        const Fd opened(::open(path, O_RDONLY | O_CLOEXEC));
        const auto id = cgroupIdOf(opened);
        REQUIRE_FALSE(id);
        CHECK(id.error().code == Errc::ILLEGAL_ARGUMENT);
        CHECK(id.error().message.find("cgroup v2") != std::string::npos);
    }
    CHECK_FALSE(cgroupIdOf(Fd()));
}

TEST_CASE("what is no cgroup has nothing below it") {
    const Fd opened(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::vector<CgroupId> all;
    CgroupWalk walk(opened);
    CHECK_FALSE(walk.addUpTo(100, all));
    CHECK(all.empty());
}
