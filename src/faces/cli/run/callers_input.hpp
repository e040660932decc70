// Stdin of `stint run`, which its command is to read in each run. A terminal is not read: a job has none. Anything else
// is read to its end, like a program that stands in a pipe does, and whoever waits for that is told.
#pragma once
#include <optional>
#include <string>

#include "base/time/time.hpp"
#include "faces/screen/signals.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"

namespace stint::cli {

class CallersInput {
public:
    static constexpr Bytes most = 64_MiB;   ///< that is kept for a command
    static constexpr Duration silence = 1s; ///< before a person is told what is waited for

    CallersInput(Signals& signals, const Screen& screen) : signals_(signals), screen_(screen) {}

    /// The next piece; empty at the end. An error where it cannot be read, is larger than `most`, or a signal came.
    Result<std::string> next();
    /// Read so far.
    Bytes size() const { return size_; }
    /// With which code a caller ends after an error of next().
    int exitCode(const Error& error) const;

private:
    Result<void> await();

    Signals& signals_;
    const Screen& screen_;
    Bytes size_ = 0;
    Duration since_{0}; ///< the first time that it was waited for
    bool told_ = false;
    std::optional<int> signal_;
};

} // namespace stint::cli
