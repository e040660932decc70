// A command line as a person runs it: what it ended with, and what it printed.
#pragma once
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "base/unix/fd.hpp"
#include "faces/cli/program.hpp"

namespace stint::cli::test {

struct Ran {
    int code = 0;
    std::string out;
    std::string err;
};

/// While it lives, what is written to `descriptor` is kept here.
class Capture {
public:
    explicit Capture(int descriptor)
        : descriptor_(descriptor), before_(::dup(descriptor)), file_(::memfd_create("words", MFD_CLOEXEC)) {
        ::dup2(file_.get(), descriptor);
    }
    std::string end() {
        ::dup2(before_.get(), descriptor_);
        std::string text(static_cast<std::size_t>(::lseek(file_.get(), 0, SEEK_END)), '\0');
        text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::pread(file_.get(), text.data(), text.size(), 0))));
        return text;
    }

private:
    int descriptor_;
    Fd before_;
    Fd file_;
};

inline Ran ran(const std::vector<std::string>& line) {
    ::setenv("STINT_AUTOSTART", "no", 1); // a test starts its daemons itself
    std::fflush(stdout);
    Capture out(STDOUT_FILENO), err(STDERR_FILENO);
    Ran made;
    made.code = runProgram(line);
    std::fflush(stdout);
    made.err = err.end();
    made.out = out.end();
    return made;
}

} // namespace stint::cli::test
