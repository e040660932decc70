#include "base/cgroup/cgroup_limits.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <sstream>
#include <vector>

#include <unistd.h>

#include <fmt/core.h>

#include "base/cgroup/cgroup.hpp"
#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "base/time/time.hpp"
#include "base/unix/process.hpp"

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

namespace {

using LimitValue = std::optional<std::int64_t>;

constexpr std::string_view infinite = "infinity";
constexpr std::int64_t smallestMemory = 1 << 20; // less holds no process
constexpr std::int64_t mostTasks = 1 << 22;      // PID_MAX_LIMIT
constexpr std::int64_t mostQuota = 1'000'000;    // ten thousand processors
constexpr std::int64_t mostWeight = 10'000;
constexpr std::int64_t period = 100'000; // cpu.max's, in µs, the same as systemd's

/// systemd's: K, M, G, T are powers of 1024.
LimitValue sizeIn(std::string_view text) {
    std::int64_t worth = 1;
    if (const std::size_t unit = std::string_view("KMGT").find(text.empty() ? ' ' : text.back());
        unit != std::string_view::npos) {
        worth = std::int64_t{1} << (10 * (unit + 1));
        text.remove_suffix(1);
    }
    const LimitValue number = numberIn<std::int64_t>(text);
    if (!number || *number > std::numeric_limits<std::int64_t>::max() / worth) return std::nullopt;
    return *number * worth;
}

std::string sizeText(std::int64_t size) {
    constexpr std::string_view units = "TGMK";
    for (std::size_t i = 0; i < units.size(); ++i)
        if (const std::int64_t worth = std::int64_t{1} << (10 * (units.size() - i)); size % worth == 0)
            return fmt::format("{}{}", size / worth, units[i]);
    return fmt::format("{}", size);
}

LimitValue percentIn(std::string_view text) {
    if (!text.ends_with('%')) return std::nullopt;
    text.remove_suffix(1);
    return numberIn<std::int64_t>(text);
}
LimitValue countIn(std::string_view text) { return numberIn<std::int64_t>(text); }
std::string percentText(std::int64_t number) { return fmt::format("{}%", number); }
std::string countText(std::int64_t number) { return fmt::format("{}", number); }

/// One limit: its name, how it is written, and the file of the kernel's.
struct Limit {
    std::string_view name;
    LimitValue CgroupLimits::*field;
    LimitValue (*read)(std::string_view);
    std::string (*write)(std::int64_t);
    std::int64_t least, most;
    std::string_view right; ///< the right form, in words
    Controller controller;
    const char* file;
    std::string (*kernels)(std::int64_t); ///< the form that the kernel's file takes
};

std::string quotaText(std::int64_t percent) { return fmt::format("{} {}", percent * period / 100, period); }

// clang-format off
constexpr std::array cgroupLimits{
    Limit{"MemoryMax", &CgroupLimits::memoryMax, sizeIn,    sizeText,    smallestMemory, std::numeric_limits<Bytes>::max(), "a size from 1M on, such as 512M (K, M, G, T), or infinity", Controller::Memory, "memory.max", countText},
    Limit{"TasksMax",  &CgroupLimits::tasksMax,  countIn,   countText,   1, mostTasks,   "a number of processes and threads such as 20, or infinity",          Controller::Pids,   "pids.max",   countText},
    Limit{"CPUQuota",  &CgroupLimits::cpuQuota,  percentIn, percentText, 1, mostQuota,   "a part of one processor such as 50%, or 200% for two, or infinity",  Controller::Cpu,    "cpu.max",    quotaText},
    Limit{"CPUWeight", &CgroupLimits::cpuWeight, countIn,   countText,   1, mostWeight,  "a number from 1 to 10000; what has none given counts 100",           Controller::Cpu,    "cpu.weight", countText},
};
// clang-format on

bool mayBeInfinite(const Limit& limit) { return limit.field != &CgroupLimits::cpuWeight; }

Error unknown(std::string_view word, std::string_view name) {
    std::vector<std::string_view> names;
    std::string all;
    for (const Limit& limit : cgroupLimits) {
        names.push_back(limit.name);
        all += (all.empty() ? "" : ", ") + std::string(limit.name);
    }
    const auto meant = nearest(name, names);
    return fail(Errc::ILLEGAL_ARGUMENT, "{} is not a limit that can be set{}: {}",
                word.empty() ? "an empty word" : word, meant ? fmt::format(" (did you mean {}?)", *meant) : "", all);
}

/// The count in a line such as "oom_kill 3" of a file of events; 0 without such a line.
std::uint64_t countOf(std::string_view name, const std::filesystem::path& file) {
    const std::string text = readFile(file).value_or("");
    for (std::string_view line : splitAt(text, "\n"))
        if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == ' ')
            return numberIn<std::uint64_t>(line.substr(name.size() + 1)).value_or(0);
    return 0;
}

