// Where cgroup v2 is: looked up, never assumed (linux.md §C).
#include <doctest/doctest.h>

#include "base/cgroup/cgroup.hpp"
#include "base/unix/process.hpp"

namespace stint {

TEST_CASE("cgroup v2 is found wherever it is mounted, and v1 is not taken for it") {
    CHECK(unifiedMount("31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
                       "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
                       "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n") ==
          CgroupMount{"/", "/sys/fs/cgroup/unified"});
    CHECK(unifiedMount("29 23 0:26 /docker/1 /sys/fs/cgroup rw shared:4 master:1 - cgroup2 cgroup rw,nsdelegate\n") ==
          CgroupMount{"/docker/1", "/sys/fs/cgroup"});
    CHECK(unifiedMount("29 23 0:26 / /mnt/c\\040groups rw - cgroup2 none rw\n") == CgroupMount{"/", "/mnt/c groups"});
    CHECK_FALSE(unifiedMount("40 31 0:37 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"));
    CHECK_FALSE(unifiedMount(""));
    CHECK_FALSE(unifiedMount("no mountinfo - cgroup2 "));
}

TEST_CASE("a cgroup that is not below what is mounted has no directory") {
    const CgroupMount whole{"/", "/sys/fs/cgroup"};
    const CgroupMount part{"/docker/1", "/sys/fs/cgroup"};
    auto directory = [](const CgroupMount& mount, const std::string& path) {
        auto place = placeOf(mount, path);
        return place ? place->directory.string() : "none";
    };
    CHECK(directory(whole, "/") == "/sys/fs/cgroup");
    CHECK(directory(whole, "/user.slice/a.scope") == "/sys/fs/cgroup/user.slice/a.scope");
    CHECK(directory(part, "/docker/1") == "/sys/fs/cgroup");
    CHECK(directory(part, "/docker/1/job") == "/sys/fs/cgroup/job");
    CHECK(directory(part, "/docker/12") == "none");
    CHECK(directory(part, "/user.slice") == "none");
    CHECK(directory(whole, "/../other") == "none");
}

TEST_CASE("of /proc/PID/cgroup only the line of the hierarchy asked for is read") {
    const std::string text = "9:name=systemd:/user.slice\n1:cpu:/a:b\n0::/system.slice/x.service\n";
    CHECK(cgroupPath(text) == "/system.slice/x.service");
    CHECK(cgroupPath(text, "name=systemd") == "/user.slice");
    CHECK(cgroupPath(text, "cpu") == "/a:b");
    CHECK_FALSE(cgroupPath("1:cpu:/\n"));
    CHECK_FALSE(cgroupPath("nonsense"));
}

TEST_CASE("a process's name cannot forge the fields that follow it") {
    const std::string tail = " S 10 11 12 34816 13 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0\n";
    ProcessStat expected{10, 11, 12, 34816, 13, 4711};
    CHECK(parseProcessStat("7 (sh)" + tail) == expected);
    CHECK(parseProcessStat("7 (a) R 1 1 1 1 1 (b\n)" + tail) == expected);
    CHECK_FALSE(parseProcessStat("7 (sh) S 10 11"));
    CHECK_FALSE(parseProcessStat("7 (sh) S ten 11 12 34816 13 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0"));
    CHECK_FALSE(parseProcessStat(""));
}

} // namespace stint
