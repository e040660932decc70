#include "stintd/device/window_watch.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <sys/epoll.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/unix/sockets.hpp"
#include "stintd/helpers/helper.hpp"

namespace stint {

WindowWatch::~WindowWatch() {
    if (process_ > 0) ::kill(process_, SIGKILL); // not waited for: the daemon is ending
}

void WindowWatch::start(sd_event* loop) {
    const char* const display = std::getenv(display_);
    std::error_code unknown;
    if (!display || !*display) return;
    if (!std::filesystem::exists(program_, unknown))
        return end(fmt::format("this build of Stint has no {}", program_.filename().string()));
    if (auto spawned = spawn(loop); !spawned) end(spawned.error().message);
}

Result<void> WindowWatch::spawn(sd_event* loop) {
    auto [ours, theirs] = STINT_TRY(socketPair(SOCK_SEQPACKET));
    sd_event_source* source = nullptr;
    if (const int added = sd_event_add_io(loop, &source, ours.get(), EPOLLIN, ready, this); added < 0)
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
    listener_({});
}

void WindowWatch::hear(std::string_view word) {
    error_ = blindFrom(word);
    listener_(sees() ? word : std::string_view());
}

int WindowWatch::ready(sd_event_source*, int, std::uint32_t, void* self) {
    auto& watch = *static_cast<WindowWatch*>(self);
    char text[longestWindowWord];
    ssize_t size = 0;
    while ((size = ::recv(watch.socket_.get(), text, sizeof text, MSG_DONTWAIT)) > 0)
        watch.hear({text, static_cast<std::size_t>(size)});
    if (size == 0) watch.end("it has ended: its display did, or a library is missing (the journal has its words)");
    return 0;
}

} // namespace stint