/// The number in a file such as memory.max; nullopt where that is "max".
LimitValue limitIn(const std::filesystem::path& file) {
    const std::string text = readFile(file).value_or("");
    return countIn(std::string_view(text).substr(0, text.find('\n')));
}

} // namespace

Result<void> addLimit(CgroupLimits& into, std::string_view word) {
    const std::size_t sign = word.find('=');
    const std::string_view name = word.substr(0, sign);
    for (const Limit& limit : cgroupLimits) {
        if (name != limit.name) continue;
        const std::string_view text = sign == std::string_view::npos ? std::string_view() : word.substr(sign + 1);
        if (text == infinite && mayBeInfinite(limit)) {
            into.*limit.field = CgroupLimits::infinity;
            return {};
        }
        const LimitValue number = limit.read(text);
        if (!number || *number < limit.least || *number > limit.most)
            return fail(Errc::ILLEGAL_ARGUMENT, "{}={} cannot be set: it is {}", name, text, limit.right);
        into.*limit.field = number;
        return {};
    }
    return unknown(word, name);
}

std::string textOf(const CgroupLimits& given) {
    std::string text;
    for (const Limit& limit : cgroupLimits) {
        const LimitValue& number = given.*limit.field;
        if (!number) continue;
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", limit.name,
                            *number == CgroupLimits::infinity ? std::string(infinite) : limit.write(*number));
    }
    return text;
}

Result<CgroupLimits> limitsIn(std::string_view text) {
    CgroupLimits given;
    if (text.empty()) return given;
    for (std::string_view word : splitAt(text, " "))
        STINT_TRY(addLimit(given, word));
    return given;
}

CgroupLimits withDefaults(const CgroupLimits& given, CgroupLimits otherwise) {
    for (const Limit& limit : cgroupLimits)
        if (given.*limit.field) otherwise.*limit.field = given.*limit.field;
    return otherwise;
}

Controllers neededFor(const CgroupLimits& given) {
    Controllers needed;
    for (const Limit& limit : cgroupLimits)
        if (given.*limit.field && given.*limit.field != CgroupLimits::infinity) needed.insert(limit.controller);
    return needed;
}

int nicenessFor(const std::optional<std::int64_t>& cpuWeight) {
    constexpr double level = 1.25; // the kernel's sched_prio_to_weight
    constexpr long most = 19;
    if (!cpuWeight || *cpuWeight >= usualWeight) return 0; // less takes a privilege
    const double levels =
        std::log(static_cast<double>(usualWeight) / static_cast<double>(*cpuWeight)) / std::log(level);
    return static_cast<int>(std::min(std::lround(levels), most));
}

CgroupLimits heldOf(CgroupLimits given, const Controllers& held) {
    for (const Limit& limit : cgroupLimits)
        if (!held.contains(limit.controller)) (given.*limit.field).reset();
    return given;
}

Result<void> writeLimits(const CgroupLimits& given, const std::filesystem::path& cgroup) {
    for (const Limit& limit : cgroupLimits) {
        const LimitValue& number = given.*limit.field;
        if (number && *number != CgroupLimits::infinity)
            STINT_TRY(writeCgroupFile(cgroup / limit.file, limit.kernels(*number)));
    }
    if (given.memoryMax && *given.memoryMax != CgroupLimits::infinity)
        STINT_TRY(writeCgroupFile(cgroup / "memory.oom.group", "1"));
    return {};
}

LimitMet limitMet(const std::filesystem::path& cgroup) {
    LimitMet met;
    // "oom" means that this cgroup was full: else another one's limit, or the whole machine's memory, was met.
    const auto memory = limitIn(cgroup / "memory.max");
    const std::filesystem::path events = cgroup / "memory.events";
    if (memory && countOf("oom_kill", events) > 0 && countOf("oom", events) > 0)
        met.killed = fmt::format("over its memory limit of {}", formatSize(*memory));
    const auto tasks = limitIn(cgroup / "pids.max");
    if (tasks && countOf("max", cgroup / "pids.events") > 0)
        met.denied = fmt::format("its limit of {}", counted(*tasks, "process", "processes"));
    return met;
}

} // namespace stint
