#include "push/broker/handover.hpp"

#include <utility>

#include <sys/eventfd.h>

#include "base/result/errors.hpp"

namespace stint::push {

Result<std::unique_ptr<Handover>> Handover::open(sd_event* loop) {
    Fd bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!bell) return fail(Errc::SYSTEM, "cannot make a descriptor of events");
    std::unique_ptr<Handover> made(new Handover(std::move(bell)));
    sd_event_source* source = nullptr;
    if (sd_event_add_io(loop, &source, made->bell_.get(), EPOLLIN, rung, made.get()) < 0)
        return fail(Errc::SYSTEM, "cannot follow a descriptor of events");
    made->source_.reset(source);
    return made;
}

void Handover::leave(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    left_.push_back(std::move(work));
    if (left_.size() == 1) ::eventfd_write(bell_.get(), 1);
}

int Handover::rung(sd_event_source*, int fd, std::uint32_t, void* it) {
    auto& self = *static_cast<Handover*>(it);
    eventfd_t ignored = 0;
    ::eventfd_read(fd, &ignored);
    std::vector<std::function<void()>> work;
    {
        const std::lock_guard lock(self.mutex_);
        work.swap(self.left_);
    }
    for (const auto& one : work)
        one();
    return 0;
}

} // namespace stint::push
