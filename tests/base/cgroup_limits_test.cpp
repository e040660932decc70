// Limits by systemd's names, as they are written, kept, and counted by the kernel (limits.md §13).
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/cgroup/cgroup_limits.hpp"
#include "base/unix/process.hpp"

using namespace stint;
namespace fs = std::filesystem;

namespace {

/// A directory with the files of a cgroup, as far as a test needs them: those that are written must be there.
struct FakeCgroup {
    FakeCgroup() {
        std::string name = (fs::temp_directory_path() / "stint-cgroup-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()));
        path = name;
    }
    ~FakeCgroup() { fs::remove_all(path); }
    void put(const std::string& file, const std::string& text) const { std::ofstream(path / file) << text; }
    std::string at(const std::string& file) const { return readFile(path / file).value_or("none"); }

    fs::path path;
};

std::string refusalOf(std::string_view word) {
    CgroupLimits limits;
    auto added = addLimit(limits, word);
    CHECK_FALSE(limits.any());
    return added.ok() ? "" : added.error().message;
}

} // namespace

TEST_CASE("a limit is read by systemd's name and units, and written so that it is read again") { // limits.md §13
    CgroupLimits limits;
    for (const char* word : {"MemoryMax=512M", "TasksMax=20", "CPUQuota=150%", "CPUWeight=20"})
        CHECK(addLimit(limits, word).ok());
    CHECK(limits == CgroupLimits{.memoryMax = 512 << 20, .tasksMax = 20, .cpuQuota = 150, .cpuWeight = 20});
    CHECK(textOf(limits) == "MemoryMax=512M TasksMax=20 CPUQuota=150% CPUWeight=20");
    CHECK(limitsIn(textOf(limits)).value() == limits);
    CHECK(limitsIn("").value() == CgroupLimits{});

    CHECK(addLimit(limits, "MemoryMax=1536K").ok()); // not less than 1M
    CHECK(textOf(limits).starts_with("MemoryMax=1536K "));
    CHECK(addLimit(limits, "MemoryMax=1048577").ok());
    CHECK(textOf(limits).starts_with("MemoryMax=1048577 "));
    CHECK(addLimit(limits, "MemoryMax=infinity").ok());
    CHECK(limitsIn(textOf(limits)).value().memoryMax == CgroupLimits::infinity);
    CHECK(neededFor(limits) == Controllers{Controller::Cpu, Controller::Pids}); // infinity needs nobody to hold it
}

TEST_CASE("a limit that is none is refused with what would be right") { // limits.md §13
    CHECK(refusalOf("MemoryMax=lots").starts_with("MemoryMax=lots cannot be set: it is a size from 1M on"));
    for (const char* wrong : {"MemoryMax=", "MemoryMax", "MemoryMax=1023K", "MemoryMax=-1", "MemoryMax=99999999999T",
                              "MemoryMax=512MB", "TasksMax=0", "TasksMax=2.5", "CPUQuota=50", "CPUQuota=0%",
                              "CPUWeight=0", "CPUWeight=10001", "CPUWeight=infinity"})
        CHECK_MESSAGE(refusalOf(wrong).find(" cannot be set: it is ") != std::string::npos, wrong);
    CHECK(
        refusalOf("MemoryMin=1M").starts_with("MemoryMin=1M is not a limit that can be set (did you mean MemoryMax?)"));
    CHECK(refusalOf("").starts_with("an empty word is not a limit"));
    CHECK_FALSE(limitsIn("MemoryMax=512M  TasksMax=2").ok());
}

TEST_CASE("what is said stands over what holds otherwise, one limit at a time") { // limits.md §13
    const CgroupLimits said{.memoryMax = CgroupLimits::infinity, .tasksMax = 20};
    const CgroupLimits otherwise{.memoryMax = 1 << 30, .cpuWeight = 20};
    CHECK(withDefaults(said, otherwise) ==
          CgroupLimits{.memoryMax = CgroupLimits::infinity, .tasksMax = 20, .cpuWeight = 20});
    CHECK(heldOf(otherwise, {Controller::Cpu}) == CgroupLimits{.cpuWeight = 20});
}

TEST_CASE("limits are written as the kernel reads them, and one that cannot be is an error") { // cgroups(7)
    const FakeCgroup cgroup;
    const CgroupLimits limits{.memoryMax = 512 << 20, .tasksMax = 20, .cpuQuota = 25, .cpuWeight = 7};
    CHECK_FALSE(writeLimits(limits, cgroup.path).ok()); // no such file: not made in its place
    CHECK(fs::is_empty(cgroup.path));
    for (const char* file : {"memory.max", "memory.oom.group", "pids.max", "cpu.max", "cpu.weight"})
        cgroup.put(file, "");
    REQUIRE(writeLimits(limits, cgroup.path).ok());
    CHECK(cgroup.at("memory.max") == "536870912");
    CHECK(cgroup.at("memory.oom.group") == "1");
    CHECK(cgroup.at("pids.max") == "20");
    CHECK(cgroup.at("cpu.max") == "25000 100000");
    CHECK(cgroup.at("cpu.weight") == "7");
}

TEST_CASE("a limit was met where the kernel counted it, and not for another's limit") { // limits.md §13
    const FakeCgroup cgroup;
    CHECK(limitMet(cgroup.path).killed.empty()); // no such controllers
    cgroup.put("memory.max", "536870912\n");
    cgroup.put("memory.events", "low 0\nhigh 0\nmax 31\noom 1\noom_kill 1\noom_group_kill 1\n");
    cgroup.put("pids.max", "1\n");
    cgroup.put("pids.events", "max 0\n");
    CHECK(limitMet(cgroup.path).killed == "over its memory limit of 512 MiB");
    CHECK(limitMet(cgroup.path).denied.empty());
    cgroup.put("pids.events", "max 3\n");
    CHECK(limitMet(cgroup.path).denied == "its limit of 1 process");

    cgroup.put("memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\n"); // the machine had no more
    CHECK(limitMet(cgroup.path).killed.empty());
    cgroup.put("memory.events", "low 0\nhigh 0\nmax 31\noom 0\noom_kill 0\n"); // it met it, and gave back what it could
    CHECK(limitMet(cgroup.path).killed.empty());
    cgroup.put("memory.events", "low 0\noom 1\noom_kill 1\n");
    cgroup.put("memory.max", "max\n");
    CHECK(limitMet(cgroup.path).killed.empty());
    cgroup.put("memory.events", "nonsense\noom_kill\noom x\n");
    cgroup.put("memory.max", "512\n");
    CHECK(limitMet(cgroup.path).killed.empty());
}

TEST_CASE("where no controller holds a share, the niceness nearest to it stands for it") {
    CHECK(nicenessFor(std::nullopt) == 0);
    for (const auto& [weight, niceness] : {std::pair(1, 19), {10, 10}, {20, 7}, {50, 3}, {100, 0}, {10'000, 0}})
        CHECK(nicenessFor(weight) == niceness);
}
