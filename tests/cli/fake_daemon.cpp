#include "fake_daemon.hpp"

#include <csignal>
#include <cstdlib>
#include <cstring>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/result/errors.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"
#include "link/wire/views.hpp"

namespace stint::cli::test {
namespace {

bool isReady(int fd, int end, short events, int timeout) {
    pollfd watched[] = {{fd, events, 0}, {end, POLLIN, 0}};
    ::poll(watched, 2, timeout);
    return watched[1].revents == 0;
}

int timeoutOf(sd_bus* bus) {
    std::uint64_t due = 0;
    return sd_bus_get_timeout(bus, &due) > 0 && due == 0 ? 0 : -1;
}

Fd listenAt(const std::filesystem::path& path) {
    Fd listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    STINT_CHECK(path.native().size() < sizeof address.sun_path);
    std::strcpy(address.sun_path, path.c_str());
    STINT_CHECK(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    STINT_CHECK(::listen(listener.get(), 8) == 0);
    return listener;
}

} // namespace

void Talk::reply(const wire::Message& call, const std::function<void(wire::Writer&)>& write) {
    auto message = wire::newReply(call);
    wire::Writer writer(*message);
    write(writer);
    STINT_CHECK(writer.done().ok() && wire::send(bus_, *message).ok());
}

void Talk::refuse(const wire::Message& call, Errc code, const std::string& message) {
    STINT_CHECK(wire::replyError(call, {code, message}).ok());
}

void Talk::signal(const char* member, const std::function<void(wire::Writer&)>& write) {
    auto message = wire::newSignal(bus_, wire::taskManagerInterface, member);
    wire::Writer writer(*message);
    write(writer);
    STINT_CHECK(writer.done().ok() && wire::send(bus_, *message).ok());
}

void Talk::jobChanged(const JobView& job) {
    signal("JobChanged", [&](wire::Writer& writer) { wire::writeRow<JobView>(writer, job); });
}

void Talk::appExited(std::uint32_t pid, std::int32_t exitCode) {
    signal("AppExited", [&](wire::Writer& writer) { writer.uint32(pid).int32(exitCode); });
}

void Talk::listsChanged(const std::vector<std::string>& topics) {
    signal("Changed", [&](wire::Writer& writer) { writer.strings(topics); });
}

FakeDaemon::FakeDaemon(Answer answer) : answer_(std::move(answer)), end_(::eventfd(0, EFD_CLOEXEC)) {
    std::string made = (std::filesystem::temp_directory_path() / "stint-cli-XXXXXX").string();
    STINT_CHECK(::mkdtemp(made.data()));
    directory_ = made;
    std::filesystem::create_directory(directory_ / "stint");
    std::filesystem::permissions(directory_ / "stint", std::filesystem::perms::owner_all);
    if (const char* set = std::getenv("XDG_RUNTIME_DIR")) before_ = set;
    ::setenv("XDG_RUNTIME_DIR", directory_.c_str(), 1);
    listener_ = listenAt(directory_ / "stint" / wire::socketName);
    thread_ = std::thread([this] { run(); });
}

FakeDaemon::~FakeDaemon() {
    calls();
    before_.empty() ? ::unsetenv("XDG_RUNTIME_DIR") : ::setenv("XDG_RUNTIME_DIR", before_.c_str(), 1);
    std::filesystem::remove_all(directory_);
}

std::vector<std::string> FakeDaemon::calls() {
    ::eventfd_write(end_.get(), 1);
    if (thread_.joinable()) thread_.join();
    return calls_;
}

void FakeDaemon::run() {
    sigset_t all; // signals are for the thread that runs the command
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (isReady(listener_.get(), end_.get(), POLLIN, -1))
        serve(Fd{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)});
}

void FakeDaemon::serve(Fd connection) {
    auto bus = wire::serverOver(std::move(connection));
    STINT_CHECK(bus.ok());
    Talk talk(bus->get());
    for (;;) {
        sd_bus_message* raw = nullptr;
        const int handled = sd_bus_process(bus->get(), &raw);
        if (handled < 0) return; // the command has ended
        if (raw) {
            auto call = wire::Message::owning(raw);
            if (!call.isCall()) continue;
            calls_.emplace_back(call.member());
            answer_(talk, call);
        }
        if (talk.isOver()) {
            sd_bus_flush(bus->get());
            return;
        }
        const short events = static_cast<short>(sd_bus_get_events(bus->get()));
        if (handled == 0 && !isReady(sd_bus_get_fd(bus->get()), end_.get(), events, timeoutOf(bus->get()))) return;
    }
}

} // namespace stint::cli::test
