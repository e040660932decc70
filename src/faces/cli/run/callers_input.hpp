// Stdin of `stint run`, which its command is to read in each run.
#pragma once
#include <optional>
#include <string>

#include "base/time/time.hpp"
#include "faces/screen/signals.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// Stdin, read to its end, as by a program in a pipe; a person who waits for that gets a message. A terminal is not
/// read: a job has none.
class CallersInput {
public:
    static constexpr Bytes most = 64_MiB;   ///< the most that is kept for a command
    static constexpr Duration silence = 1s; ///< after this a person is told what is waited for

    CallersInput(Signals& signals, const Screen& screen) : signals_(signals), screen_(screen) {}

    /// The next piece; empty at the end. An error where it cannot be read, is larger than `most`, or a signal came.
    Result<std::string> next();
    /// The bytes that were read so far.
    Bytes size() const { return size_; }
    /// The exit code after an error of next().
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
