#include "stintd/process/spawn.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/result/errors.hpp"
#include "base/spawn/spawn.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"
#include "base/unix/sockets.hpp"
#include "stintd/process/exec/serve.hpp"

namespace stint {
namespace {

constexpr std::array<std::string_view, 10> kept{
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "TMPDIR", "TZ",
};
// The common ways to name a proxy: curl reads http_proxy in small letters only, and the others in both.
constexpr std::array<std::string_view, 7> proxies{
    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
};
// sd_notify(3), sd_listen_fds(3): addressed to the daemon by its own starter.
constexpr std::array<std::string_view, 11> daemonsOwn{
    "NOTIFY_SOCKET", "LISTEN_FDS",     "LISTEN_PID", "LISTEN_FDNAMES",   "WATCHDOG_USEC",   "WATCHDOG_PID",
    "INVOCATION_ID", "JOURNAL_STREAM", "MAINPID",    "SYSTEMD_EXEC_PID", "STINT_DELEGATED",
};

template <class Names> bool holds(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool isForServices(std::string_view name) {
    const bool place = name.starts_with("XDG_") && name.ends_with("_HOME");
    return place || name.starts_with("LC_") || holds(kept, name) || holds(proxies, name);
}

std::string valueOr(const Environment& environment, const std::string& name, std::string_view otherwise) {
    auto found = environment.find(name);
    return found == environment.end() ? std::string(otherwise) : found->second;
}

} // namespace

Environment environmentFrom(const char* const* strings) {
    Environment environment;
    for (; *strings; ++strings) {
        const std::string_view text(*strings);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

Environment environmentFor(const Command& command, const Environment& own) {
    Environment environment;
    for (const auto& [name, value] : own) {
        if (command.cleanEnvironment ? isForServices(name) : !holds(daemonsOwn, name)) environment[name] = value;
    }
    environment.try_emplace("PATH", defaultPath);
    environment.try_emplace("HOME", homeDirectory(own).string());
    for (const auto& [name, value] : command.environment)
        environment[name] = value;
    return environment;
}

std::filesystem::path homeDirectory(const Environment& environment) {
    std::filesystem::path home = valueOr(environment, "HOME", "");
    if (home.empty()) home = homeDirectory();
    std::error_code ignored;
    return std::filesystem::is_directory(home, ignored) ? home : "/";
}

namespace {

// Descriptors are first moved above the child's places, so that none is overwritten before its turn.
constexpr int clear = 10;

struct Given : FileActions {
    std::vector<Fd> moved;
};

Result<void> give(Given& to, int descriptor, int inChild) {
    Fd high(::fcntl(descriptor, F_DUPFD_CLOEXEC, clear));
    if (!high) return fail(Errc::SYSTEM, "cannot pass on a descriptor: {}", std::strerror(errno));
    ::posix_spawn_file_actions_adddup2(&to.actions, high.get(), inChild);
    to.moved.push_back(std::move(high));
    return {};
}

} // namespace

Result<Born> pinned(pid_t pid) {
    Born born{pid, openPidfd(pid)};
    if (born.pidfd) return born;
    Error refused = fail(Errc::SYSTEM, "cannot watch process {}: {}", pid, std::strerror(errno));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return refused;
}

Result<Born> posixSpawn(const std::filesystem::path& program, std::vector<std::string> words,
                        std::vector<std::string> variables, std::span<const int> descriptors) {
    Given files;
    for (std::size_t place = 0; place < descriptors.size(); ++place)
        if (descriptors[place] >= 0) STINT_TRY(give(files, descriptors[place], static_cast<int>(place)));
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, program.c_str(), &files.actions, nullptr, pointersTo(words).data(),
                                    pointersTo(variables).data());
    if (error != 0) return fail(Errc::SYSTEM, "cannot start {}: {}", program.string(), std::strerror(error));
    return pinned(pid);
}

namespace {

constexpr int socketInChild = order::socketInChild;
constexpr int cgroupInChild = 4;

// PROPOSAL: a user waits for a service that is no background work, but others use the machine at the same moment.
constexpr int serviceNiceness = 5;
// PROPOSAL: files that services make are as readable as a user's; systemd gives its user units the same.
constexpr const char* serviceUmask = "022";

// -1 stands for /dev/null as stdin, and for the daemon's own stderr as stdout and stderr.
Result<std::array<Fd, 3>> stdioOf(const Command& command) {
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return fail(Errc::SYSTEM, "cannot open /dev/null: {}", std::strerror(errno));
    const bool canComplain = ::fcntl(STDERR_FILENO, F_GETFD) >= 0;
    std::array<Fd, 3> stdio;
    for (std::size_t i = 0; i < stdio.size(); ++i) {
        const int otherwise = i == 0 || !canComplain ? null.get() : STDERR_FILENO;
        const int given = command.stdio[i] >= 0 ? command.stdio[i] : otherwise;
        stdio[i] = Fd(::fcntl(given, F_DUPFD_CLOEXEC, 0));
        if (!stdio[i]) return fail(Errc::SYSTEM, "cannot pass on a descriptor: {}", std::strerror(errno));
    }
    return stdio;
}

std::vector<std::string> wordsFor(const Command& command, const Entrance& entrance, const Helper& helper,
                                  const std::string& directory) {
    std::vector<std::string> words{helper.program.string(), "--parent", std::to_string(::getpid())};
    if (helper.descriptors != 0) words.insert(words.end(), {"--files", std::to_string(helper.descriptors)});
    words.insert(words.end(), entrance.arguments.begin(), entrance.arguments.end());
    if (command.service) words.insert(words.end(), {"--keep", std::to_string(socketInChild)});
    if (command.background && !command.keepsPriority)
        words.insert(words.end(), {"--idle-io", "--nice", std::to_string(entrance.niceness)});
    else if (command.service && !command.background)
        words.insert(words.end(), {"--nice", std::to_string(serviceNiceness)});
    if (command.cleanEnvironment) words.insert(words.end(), {"--umask", serviceUmask});
    words.insert(words.end(), {"--directory", directory, "--"});
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    return words;
}

} // namespace

Result<Prepared> prepare(const Command& command, Entrance entrance, const Environment& own, const Helper& helper) {
    Environment environment = environmentFor(command, own);
    const std::string directory = command.directory.empty() ? homeDirectory(environment).string() : command.directory;
    if (command.arguments.empty()) return fail(Errc::SYSTEM, "cannot start a command that is empty");
    STINT_TRY(findProgram(command.arguments.front(), environment.at("PATH"), directory));

    auto stdio = STINT_TRY(stdioOf(command));
    Prepared prepared{.words = wordsFor(command, entrance, helper, directory),
                      .stdio = std::move(stdio),
                      .cgroup = std::move(entrance.cgroup)};
    if (command.service) {
        std::tie(prepared.ours, prepared.socket) = STINT_TRY(socketPair());
        environment["STINT_SOCKET_FD"] = std::to_string(socketInChild);
    }
    for (const auto& [name, value] : environment)
        prepared.variables.push_back(name + '=' + value);
    return prepared;
}

Result<Born> spawn(const Prepared& prepared) {
    std::vector<std::string> words = prepared.words;
    Fd procs;
    if (prepared.cgroup) {
        procs = Fd(::openat(prepared.cgroup.get(), "cgroup.procs", O_WRONLY | O_CLOEXEC));
        if (!procs) return fail(Errc::SYSTEM, "cannot open the cgroup.procs of a process: {}", std::strerror(errno));
        words.insert(words.begin() + 1, {"--cgroup", std::to_string(cgroupInChild)});
    }
    const auto& [in, out, complaints] = prepared.stdio;
    const std::array given{in.get(), out.get(), complaints.get(), prepared.socket.get(), procs.get()};
    return posixSpawn(prepared.words.front(), std::move(words), prepared.variables, given);
}

namespace {

/// It answers as soon as it gets a processor, unless somebody has stopped it.
constexpr int patienceMs = 2'000;

Result<std::string> packetOf(ProcessId id, const Prepared& prepared) {
    const order::Head head{id.value, static_cast<std::uint32_t>(prepared.words.size()),
                           static_cast<std::uint32_t>(prepared.variables.size())};
    std::string packet(reinterpret_cast<const char*>(&head), sizeof head);
    for (const auto* list : {&prepared.words, &prepared.variables})
        for (const std::string& text : *list)
            packet.append(text.c_str(), text.size() + 1);
    if (packet.size() > order::longest) return fail(Errc::SYSTEM, "the command and its environment are too long");
    return packet;
}

bool sent(const Fd& socket, std::string_view packet, const Prepared& prepared) {
    const auto& [in, out, complaints] = prepared.stdio;
    const std::array<int, order::most> given{prepared.cgroup.get(), in.get(), out.get(), complaints.get(),
                                             prepared.socket.get()};
    const std::size_t count = order::least + (prepared.socket ? 1 : 0);
    return sendWith(socket.get(), packet, std::span(given).first(count)) == static_cast<ssize_t>(packet.size());
}

} // namespace

Result<void> Starter::begin() {
    if (socket_) return {};
    auto [ours, theirs] = STINT_TRY(socketPair(SOCK_SEQPACKET));
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return fail(Errc::SYSTEM, "cannot open /dev/null: {}", std::strerror(errno));
    const int complaints = ::fcntl(STDERR_FILENO, F_GETFD) >= 0 ? STDERR_FILENO : null.get();
    const std::array descriptors{null.get(), null.get(), complaints, theirs.get()};
    static_assert(order::socket + 1 == descriptors.size());
    process_ = STINT_TRY(posixSpawn(
        program_, {program_.string(), "--serve", std::to_string(::getpid()), "--reap", instance_}, {}, descriptors));
    socket_ = std::move(ours);
    sd_event_source* source = nullptr;
    const int added = sd_event_add_io(loop_, &source, socket_.get(), EPOLLIN, spoke, this);
    answers_.reset(source);
    if (added >= 0) return {};
    end();
    return fail(Errc::SYSTEM, "cannot listen to {}: {}", program_.string(), std::strerror(-added));
}

Result<void> Starter::order(ProcessId id, const Prepared& prepared) {
    std::string packet = STINT_TRY(packetOf(id, prepared));
    if (!socket_ && !owed_.empty()) return fail(Errc::SYSTEM, "the one before has died, and not all know it yet");
    STINT_TRY(begin());
    if (!sent(socket_, packet, prepared)) {
        if (errno == EPIPE && owed_.empty()) end(); // the next order goes to a new one
        return fail(Errc::SYSTEM, "{} does not listen", program_.string());
    }
    STINT_CHECK(socket_);
    STINT_CHECK(owed_.insert(id).second); // each order is owed one answer
    return {};
}

Result<std::optional<Starter::Spawned>> Starter::answer(Wait wait) {
    while (socket_) {
        const bool waits = wait == Wait::Yes && !owed_.empty();
        pollfd speaks{socket_.get(), POLLIN, 0};
        while (waits && ::poll(&speaks, 1, patienceMs) < 0 && errno == EINTR) {
        }
        order::Answer answer;
        const ssize_t size = ::recv(socket_.get(), &answer, sizeof answer, MSG_DONTWAIT);
        if (size < 0 && !waits && (errno == EAGAIN || errno == EINTR)) return std::optional<Spawned>();
        if (size != sizeof answer) break;
        if (answer.id == order::nobody) {
            ready(answer.pid);
            continue;
        }
        if (owed_.erase(ProcessId{answer.id}) == 0) continue; // the second of two answers: process and reaper
        if (answer.pid == process_.pid) process_ = {};        // from here on Children waits for it
        return std::optional(Spawned{ProcessId{answer.id}, answer.pid, answer.error});
    }
    end();
    if (std::exchange(owed_, {}).empty()) return std::optional<Spawned>();
    return fail(Errc::SYSTEM, "{} does not answer", program_.string());
}

// One that cannot be pinned is dead; the next order finds nobody.
void Starter::ready(pid_t pid) {
    process_ = {};
    if (pid <= 0) return;
    if (auto born = pinned(pid)) process_ = std::move(born).value();
}

int Starter::spoke(sd_event_source*, int, std::uint32_t, void* self) {
    auto& starter = *static_cast<Starter*>(self);
    if (starter.owed_.empty()) static_cast<void>(starter.answer(Wait::No)); // takes only the word on who waits now
    starter.speaks_();
    return 0;
}

// The daemon's wait for all children may have taken its end already. A waiting one whose pid is not known yet ends by
// itself, since the socket's other end is closed.
void Starter::end() {
    if (!socket_) return;
    answers_.reset();
    socket_ = Fd();
    if (!process_.pidfd) return;
    sendSignal(process_.pidfd, SIGKILL);
    siginfo_t ended{};
    ::waitid(P_PIDFD, static_cast<id_t>(process_.pidfd.get()), &ended, WEXITED);
    process_ = {};
}

} // namespace stint
