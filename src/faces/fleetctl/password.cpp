#include "faces/fleetctl/password.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/core.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "base/result/errors.hpp"

namespace stint::fleetctl {
namespace {

using fleet::SecretText;

constexpr std::size_t longest = 1'000;
constexpr int tries = 3;

/// While it exists, the terminal shows nothing that is typed, and no key stops this program: it would leave a terminal
/// that shows nothing.
class Unseen {
public:
    Unseen() {
        isSet_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        termios now = before_;
        now.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        now.c_cc[VSUSP] = now.c_cc[VQUIT] = _POSIX_VDISABLE;
        isSet_ = isSet_ && ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &now) == 0;
    }
    ~Unseen() {
        if (isSet_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

    bool isSet() const { return isSet_; }

private:
    termios before_{};
    bool isSet_ = false;
};

} // namespace

Result<std::optional<SecretText>> Passwords::line() {
    SecretText room(longest + 1);
    std::size_t size = 0;
    for (;; ++size) {
        char& letter = room.data()[std::min(size, longest)];
        ssize_t count = 0;
        do
            count = ::read(STDIN_FILENO, &letter, 1); // no byte more than the line's: the next one is another password
        while (count < 0 && errno == EINTR);
        if (count < 0) return fail(Errc::SYSTEM, "cannot read a password: {}", std::strerror(errno));
        if (count == 0 && size == 0) return fail(Errc::ILLEGAL_ARGUMENT, "there is no password");
        if (count == 0 || letter == '\n') break;
        if (size == longest) return fail(Errc::ILLEGAL_ARGUMENT, "a password has {} bytes at most", longest);
    }
    if (size == 0) return fail(Errc::ILLEGAL_ARGUMENT, "a password may not be empty");
    SecretText text(size);
    std::copy_n(room.data(), size, text.data());
    return std::optional(std::move(text));
}

Result<std::optional<SecretText>> Passwords::typed(std::string_view prompt) {
    if (!screen_.canAsk()) // a process in the background that sets its terminal is stopped
        return fail(Errc::ILLEGAL_ARGUMENT, "{}, so nobody can be asked for a password", screen_.whyNobodyAnswers());
    auto signals = STINT_TRY(cli::Signals::open());
    const Unseen unseen;
    if (!unseen.isSet()) return fail(Errc::SYSTEM, "this terminal would show the password");
    screen_.passErr(fmt::format("{}: ", prompt));
    for (;;) {
        pollfd ends[]{{STDIN_FILENO, POLLIN, 0}, {signals.fd(), POLLIN, 0}};
        if (::poll(ends, std::size(ends), -1) < 0 && errno != EINTR)
            return fail(Errc::SYSTEM, "cannot wait for a password: {}", std::strerror(errno));
        if (const auto signal = signals.take(); signal && *signal != SIGWINCH) {
            signal_ = *signal;
            screen_.passErr("\n");
            return std::optional<SecretText>();
        }
        if (ends[0].revents == 0) continue;
        auto text = line();
        screen_.passErr("\n");
        return text;
    }
}

Result<std::optional<SecretText>> Passwords::known(std::string_view file) {
    if (::isatty(STDIN_FILENO) == 0) return line();
    return typed(fmt::format("the password of {}", file));
}

Result<std::optional<SecretText>> Passwords::fresh(std::string_view whose) {
    if (::isatty(STDIN_FILENO) == 0) return line();
    for (int n = 0; n < tries; ++n) {
        auto first = typed(fmt::format("a password for {}", whose));
        if (!first.ok() && first.error().code == Errc::ILLEGAL_ARGUMENT && n + 1 < tries) {
            screen_.passErr(first.error().message + "\n");
            continue;
        }
        if (!first.ok() || !*first) return first;
        auto second = typed("the same once more");
        if (second.ok() && !*second) return second;
        if (second.ok() && (*first)->text() == (*second)->text()) return first;
        screen_.passErr("the two are not the same\n");
    }
    return fail(Errc::ILLEGAL_ARGUMENT, "no password was typed twice the same");
}

} // namespace stint::fleetctl
