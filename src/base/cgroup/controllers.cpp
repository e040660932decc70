#include "base/cgroup/controllers.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>
#include <vector>

#include <fmt/core.h>

#include "base/cgroup/cgroup.hpp"
#include "base/result/fail.hpp"
#include "base/text/printable.hpp"
#include "base/unix/proc.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

std::string listed(const Controllers& some) {
    std::string text;
    for (const Controller each : some)
        text += (text.empty() ? "" : ", ") + std::string(nameOf(each));
    return text;
}

Controllers without(Controllers some, const Controllers& those) {
    for (const Controller each : those)
        some.erase(each);
    return some;
}

Controllers every() { return {allControllers.begin(), allControllers.end()}; }

/// The reason why a cgroup lacks these.
std::string absence(const Controllers& missing, const fs::path& cgroup) {
    const std::string v1 = readFile("/proc/cgroups").value_or("");
    Controllers bound;
    for (const Controller each : missing)
        if (isBoundToV1(each, v1)) bound.insert(each);
    if (bound == missing) return fmt::format("cgroup v1 has {} on this machine", listed(missing));
    return fmt::format("{} is given no {}", cgroup.string(), listed(missing));
}

/// Another process that stands in the cgroup itself; empty: none does.
std::string strangerIn(const fs::path& cgroup) {
    const std::string self = std::to_string(::getpid());
    std::istringstream processes(readFile(cgroup / "cgroup.procs").value_or(""));
    for (std::string pid; processes >> pid;)
        if (pid != self) {
            std::string name = readFile("/proc/" + pid + "/comm").value_or("");
            if (name.ends_with('\n')) name.pop_back();
            return name.empty() ? "process " + pid : fmt::format("{} ({})", printable(name), pid);
        }
    return {};
}

/// The reason why it cannot be divided, though it has controllers; empty if none is known.
std::string obstacle(const fs::path& cgroup) {
    if (::access((cgroup / "cgroup.subtree_control").c_str(), W_OK) != 0)
        return fmt::format("{} is not delegated: {}", cgroup.string(), std::strerror(errno));
    std::string type = readFile(cgroup / "cgroup.type").value_or("domain\n");
    if (type != "domain\n")
        return fmt::format("{} is a {} cgroup; a restart of its unit makes it a new one", cgroup.string(),
                           type.substr(0, type.find('\n')));
    if (const std::string other = strangerIn(cgroup); !other.empty())
        return fmt::format("{} stands in {}, too", other, cgroup.string());
    return {};
}

} // namespace

std::string_view nameOf(Controller controller) {
    switch (controller) {
    case Controller::Cpu:
        return "cpu";
    case Controller::Memory:
        return "memory";
    case Controller::Pids:
        return "pids";
    }
    return "";
}

std::string_view meaningOf(Controller controller) {
    switch (controller) {
    case Controller::Cpu:
        return "shares and limits of the processors";
    case Controller::Memory:
        return "limits of memory";
    case Controller::Pids:
        return "limits of processes";
    }
    return "";
}

std::string limitTopic(Controller controller) { return fmt::format("limits: {}", nameOf(controller)); }

Controllers controllersIn(std::string_view text) {
    Controllers found;
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;)
        for (const Controller each : allControllers)
            if (word == nameOf(each)) found.insert(each);
    return found;
}

bool isBoundToV1(Controller controller, std::string_view cgroups) {
    // "memory 4 12 1": name, hierarchy, how many cgroups, enabled. The unified hierarchy is 0.
    std::istringstream lines{std::string(cgroups)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string name;
        long hierarchy = 0;
        if (fields >> name >> hierarchy && name == nameOf(controller)) return hierarchy != 0;
    }
    return false;
}

Held divide(const fs::path& cgroup, const std::string& leaf) {
    const Controllers given = controllersIn(readFile(cgroup / "cgroup.controllers").value_or(""));
    const Controllers missing = without(every(), given);
    std::string why = missing.empty() ? "" : absence(missing, cgroup);
    const Controllers on = controllersIn(readFile(cgroup / "cgroup.subtree_control").value_or(""));
    if (without(given, on).empty()) return {given, why}; // by a former process, or by its maker
    if (const std::string against = obstacle(cgroup); !against.empty()) return {on, against};

    const fs::path place = cgroup / leaf;
    if (auto made = makeCgroup(place); !made.ok()) return {on, made.error().message};
    if (auto moved = writeCgroupFile(place / "cgroup.procs", "0"); !moved.ok()) {
        ::rmdir(place.c_str());
        return {on, moved.error().message};
    }
    if (auto turned = passOn(given, cgroup); !turned.ok()) {
        if (writeCgroupFile(cgroup / "cgroup.procs", "0").ok()) ::rmdir(place.c_str());
        return {on, turned.error().message};
    }
    return {given, why};
}

Result<void> passOn(const Controllers& controllers, const fs::path& cgroup) {
    std::string words;
    for (const Controller each : controllers)
        words += fmt::format("{}+{}", words.empty() ? "" : " ", nameOf(each));
    if (words.empty()) return {};
    return writeCgroupFile(cgroup / "cgroup.subtree_control", words);
}

} // namespace stint
