#include "faces/cli/run/callers_input.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <unistd.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/time/clock.hpp"
#include "faces/screen/exit_code.hpp"

namespace stint::cli {
namespace {

constexpr std::size_t piece = 65536;

} // namespace

/// Sleeps until there is something to read.
Result<void> CallersInput::await() {
    if (since_ == Duration{0}) since_ = steadyNow();
    std::array<pollfd, 2> watched{{{STDIN_FILENO, POLLIN, 0}, {signals_.fd(), POLLIN, 0}}};
    while (watched[0].revents == 0) {
        const Duration left = since_ + silence - steadyNow();
        const int timeout = told_ ? -1 : static_cast<int>(std::max(0ms, left).count());
        if (::poll(watched.data(), watched.size(), timeout) < 0 && errno != EINTR)
            return fail(Errc::SYSTEM, "cannot wait for stdin: {}", std::strerror(errno));
        while (const auto signal = signals_.take())
            if (*signal != SIGWINCH) signal_ = signal;
        if (signal_) return fail(Errc::SYSTEM, "interrupted while stdin was read; nothing was scheduled");
        if (told_ || steadyNow() - since_ < silence) continue;
        screen_.warn("reads stdin to its end, for the command to read it; < /dev/null gives it nothing to read");
        told_ = true;
    }
    return {};
}

Result<std::string> CallersInput::next() {
    std::string text;
    if (::isatty(STDIN_FILENO) != 0) return text;
    for (;;) {
        STINT_TRY(await());
        text.resize(piece);
        const ssize_t read = ::read(STDIN_FILENO, text.data(), text.size());
        if (read < 0 && (errno == EAGAIN || errno == EINTR)) continue; // another process reads it, too
        if (read < 0) return fail(Errc::SYSTEM, "cannot read stdin: {}", std::strerror(errno));
        text.resize(static_cast<std::size_t>(read));
        size_ += read;
        if (size_ <= most) return text;
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "stdin has more than {}, the most that is kept; let the command open the file itself, as in "
                    "sh -c 'exec sort < FILE'",
                    formatSize(most));
    }
}

int CallersInput::exitCode(const Error& error) const {
    if (signal_) return exitCodeOfSignal(*signal_);
    return size_ > most ? ends::badData : exitCodeOf(error.code);
}

} // namespace stint::cli
