#include "process/world.hpp"

#include <poll.h>
#include <unistd.h>

#include <filesystem>

#include "base/unix/process.hpp"

namespace stint {
namespace {

constexpr int patienceMs = 30'000;

} // namespace

World::World(bool cgroups, std::string instance, bool adopts, std::chrono::milliseconds forLeftovers) {
    static int count = 0;
    if (instance.empty()) instance = "test " + std::to_string(::getpid()) + "/" + std::to_string(++count);
    REQUIRE(sd_event_new(&loop) >= 0);
    auto opened = Processes::open(
        loop, *this,
        {.helper = helper(),
         .instance = instance,
         .cgroups = cgroups,
         .adopts = adopts,
         .written = [this](const AppId& app, std::string_view line) { written[app].emplace_back(line); },
         .forLeftovers = forLeftovers,
         .complain = [this](const std::string& text) { complaints.push_back(text); }});
    if (!opened) FAIL(opened.error().message);
    processes = std::move(opened).value();
}

World::~World() {
    processes.reset();
    sd_event_unref(loop);
}

void World::gone(ProcessId id, const AppId& app, const Processes::End& end) {
    CHECK_FALSE(ended.contains(id));
    ended[id] = {app, end.status, end.killed, end.limit};
    onGone(id);
}

void World::runUntil(const std::function<bool()>& so) {
    while (!so()) {
        int ran = sd_event_run(loop, std::uint64_t{patienceMs} * 1000);
        REQUIRE_MESSAGE(ran > 0, "what the test waits for does not happen");
    }
}

Gone World::waitForEnd(ProcessId id) {
    runUntil([&] { return ended.contains(id); });
    return ended[id];
}

std::filesystem::path helper() { return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "stint-exec"; }

Command shell(std::string script, std::string app) {
    Command command;
    command.app = AppId{std::move(app)};
    command.arguments = {"sh", "-c", std::move(script)};
    command.directory = "/";
    return command;
}

std::string line(const Fd& socket) {
    std::string text;
    while (true) {
        pollfd ready{socket.get(), POLLIN, 0};
        REQUIRE(::poll(&ready, 1, patienceMs) == 1);
        char letter = 0;
        if (::read(socket.get(), &letter, 1) != 1 || letter == '\n') return text;
        text += letter;
    }
}

pid_t pidIn(const Fd& socket) { return static_cast<pid_t>(std::stol(line(socket))); }

bool alive(pid_t pid) {
    std::string text = readFile("/proc/" + std::to_string(pid) + "/stat").value_or("");
    const std::size_t name = text.rfind(')');
    return name != std::string::npos && text.at(name + 2) != 'Z' && text.at(name + 2) != 'X';
}

int withEnvironment(const std::string& word) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string environment = readFile(entry.path() / "environ").value_or("");
        if (environment.find(word) == std::string::npos) continue;
        if (alive(static_cast<pid_t>(std::atoi(entry.path().filename().c_str())))) ++count;
    }
    return count;
}

} // namespace stint
