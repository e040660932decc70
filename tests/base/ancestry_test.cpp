// A process's line of ancestors, on processes of this machine (architecture.md, who is calling).
#include <doctest/doctest.h>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unix/process.hpp"

using namespace stint;

TEST_CASE("whoever is above a process is met, whoever is below it or beside it is not") {
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    const auto is = [](pid_t whom) { return [whom](pid_t each) { return each == whom; }; };
    CHECK(anyInLine(child, is(child)).value());
    CHECK(anyInLine(child, is(::getpid())).value());
    CHECK_FALSE(anyInLine(::getpid(), is(child)).value());
    CHECK_FALSE(runsStintExec(child));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK(anyInLine(child, is(::getpid())).error().code == Errc::SECURITY);
}
