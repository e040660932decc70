// The words of a program that dies of a STINT_CHECK: it is broken in a child of the test, which is not.
#pragma once
#include <array>
#include <csignal>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace stint {

/// The words before it aborts; empty: it lives on, or dies of something else.
template <class Breaks> std::string lastWords(const Breaks& breaks) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return {};
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL); // doctest's own would tell of a test that has failed
        const rlimit nothing{};
        ::setrlimit(RLIMIT_CORE, &nothing);
        ::dup2(ends[1], STDERR_FILENO);
        breaks();
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string words;
    std::array<char, 512> some{};
    for (ssize_t size = 0; (size = ::read(ends[0], some.data(), some.size())) > 0;)
        words.append(some.data(), static_cast<std::size_t>(size));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? words : "";
}

/// A way to break something, and the condition that does not hold then.
struct Mistake {
    const char* condition;
    void (*make)();
};

/// Those of them that nobody has noticed.
template <std::size_t Count> std::string unnoticed(const std::array<Mistake, Count>& mistakes) {
    std::string all;
    for (const Mistake& one : mistakes)
        if (lastWords(one.make).find(std::string("does not: ") + one.condition + "\n") == std::string::npos)
            all += std::string(all.empty() ? "" : "; ") + one.condition;
    return all;
}

} // namespace stint
