#include "bench/programs.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <thread>

#include <fmt/core.h>

namespace stint::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds patience{20};

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> list;
    for (std::string& word : words)
        list.push_back(word.data());
    list.push_back(nullptr);
    return list;
}

/// A server has no other way to say that it listens than to let one in.
Fd connected(const std::function<Fd()>& attempt, const std::string& whom) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
        if (Fd fd = attempt()) return fd;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    giveUp(fmt::format("{} does not listen", whom));
}

Fd connectTo(const fs::path& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket.native().size() >= sizeof address.sun_path) giveUp(fmt::format("{} is too long", socket.native()));
    std::strcpy(address.sun_path, socket.c_str());
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
    return fd;
}

std::string quoted(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", word);
    return text;
}

/// A directory below the bench's, as a session has it: 0700.
fs::path made(const std::string& name) {
    fs::path path = directory() / name;
    fs::create_directory(path);
    fs::permissions(path, fs::perms::owner_all);
    return path;
}

void writeManifest(const std::vector<std::string>& host) {
    const fs::path apps = directory() / "data" / "stint" / "apps";
    fs::create_directories(apps);
    std::ofstream(apps / fmt::format("{}.toml", Stint::package))
        << fmt::format("package = \"{0}\"\nlabel = \"Bench\"\ncommand = [\"{1}\"]\nexecutable = \"{1}\"\n"
                       "permissions = [\"RECEIVE_BOOT_COMPLETED\"]\n[[service]]\nname = \"{2}\"\n"
                       "permission = \"BIND_JOB_SERVICE\"\ncommand = [{3}]\n",
                       Stint::package, fs::read_symlink("/proc/self/exe").string(), Stint::service, quoted(host));
}

void asOperator(const std::vector<std::string>& words) {
    std::vector<std::string> line{(here() / "stint").string()};
    line.insert(line.end(), words.begin(), words.end());
    if (Program(std::move(line)).wait() != 0) giveUp(fmt::format("stint {} failed", words.front()));
}

/// stintd's line, once the directories that it and libstint are to use are there and named.
std::vector<std::string> daemon(const std::vector<std::string>& host) {
    ::setenv("XDG_RUNTIME_DIR", made("runtime").c_str(), 1);
    ::setenv("XDG_STATE_HOME", made("state").c_str(), 1);
    ::setenv("XDG_DATA_HOME", made("data").c_str(), 1);
    ::setenv("XDG_CONFIG_HOME", made("config").c_str(), 1);
    writeManifest(host);
    // The policy allows as many jobs as a bench likes.
    const fs::path policy = directory() / "policy.toml";
    std::ofstream(policy) << "\"job.boot_settle\" = \"0s\"\n\"job.max_jobs_per_app\" = 100000000\n"
                             "\"job.schedule_rate_window\" = \"1ms\"\n\"job.schedule_rate\" = 100000000\n"
                             "\"job.safeguard.enabled\" = false\n";
    return bound({(here() / "stintd").string(), "--policy", policy.string()});
}

} // namespace

void giveUp(const std::string& what) {
    std::fprintf(stderr, "bench: %s\n", what.c_str());
    std::exit(1);
}

fs::path directory() {
    const char* given = std::getenv("STINT_BENCH_DIR");
    if (!given) giveUp("no STINT_BENCH_DIR: to be started by ./bench");
    return given;
}

fs::path here() { return fs::read_symlink("/proc/self/exe").parent_path(); }

Program::Program(std::vector<std::string> words) {
    posix_spawn_file_actions_t output;
    ::posix_spawn_file_actions_init(&output);
    ::posix_spawn_file_actions_addopen(&output, 1, (directory() / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::posix_spawn_file_actions_adddup2(&output, 1, 2);
    const int error = ::posix_spawnp(&pid_, words[0].c_str(), &output, nullptr, pointers(words).data(), environ);
    ::posix_spawn_file_actions_destroy(&output);
    if (error != 0) giveUp(fmt::format("cannot start {}: {}", words[0], std::strerror(error)));
}

Program::~Program() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGTERM);
    wait();
}

int Program::wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return status;
}

double Program::used() const {
    clockid_t clock = 0;
    timespec used{};
    if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) giveUp("a program has ended");
    return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

std::vector<std::string> bound(const std::vector<std::string>& words) {
    std::vector<std::string> line{(here() / "stint-exec").string(), "--parent", std::to_string(::getpid()), "--"};
    line.insert(line.end(), words.begin(), words.end());
    return line;
}

Stint::Stint(const std::vector<std::string>& host) : daemon_(daemon(host)) {
    (void)connected([&] { return connectTo(directory() / "runtime" / "stint" / "bus"); }, "stintd");
    asOperator({"app", package, "--state", "visible"});
}

Line::Line(const fs::path& socket) : fd_(connected([&] { return connectTo(socket); }, socket.string())) {}

void Line::send(std::string_view text) {
    if (::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
        giveUp("a server has hung up");
}

std::string Line::receive() {
    std::size_t end = 0;
    while ((end = read_.find("\r\n")) == std::string::npos) {
        char piece[4096];
        const ssize_t size = ::read(fd_.get(), piece, sizeof piece);
        if (size <= 0) giveUp("a server has hung up");
        read_.append(piece, static_cast<std::size_t>(size));
    }
    std::string line = read_.substr(0, end);
    read_.erase(0, end + 2);
    return line;
}

Beanstalkd::Beanstalkd()
    : socket_(made("beanstalkd") / "socket"),
      server_(bound({"beanstalkd", "-l", "unix:" + socket_.string(), "-b", socket_.parent_path().string(), "-f0"})) {}

Redis::Redis()
    : socket_(made("redis") / "socket"),
      server_(bound({"redis-server", "--port", "0", "--unixsocket", socket_.string(), "--dir",
                     socket_.parent_path().string(), "--appendonly", "yes", "--appendfsync", "always", "--save", "",
                     "--loglevel", "warning"})) {}

} // namespace stint::bench
