#include "stintd/process/enclosure.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/unix/process.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

std::optional<pid_t> pidOf(const fs::path& directory) { return numberIn<pid_t>(directory.filename().native()); }

// Its arguments are the process's own claim; that it is ours and runs stint-exec comes from the kernel.
bool isReaper(pid_t pid, const std::string& instance) {
    if (!runsStintExec(pid)) return false;
    const std::string directory = "/proc/" + std::to_string(pid);
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0 || status.st_uid != ::getuid()) return false;
    const std::string mark = std::string("--reap") + '\0' + instance + '\0';
    return readFile(directory + "/cmdline").value_or("").find(mark) != std::string::npos;
}

std::vector<Fd> reapersOf(const std::string& instance) {
    std::vector<Fd> found;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        std::optional<pid_t> pid = pidOf(entry->path());
        if (!pid) continue;
        Fd pidfd = openPidfd(*pid); // opened first, so that what is read is of the pinned process
        if (pidfd && isReaper(*pid, instance)) found.push_back(std::move(pidfd));
    }
    return found;
}

} // namespace

void endReaper(const Fd& pidfd) {
    sendSignal(pidfd, SIGTERM);
    sendSignal(pidfd, SIGCONT); // a stopped one must run to see it
}

bool killReaperLeftovers(const std::string& instance, std::chrono::milliseconds grace) {
    const std::vector<Fd> left = reapersOf(instance);
    // Each got SIGTERM when its daemon died; once more does no harm.
    for (const Fd& reaper : left)
        endReaper(reaper);
    // All of them together: however many are stuck, the daemon waits for one.
    const auto allEnded = [&left](auto until) {
        return std::ranges::all_of(left, [until](const Fd& reaper) { return hasEnded(reaper, until); });
    };
    if (allEnded(steady_clock::now() + grace)) return true;
    for (const Fd& reaper : left)
        sendSignal(reaper, SIGKILL); // one that has ended hears nothing
    return allEnded(steady_clock::now() + grace);
}

Result<Entrance> ReaperEnclosure::make(const AppId&, ProcessId, const CgroupLimits& limits) {
    Entrance entrance;
    entrance.arguments = {"--reap", instance_};
    entrance.niceness = nicenessFor(limits.cpuWeight);
    return entrance;
}

void ReaperEnclosure::kill(const AppId&, ProcessId, const Fd& pidfd) { endReaper(pidfd); }

std::string ReaperEnclosure::description() const { return "no cgroup: " + why_ + "; kept by reapers, advisory"; }

namespace {

Result<CgroupMount> findMount() {
    const std::optional<CgroupMount> mount = unifiedMount();
    if (!mount) return fail(Errc::SYSTEM, "no cgroup v2 is mounted");
    return *mount;
}

/// The leaf in which a daemon stands that has divided its cgroup.
constexpr const char* daemonLeaf = "daemon";

Result<CgroupPlace> ownPlace(const CgroupMount& mount) {
    std::optional<std::string> text = readFile("/proc/self/cgroup");
    std::optional<std::string> path = text ? cgroupPath(*text) : std::nullopt;
    if (!path) return fail(Errc::SYSTEM, "this process is in no cgroup v2");
    std::optional<CgroupPlace> place = placeOf(mount, *path);
    if (!place) return fail(Errc::SYSTEM, "the own cgroup {} is not below {}, which is mounted", *path, mount.root);
    place = divisible(*place);
    // Moving a process needs the right to write this file of the common ancestor (cgroups(7), delegation).
    if (::access((place->directory / "cgroup.procs").c_str(), W_OK) != 0)
        return fail(Errc::SYSTEM, "the own cgroup {} is not delegated: {}", place->path, std::strerror(errno));
    return *place;
}

constexpr std::string_view instancePrefix = "stint-";

std::string nameFor(const std::string& instance) { return std::string(instancePrefix) + instance; }

std::string joined(const std::string& path, const std::string& name) {
    return path.ends_with('/') ? path + name : path + '/' + name;
}

/// True if the unit has marked this very process; the variable alone may be inherited.
bool isMarkedDelegated() {
    const auto is = [](const char* name, std::string_view value) {
        const char* const set = std::getenv(name);
        return set && set == value;
    };
    return is("STINT_DELEGATED", "yes") && is("SYSTEMD_EXEC_PID", std::to_string(::getpid()));
}

Held dividedBase(const fs::path& base) {
    const bool wasDivided = !controllersIn(readFile(base / "cgroup.subtree_control").value_or("")).empty();
    if (!wasDivided && !isDelegated(base, isMarkedDelegated()))
        return {{},
                fmt::format("{} is a unit that does not delegate its cgroup (Delegate=yes, and "
                            "Environment=STINT_DELEGATED=yes)",
                            base.filename().string())};
    return divide(base, daemonLeaf);
}

} // namespace

