// How a process divides its cgroup, in a directory that looks like one: only the kernel knows more (./bench machine has
// it; architecture.md, running a job).
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "base/cgroup/cgroup_limits.hpp"
#include "base/unix/process.hpp"

using namespace stint;
namespace fs = std::filesystem;

namespace {

/// A cgroup with this process in it, which gets all controllers, and the leaf that the kernel would fill with files.
struct FakeTree {
    FakeTree() {
        std::string name = (fs::temp_directory_path() / "stint-tree-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()));
        path = name;
        put("cgroup.controllers", "cpuset cpu io memory pids\n");
        put("cgroup.subtree_control", "");
        put("cgroup.type", "domain\n");
        put("cgroup.procs", std::to_string(::getpid()) + "\n");
        fs::create_directory(path / "leaf");
        put("leaf/cgroup.procs", "");
    }
    ~FakeTree() { fs::remove_all(path); }
    void put(const std::string& file, const std::string& text) const { std::ofstream(path / file) << text; }
    std::string at(const std::string& file) const { return readFile(path / file).value_or("none"); }
    /// Nothing was turned on, nobody moved; why not.
    std::string untouched() const {
        const Held held = divide(path, "leaf");
        CHECK(held.held.empty());
        CHECK(at("cgroup.subtree_control").empty());
        CHECK(at("leaf/cgroup.procs").empty());
        return held.why;
    }

    fs::path path;
};

const Controllers all{allControllers.begin(), allControllers.end()};

} // namespace

TEST_CASE("a process alone in its cgroup moves into a leaf, and all controllers are turned on in one write") {
    const FakeTree tree;
    CHECK(divide(tree.path, "leaf") == Held{all, ""});
    CHECK(tree.at("leaf/cgroup.procs") == "0");
    CHECK(tree.at("cgroup.subtree_control") == "+cpu +memory +pids");
}

TEST_CASE("where they are on already nothing is written") { // a daemon that was restarted in its leaf
    const FakeTree tree;
    tree.put("cgroup.subtree_control", "cpu memory pids\n");
    tree.put("cgroup.procs", "1\n");
    CHECK(divide(tree.path, "leaf") == Held{all, ""});
    CHECK(tree.at("leaf/cgroup.procs").empty());
}

TEST_CASE("a cgroup in which another process stands is not divided") {
    const FakeTree tree;
    tree.put("cgroup.procs", std::to_string(::getpid()) + "\n1\n");
    const std::string why = tree.untouched();
    CHECK(why.find("(1) stands in " + tree.path.string() + ", too") != std::string::npos);
}

TEST_CASE("a threaded cgroup is not divided, and how it becomes another is said") {
    const FakeTree tree;
    tree.put("cgroup.type", "domain threaded\n");
    CHECK(tree.untouched().find("is a domain threaded cgroup; a restart of its unit") != std::string::npos);
}

TEST_CASE("a cgroup without controllers is left as it is; which are missing is said") {
    const FakeTree tree;
    tree.put("cgroup.controllers", "hugetlb\n");
    CHECK(tree.untouched().find("cpu, memory, pids") != std::string::npos);
    tree.put("cgroup.controllers", "memory pids\n");
    const Held held = divide(tree.path, "leaf");
    CHECK(held.held == Controllers{Controller::Memory, Controller::Pids});
    CHECK(held.why.find("cpu") != std::string::npos);
    CHECK(held.why.find("memory") == std::string::npos);
}

TEST_CASE("a leaf that cannot be entered leaves all as it was") {
    const FakeTree tree;
    fs::remove(tree.path / "leaf/cgroup.procs");
    const Held held = divide(tree.path, "leaf");
    CHECK(held.held.empty());
    CHECK(held.why.find("leaf/cgroup.procs") != std::string::npos);
    CHECK(tree.at("cgroup.subtree_control").empty());
    CHECK_FALSE(fs::exists(tree.path / "leaf"));
}

TEST_CASE("a controller that cgroup v1 has is told from one that nobody has") {
    const std::string text = "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t1\t4\t1\nmemory\t0\t4\t1\n";
    CHECK(isBoundToV1(Controller::Cpu, text));
    CHECK_FALSE(isBoundToV1(Controller::Memory, text));
    CHECK_FALSE(isBoundToV1(Controller::Pids, text));
    CHECK(controllersIn("cpuset cpu memory\n") == Controllers{Controller::Cpu, Controller::Memory});
    CHECK(controllersIn("cpuacct").empty());
}
