// Signals as something to poll for: while a Signals lives, Ctrl-C, a hang-up, a request to end and a resized window
// are read from its descriptor and do nothing else. One at a time.
#pragma once
#include <csignal>
#include <optional>

#include "base/fd.hpp"
#include "stint/result.hpp"

namespace stint::cli {

class Signals {
public:
    static Result<Signals> open();
    Signals(Signals&&) noexcept = default;
    Signals& operator=(Signals&&) = delete;
    ~Signals();

    int fd() const { return descriptor_.get(); }
    /// The next one that came: SIGINT, SIGTERM, SIGHUP or SIGWINCH.
    std::optional<int> take();

private:
    Signals(Fd descriptor, sigset_t before) : descriptor_(std::move(descriptor)), before_(before) {}
    Fd descriptor_;
    sigset_t before_;
};

/// What a program that was ended by `signal` ends with: 128 and its number.
constexpr int exitCodeOfSignal(int signal) { return 128 + signal; }

} // namespace stint::cli
