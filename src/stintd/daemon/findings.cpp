// The daemon's findings for `stint doctor` (architecture.md, around the core): what it has found of this machine, which
// of its promises are enforced here and which are only advisory, and how to get more. They are read when asked for, and
// kept nowhere.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "base/unix/sockets.hpp"
#include "base/version/version.hpp"
#include "stintd/daemon/daemon.hpp"

namespace stint {
namespace {

using wire::Finding;
using Grade = Finding::Grade;

namespace fs = std::filesystem;

/// Finds a daemon that an upgrade has left behind: the kernel marks a program whose file was replaced.
Finding aboutDaemon() {
    std::error_code unknown;
    const std::string program = fs::read_symlink("/proc/self/exe", unknown).string();
    const std::string self = fmt::format("stintd {}, process {}, {}", ownBuild().version, ::getpid(), program);
    if (!program.ends_with(" (deleted)")) return {"daemon", Grade::Enforced, self, ""};
    return {"daemon", Grade::Trouble, self + ": its program was replaced since it started",
            "systemctl --user restart stintd, or end it and start stintd anew; no job is lost"};
}

Finding aboutStore(const fs::path& directory, const std::vector<std::string>& notes, const std::optional<Error>& full) {
    const fs::path file = directory / "stint.db";
    std::error_code unknown;
    const auto size = fs::file_size(file, unknown);
    std::string found = file.string();
    if (!unknown) found += fmt::format(", {}", formatSize(static_cast<Bytes>(size)));
    if (full)
        return {"store", Grade::Trouble, full->message, fmt::format("make room on the disk of {}", directory.string())};
    if (notes.empty()) return {"store", Grade::Enforced, found + ": what is accepted survives a power loss", ""};
    return {"store", Grade::Trouble, fmt::format("{}: {}", found, fmt::join(notes, "; ")),
            "what could be read is in the new store; the old file is kept until you remove it"};
}

Finding aboutProcesses(const Processes& processes) {
    if (processes.enclosesAll())
        return {"processes", Grade::Enforced, processes.description() + ": Stop ends all that an app has started", ""};
    return {"processes", Grade::Advisory, processes.description(),
            "run stintd as a unit with a cgroup of its own: systemctl --user enable --now stintd (Delegate=yes)"};
}

/// Adds one finding for each controller, so that a limit that is asked for can be looked up.
void addLimits(const Processes& processes, std::vector<Finding>& findings) {
    const Held controllers = processes.controllers();
    for (const Controller each : allControllers) {
        const std::string topic = limitTopic(each);
        const std::string instead = each == Controller::Cpu ? "; background work is nicer instead" : "";
        if (controllers.held.contains(each))
            findings.push_back({topic, Grade::Enforced, std::string(meaningOf(each)) + " by cgroup v2", ""});
        else
            findings.push_back(
                {topic, Grade::Absent, fmt::format("no {}: {}{}", meaningOf(each), controllers.why, instead),
                 "a machine with cgroup v2 alone, and stintd as a unit: systemctl --user enable --now stintd"});
    }
}

Finding aboutWakeAlarms(int refusal, const Netcut::State& guard, const Constants& constants) {
    const std::string whatWakes = fmt::format("{}{} wakes a machine that sleeps",
                                              constants.wakeAlarms ? "an alarm" : "by the policy an alarm clock alone",
                                              constants.wakeWindows ? ", or a maintenance window," : "");
    if (!refusal) return {"wake alarms", Grade::Enforced, whatWakes, ""};
    if (!guard.noWake.empty())
        return {"wake alarms", Grade::Absent, "alarms go off once the machine is awake: " + guard.noWake, ""};
    if (refusal == EPERM && guard.serves)
        return {"wake alarms", Grade::Enforced, whatWakes + ", by stint-netguard", ""};
    return {"wake alarms", Grade::Absent,
            fmt::format("alarms go off once the machine is awake: CLOCK_BOOTTIME_ALARM: {}", std::strerror(refusal)),
            refusal == EPERM ? "setcap cap_wake_alarm+ep on stintd, or AmbientCapabilities=CAP_WAKE_ALARM in its unit "
                               "(systemd 254 or newer passes it to users)"
                             : "this machine has no clock that wakes it"};
}

Finding aboutPolicy(const std::vector<PolicyFile>& files, const std::string& error) {
    if (!error.empty())
        return {"policy", Grade::Trouble, "refused, and what held before holds on: " + error, "mend that file"};
    std::vector<std::string> read;
    std::error_code unknown;
    for (const PolicyFile& file : filesOf(files))
        if (fs::exists(file.path, unknown)) read.push_back(file.path);
    if (read.empty()) return {"policy", Grade::Enforced, "the documentation's constants; no file changes them", ""};
    return {"policy", Grade::Enforced, fmt::format("{}", fmt::join(read, ", ")),
            "stint policy --changed shows what is not the documentation's"};
}

Finding aboutApps(const Registry& registry, const std::vector<fs::path>& directories) {
    std::vector<std::string> places;
    for (const fs::path& directory : directories)
        places.push_back(directory.string());
    const std::string found = fmt::format("{}: those built in, and manifests in {}",
                                          counted(registry.all().size(), "app"), fmt::join(places, ", "));
    if (registry.errors().empty()) return {"apps", Grade::Enforced, found, ""};
    return {"apps", Grade::Trouble, fmt::format("{}; {}", found, fmt::join(registry.errors(), "; ")),
            "mend those manifests: man stint-manifest"};
}

Finding aboutNotifications(const Desktop& desktop) {
    if (desktop.isServed())
        return {"notifications", Grade::Enforced, desktop.description() + " shows what jobs show", ""};
    return {"notifications", Grade::Absent,
            desktop.description() + ": what jobs show is in the Task Manager alone (stint tasks)",
            "a notification server on the session bus, such as dunst or your desktop's"};
}

Finding aboutSessionBus(const SessionDoor* door) {
    if (door && door->isOpen())
        return {"session bus", Grade::Enforced,
                "org.stint.Stint1 lets in callers that cannot reach the socket, such as one in a sandbox", ""};
    return {"session bus", Grade::Absent, "callers come by the daemon's own socket alone",
            "a session bus where no other stintd is org.stint.Stint1, then start stintd again"};
}

/// Asks the kernel in the way that stint-taskmanager does when it starts.
Finding aboutPage() {
    const auto kernel = SockDiag::open();
    if (kernel.ok() && *kernel)
        return {"page", Grade::Enforced, "the kernel tells whose a connection to the Task Manager's page is", ""};
    return {"page", Grade::Advisory,
            fmt::format("the token alone decides who gets into the Task Manager's page: {}",
                        kernel.ok() ? "this kernel does not tell whose a TCP connection is" : kernel.error().message),
            "a kernel with sock_diag for TCP (modprobe tcp_diag)"};
}

/// Adds the device's state by topic, from whatever the topic's sensors have found.
void addSensors(const DeviceSource& device, std::vector<Finding>& findings) {
    struct Topic {
        std::vector<std::string> reads;
        std::vector<std::string_view> wants;
    };
    std::map<std::string_view, Topic> topics;
    for (const auto& sensor : device.sensors()) {
        Topic& topic = topics[sensor->topic()];
        if (std::string reads = sensor->reads(); !reads.empty()) topic.reads.push_back(std::move(reads));
        topic.wants.push_back(sensor->wants());
    }
    for (const auto& [name, topic] : topics) {
        if (!topic.reads.empty())
            findings.push_back({std::string(name), Grade::Enforced, fmt::format("{}", fmt::join(topic.reads, "; ")),
                                "stint device shows each value and who told it"});
        else
            findings.push_back(
                {std::string(name), Grade::Absent,
                 fmt::format("nobody tells; {} would: {}", topic.wants.size() == 1 ? "this" : "any of these",
                             fmt::join(topic.wants, "; ")),
                 "stint device set KEY=VALUE says it; stint device shows what is assumed"});
    }
    if (topics.empty())
        findings.push_back({"device", Grade::Absent, "nothing of this machine is read: STINT_SENSORS names no sensor",
                            "stint device set KEY=VALUE says it; stint device shows what is assumed"});
}

Finding aboutWindows(const WindowWatch& x11, const WindowWatch& wayland) {
    constexpr auto topic = "visible apps";
    const std::string_view named = "Wayland's window in front by the name it bears, which keeps its app from being "
                                   "killed and grants nothing";
    const std::string also = wayland.sees() ? fmt::format("; {}", named) : "";
    if (x11.sees())
        return {topic, Grade::Enforced,
                fmt::format("a terminal's foreground, and X11's window in front, are seen{}", also), ""};
    const std::string other = "stint app PACKAGE --state visible says it in a window's place";
    if (wayland.sees()) return {topic, Grade::Advisory, fmt::format("a terminal's foreground is seen{}", also), other};
    const bool isWayland = x11.error() == noDisplay && wayland.error() != noDisplay;
    return {
        topic, Grade::Advisory,
        fmt::format("a terminal's foreground is seen, windows are not: {}", isWayland ? wayland.error() : x11.error()),
        "start stintd from within an X11 session; " + other};
}

/// Adds jobs that were set aside (docs/decisions/0015), if there are any.
void addSetAside(const std::vector<SetAside>& jobs, std::vector<Finding>& findings) {
    constexpr std::size_t most = 5;
    if (jobs.empty()) return;
    std::vector<std::string> lines;
    for (const SetAside& aside : jobs) {
        if (lines.size() == most) break;
        lines.push_back(fmt::format("{}: {}", textOf(aside.job), aside.why));
    }
    if (jobs.size() > most) lines.push_back(fmt::format("and {} more", jobs.size() - most));
    findings.push_back({"jobs", Grade::Trouble,
                        fmt::format("{} kept, set aside: {}", jobs.size(), fmt::join(lines, "; ")),
                        "stint cancel JOB, or let its app schedule it again; the others go on"});
}

void addAborts(const Aborts& aborts, std::vector<Finding>& findings) {
    if (aborts.row().empty()) return;
    findings.push_back(
        {"aborts", Grade::Trouble,
         fmt::format("stintd aborted {} since the boot, {} of them within a minute of others",
                     counted(aborts.all().size(), "time"), aborts.row().size()),
         "jobs that it was asking about are set aside until the next boot; its log says where it broke"});
}

/// Adds the line that brings messages from elsewhere (push.md §5), where an app is registered for them.
void addLine(const LineStatus& line, const std::string& unstarted, std::vector<Finding>& findings) {
    if (line.registrations == 0) return;
    const std::string whose = counted(line.registrations, "registration") + " for messages from elsewhere; ";
    const std::string more = "stint push doctor";
    if (line.up)
        findings.push_back({"line", Grade::Enforced, whose + "connected to " + line.server, ""});
    else if (!unstarted.empty())
        findings.push_back({"line", Grade::Trouble, whose + "stint-push cannot be started: " + unstarted, more});
    else
        findings.push_back({"line", Grade::Advisory,
                            whose + (line.trouble.empty() ? "not connected yet" : "not connected: " + line.trouble),
                            more});
}

/// The findings that are the same on every machine, because Stint has no edge for them yet.
std::vector<Finding> aboutWhatIsNotThere() {
    return {
        {"callers", Grade::Advisory,
         "known by the kernel's word; a hostile process of the same user could still take an app's place", ""},
    };
}

} // namespace

std::optional<Error> Daemon::storeError() {
    if (degraded_) return degraded_;
    const auto room = store_->acceptsMore();
    return room ? std::nullopt : std::optional(room.error());
}

std::vector<wire::Finding> Daemon::findings() {
    std::vector<Finding> all{
        aboutDaemon(),
        aboutStore(options_.store, storeNotes_, storeError()),
        aboutProcesses(*processes_),
        aboutWakeAlarms(wakeRefusal_, netcut_->state(), core_->constants()),
        aboutPolicy(options_.policy, policyError_),
        aboutApps(*registry_, options_.apps),
        aboutNotifications(*desktop_),
        aboutSessionBus(door_.get()),
        aboutPage(),
        aboutWindows(windowWatch_, toplevelWatch_),
    };
    addLimits(*processes_, all);
    addSensors(deviceSource_, all);
    addSetAside(core_->setAside(), all);
    addAborts(aborts_, all);
    for (const LineStatus& line : core_->all<LineStatus>(now_))
        addLine(line, line_->trouble(), all);
    all.push_back(aboutNetwork());
    for (Finding& finding : aboutWhatIsNotThere())
        all.push_back(std::move(finding));
    return all;
}

std::vector<wire::ProgramRow> Daemon::programs() {
    const Build& own = ownBuild();
    std::vector<wire::ProgramRow> all{{"stintd", std::string(own.version), std::string(own.commit)}};
    const Netcut::State guard = netcut_->state();
    if (guard.serves) all.push_back({"stint-netguard", guard.version, guard.commit});
    return all;
}

} // namespace stint
