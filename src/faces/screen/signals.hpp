// Signals as a descriptor to poll: while a Signals exists, Ctrl-C, a hang-up, SIGTERM, a reader of what is printed that
// has gone (SIGPIPE), and a resized window are read from it and have no other effect. Only one may exist at a time.
#pragma once
#include <csignal>
#include <optional>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// While a Signals exists, Ctrl-C, a hang-up, SIGTERM, a reader of what is printed that has gone (SIGPIPE), and a
/// resized window are read from it and have no other effect. Only one may exist at a time.
class Signals {
public:
    static Result<Signals> open();
    Signals(Signals&&) noexcept = default;
    Signals& operator=(Signals&&) = delete;
    ~Signals();

    int fd() const { return descriptor_.get(); }
    /// The next signal: SIGINT, SIGTERM, SIGHUP, SIGPIPE or SIGWINCH.
    std::optional<int> take();

private:
    Signals(Fd descriptor, sigset_t before) : descriptor_(std::move(descriptor)), before_(before) {}
    Fd descriptor_;
    sigset_t before_;
};

/// The exit code of a program that `signal` ended: 128 and its number.
constexpr int exitCodeOfSignal(int signal) { return 128 + signal; }

} // namespace stint::cli
