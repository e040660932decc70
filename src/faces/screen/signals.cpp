#include "faces/screen/signals.hpp"

#include <cerrno>
#include <cstring>

#include <sys/signalfd.h>

#include "base/result/fail.hpp"

namespace stint::cli {

Result<Signals> Signals::open() {
    sigset_t wanted, before;
    sigemptyset(&wanted);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGWINCH})
        sigaddset(&wanted, signal);
    Fd descriptor{::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK)};
    if (!descriptor) return fail(Errc::SYSTEM, "cannot watch for signals: {}", std::strerror(errno));
    ::sigprocmask(SIG_BLOCK, &wanted, &before);
    return Signals{std::move(descriptor), before};
}

Signals::~Signals() {
    if (descriptor_) ::sigprocmask(SIG_SETMASK, &before_, nullptr); // a moved-from one has none
}

std::optional<int> Signals::take() {
    signalfd_siginfo info{};
    if (::read(descriptor_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
}

} // namespace stint::cli
