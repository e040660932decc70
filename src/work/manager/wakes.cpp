#include "work/manager/wakes.hpp"

#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/unix/inotify.hpp"

namespace stint::work {

namespace {

Error systemError(std::string_view what) { return fail(Errc::SYSTEM, "{}: {}", what, std::strerror(errno)); }

Result<void> addTo(const Fd& epoll, int fd) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &wanted) != 0) return systemError("epoll");
    return {};
}

} // namespace

Result<Wakes> Wakes::open(int connection) {
    Wakes wakes;
    wakes.epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
    wakes.wakeUp_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    wakes.inotify_ = openInotify();
    if (!wakes.epoll_ || !wakes.wakeUp_ || !wakes.inotify_) return systemError("a descriptor");
    for (const int fd : {connection, wakes.wakeUp_.get(), wakes.inotify_.get()})
        STINT_TRY(addTo(wakes.epoll_, fd));
    return wakes;
}

// Watches for the touch that a commit ends with (work/engine/sessions.hpp).
Result<void> Wakes::watchFile(const std::filesystem::path& directory) {
    if (::inotify_add_watch(inotify_.get(), directory.c_str(), IN_ATTRIB | IN_ONLYDIR) < 0)
        return systemError(directory.string());
    return {};
}

void Wakes::follow(int other, short events) {
    if (other == other_ && events == events_) return;
    epoll_event wanted{};
    wanted.events = static_cast<std::uint32_t>(events); // EPOLLIN and EPOLLOUT are poll's numbers
    if (other != other_ && other_ >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, other_, nullptr);
    if (other >= 0) ::epoll_ctl(epoll_.get(), other == other_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, other, &wanted);
    other_ = other;
    events_ = events;
}

void Wakes::wake() const { ::eventfd_write(wakeUp_.get(), 1); }

bool Wakes::drain() const {
    eventfd_t count = 0;
    ::eventfd_read(wakeUp_.get(), &count);
    return dropEvents(inotify_);
}

} // namespace stint::work
