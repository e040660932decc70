#include "device/window_watch.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/fail.hpp"
#include "base/helper_process.hpp"
#include "base/number.hpp"
#include "base/socket_pair.hpp"
#include "base/try.hpp"

namespace stint {

WindowWatch::~WindowWatch() {
    if (isWatching()) ::kill(process_, SIGKILL); // whoever reaps it is the daemon, whose end it would not outlive
}

void WindowWatch::start(sd_event* loop) {
    const char* const display = std::getenv("DISPLAY");
    std::error_code unknown;
    if (!display || !*display) return;
    if (!std::filesystem::exists(program_, unknown)) return end("this build of Stint has no stint-windows");
    if (auto spawned = spawn(loop); !spawned) end(spawned.error().message);
}

Result<void> WindowWatch::spawn(sd_event* loop) {
    auto [ours, theirs] = STINT_TRY(socketPair(SOCK_SEQPACKET));
    sd_event_source* source = nullptr;
    if (const int added = sd_event_add_io(loop, &source, ours.get(), EPOLLIN, told, this); added < 0)
        return fail(Errc::SYSTEM, "cannot listen to {}: {}", program_.string(), std::strerror(-added));
    ready_.reset(source);
    process_ = STINT_TRY(startHelper(program_, theirs));
    socket_ = std::move(ours);
    error_.clear();
    return {};
}

void WindowWatch::end(std::string why) {
    ready_.reset();
    process_ = 0;
    error_ = std::move(why);
    inFront_(0);
}

int WindowWatch::told(sd_event_source*, int, std::uint32_t, void* self) {
    auto& watch = *static_cast<WindowWatch*>(self);
    char text[32];
    ssize_t size = 0;
    while ((size = ::recv(watch.socket_.get(), text, sizeof text, MSG_DONTWAIT)) > 0) {
        std::string_view rest(text, static_cast<std::size_t>(size));
        if (const auto pid = takeNumber<pid_t>(rest)) watch.inFront_(*pid);
    }
    if (size == 0) watch.end("its display has ended, or tells nothing of windows");
    return 0;
}

} // namespace stint