CgroupPlace divisible(const CgroupPlace& own) {
    const fs::path above = own.directory.parent_path();
    const std::string on = readFile(above / "cgroup.subtree_control").value_or("");
    if (own.directory.filename() != daemonLeaf || controllersIn(on).empty()) return own;
    std::string path = own.path.substr(0, own.path.rfind('/'));
    return {path.empty() ? "/" : std::move(path), above};
}

bool isDelegated(const fs::path& cgroup, bool marked) {
    const std::string kind = cgroup.extension();
    if (marked || (kind != ".service" && kind != ".scope" && kind != ".slice")) return true;
    // systemd's CGROUP_DELEGATION.md; LINUX: the user managers of Debian 12 (252) set neither.
    char mark = 0;
    for (const char* name : {"user.delegate", "trusted.delegate"})
        if (::getxattr(cgroup.c_str(), name, &mark, 1) == 1 && mark == '1') return true;
    return false;
}

Fd holdInstance(const fs::path& cgroup) {
    constexpr int tries = 3; // another daemon may sweep it before the lock is taken
    for (int i = 0; i < tries; ++i) {
        if (!makeCgroup(cgroup).ok()) return {};
        Fd held(::open(cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!held || ::flock(held.get(), LOCK_EX | LOCK_NB) != 0) continue;
        struct stat here {
        }, there{};
        const bool isThere = ::fstat(held.get(), &here) == 0 && ::stat(cgroup.c_str(), &there) == 0;
        if (isThere && here.st_ino == there.st_ino) return held;
    }
    return {};
}

void sweepInstances(const fs::path& base, std::chrono::seconds age) {
    std::error_code error;
    const auto now = fs::file_time_type::clock::now();
    for (fs::directory_iterator entry(base, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(instancePrefix) || name.size() != instancePrefix.size() + 16) continue;
        std::error_code unknown;
        const auto changed = fs::last_write_time(entry->path(), unknown);
        if (unknown || now - changed < age) continue; // earlier versions held no lock
        const Fd held(::open(entry->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
        if (!held || ::flock(held.get(), LOCK_EX | LOCK_NB) != 0) continue;
        if (!populated(openEvents(entry->path()))) removeCgroup(entry->path());
    }
}

std::string userUnit(const std::string& path) {
    const std::string name = path.substr(path.rfind('/') + 1);
    const bool isUnit = name.ends_with(".service") || name.ends_with(".scope");
    return isUnit && path.find("/user@") < path.rfind('/') ? name : "";
}

Result<std::unique_ptr<CgroupEnclosure>> CgroupEnclosure::open(sd_event* loop, const std::string& instance,
                                                               OnEmpty empty, OnShare shareChanged) {
    const CgroupMount mount = STINT_TRY(findMount());
    const CgroupPlace base = STINT_TRY(ownPlace(mount));
    const std::string name = nameFor(instance);
    CgroupPlace root{joined(base.path, name), base.directory / name};
    STINT_TRY(makeCgroup(root.directory));
    Fd lock = holdInstance(root.directory);
    sweepInstances(base.directory);
    if (::access((root.directory / "cgroup.kill").c_str(), W_OK) != 0) {
        removeCgroup(root.directory);
        return fail(Errc::SYSTEM, "this kernel has no cgroup.kill (Linux 5.14 has)");
    }
    Held controllers = dividedBase(base.directory);
    if (auto passed = passOn(controllers.held, root.directory); !passed.ok())
        controllers = {{}, passed.error().message};
    std::unique_ptr<CgroupEnclosure> made(new CgroupEnclosure(loop, instance, std::move(root), std::move(controllers),
                                                              std::move(empty), std::move(shareChanged)));
    made->lock_ = std::move(lock);
    return made;
}

CgroupEnclosure::CgroupEnclosure(sd_event* loop, std::string instance, CgroupPlace root, Held controllers,
                                 OnEmpty empty, OnShare shareChanged)
    : loop_(sd_event_ref(loop)), instance_(std::move(instance)), root_(std::move(root)),
      controllers_(std::move(controllers)), empty_(std::move(empty)), shareChanged_(std::move(shareChanged)),
      unit_(userUnit(fs::path(root_.path).parent_path().string())) {}

CgroupEnclosure::~CgroupEnclosure() {
    draining_.clear();
    killCgroup(root_.directory);
    removeCgroup(root_.directory); // the next daemon removes what is still dying
    sd_event_unref(loop_);
}

// The prefix keeps a package named cgroup.kill or cpu.max apart from the kernel's files of that name.
fs::path CgroupEnclosure::appDirectory(const AppId& app) const { return root_.directory / ("app." + app.name); }

fs::path CgroupEnclosure::directory(const AppId& app, ProcessId id) const {
    return appDirectory(app) / std::to_string(id.value);
}

Result<void> CgroupEnclosure::makeApp(const AppId& app) {
    if (app.name.empty() || app.name.str().find('/') != std::string::npos)
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not a package", app.name);
    STINT_TRY(makeCgroup(appDirectory(app)));
    return passOn(controllers_.held, appDirectory(app));
}

Result<Fd> CgroupEnclosure::cgroupOf(const AppId& app) {
    STINT_TRY(makeApp(app));
    Fd opened(::open(appDirectory(app).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened) return fail(Errc::SYSTEM, "cannot open {}: {}", appDirectory(app).string(), std::strerror(errno));
    return opened;
}

// A place's share counts beside the app's other places, and the app's beside other apps: the app gets the largest of
// its places.
void CgroupEnclosure::weighApp(const AppId& app) {
    if (!controllers_.held.contains(Controller::Cpu)) return;
    const auto places = weights_.find(app);
    if (places == weights_.end()) return;
    std::int64_t largest = 0;
    for (const auto& [id, weight] : places->second)
        largest = std::max(largest, weight);
    // A failure only leaves the app with another share than it should have.
    (void)writeLimits({.cpuWeight = largest}, appDirectory(app));
}

// With nothing left the unit keeps its share: the next process most often is of the same kind.
void CgroupEnclosure::tellShare() {
    if (unit_.empty() || !shareChanged_ || !controllers_.held.contains(Controller::Cpu)) return;
    std::int64_t largest = 0;
    for (const auto& [app, places] : weights_)
        for (const auto& [id, weight] : places)
            largest = std::max(largest, weight);
    if (largest == 0 || largest == share_) return;
    share_ = largest;
    shareChanged_(unit_, largest);
}

void CgroupEnclosure::forget(const AppId& app, ProcessId id) {
    const auto places = weights_.find(app);
    if (places == weights_.end()) return;
    places->second.erase(id);
    if (places->second.empty())
        weights_.erase(places);
    else
        weighApp(app);
    tellShare();
}

Result<Entrance> CgroupEnclosure::make(const AppId& app, ProcessId id, const CgroupLimits& limits) {
    STINT_TRY(makeApp(app));
    const fs::path place = directory(app, id);
    STINT_TRY(makeCgroup(place));
    STINT_TRY(writeLimits(heldOf(limits, controllers_.held), place));
    weights_[app][id] = limits.cpuWeight.value_or(usualWeight);
    weighApp(app);
    tellShare();
    Entrance entrance;
    entrance.arguments = {"--reap", instance_};
    if (!controllers_.held.contains(Controller::Cpu)) entrance.niceness = nicenessFor(limits.cpuWeight);
    entrance.cgroup = Fd(::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!entrance.cgroup) return fail(Errc::SYSTEM, "cannot open {}: {}", place.string(), std::strerror(errno));
    return entrance;
}

void CgroupEnclosure::discard(const AppId& app, ProcessId id) {
    removeCgroup(directory(app, id));
    forget(app, id);
}

void CgroupEnclosure::kill(const AppId& app, ProcessId id, const Fd& pidfd) {
    killCgroup(directory(app, id));
    // The reaper kills a process that is still on its way into the cgroup, or has left it.
    endReaper(pidfd);
}

void CgroupEnclosure::killApp(const AppId& app) { killCgroup(appDirectory(app)); }

bool CgroupEnclosure::clear(const AppId& app, ProcessId id) {
    auto draining = std::make_unique<Draining>();
    draining->owner = this;
    draining->app = app;
    draining->id = id;
    draining->directory = directory(app, id);
    killCgroup(draining->directory);
    draining->events = openEvents(draining->directory);
    if (!populated(draining->events)) {
        removeCgroup(draining->directory);
        forget(app, id);
        return true;
    }
    sd_event_source* source = nullptr;
    const int added = sd_event_add_io(loop_, &source, draining->events.get(), EPOLLPRI, changed, draining.get());
    draining->change.reset(source);
    // Without a source it can only wait here: reporting "gone" while something is alive would be worse.
    if (added < 0) return waitUntilEmpty(draining->events, steady_clock::time_point::max());
    draining_.emplace(id, std::move(draining));
    return false;
}

int CgroupEnclosure::changed(sd_event_source*, int, std::uint32_t, void* data) {
    auto& draining = *static_cast<Draining*>(data);
    if (populated(draining.events)) return 0;
    CgroupEnclosure& self = *draining.owner;
    auto done = self.draining_.extract(draining.id);
    removeCgroup(done.mapped()->directory);
    self.forget(done.mapped()->app, done.key());
    self.empty_(done.key());
    return 0;
}

std::string CgroupEnclosure::limitMet(const AppId& app, ProcessId id) const {
    const LimitMet met = stint::limitMet(directory(app, id));
    if (!met.killed.empty()) return "killed: " + met.killed;
    return met.denied.empty() ? "" : "it met " + met.denied;
}

std::uint64_t CgroupEnclosure::lastLeft() const {
    std::uint64_t last = 0;
    for (const fs::path& app : childrenOf(root_.directory))
        for (const fs::path& place : childrenOf(app))
            last = std::max(last, numberIn<std::uint64_t>(place.filename().native()).value_or(0));
    return last;
}

std::optional<ProcessId> CgroupEnclosure::find(pid_t pid) const {
    std::optional<std::string> text = readFile("/proc/" + std::to_string(pid) + "/cgroup");
    std::optional<std::string> path = text ? cgroupPath(*text) : std::nullopt;
    if (!path || !path->starts_with(joined(root_.path, "app."))) return std::nullopt;
    // The path is "ROOT/app.PACKAGE/N" and whatever the process may have made below it.
    const std::size_t slash = path->find('/', root_.path.size() + 1);
    if (slash == std::string::npos) return std::nullopt;
    std::string_view rest = std::string_view(*path).substr(slash + 1);
    auto number = takeNumber<decltype(ProcessId::value)>(rest);
    return number ? std::optional(ProcessId{*number}) : std::nullopt;
}

std::string CgroupEnclosure::description() const { return "cgroup v2 at " + root_.directory.string(); }

bool killCgroupLeftovers(const std::string& instance, std::chrono::milliseconds forAll) {
    auto mount = findMount();
    if (!mount) return true; // then nothing can have been left there
    const std::vector<fs::path> left = cgroupsNamed(nameFor(instance), mount->point);
    for (const fs::path& cgroup : left)
        killCgroup(cgroup);
    auto until = steady_clock::now() + forAll;
    bool gone = true;
    for (const fs::path& cgroup : left) {
        gone &= waitUntilEmpty(openEvents(cgroup), until);
        removeCgroup(cgroup);                                 // stays while something is still dying in it
        ::rmdir((cgroup.parent_path() / daemonLeaf).c_str()); // its leaf; stays while a daemon stands in it
    }
    return gone;
}

} // namespace stint
