#include "apps/visitor.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace stint {
namespace {

// An abstract address: it needs no directory, and reaches into a changed root.
sockaddr_un address() {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    static int count = 0;
    std::snprintf(to.sun_path + 1, sizeof to.sun_path - 1, "stint-test-%d-%d", ::getpid(), ++count);
    return to;
}

[[noreturn]] void visit(const Visitor::How& how, const sockaddr_un& to, int ready) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (!how.before() || ::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) ::_exit(1);
    if (!how.program.empty()) {
        ::execl(how.program.c_str(), how.name.c_str(), "1000", nullptr);
        ::_exit(1);
    }
    [[maybe_unused]] auto said = ::write(ready, "!", 1);
    while (true)
        ::pause();
}

// The child in the background of its shell's terminal, as after `visitor &`; then `fg` and back, as it is told.
[[noreturn]] void beShell(const Visitor::How& how, const sockaddr_un& to, int ready, int orders) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::signal(SIGTTOU, SIG_IGN); // or it would be stopped for taking the terminal back
    const pid_t background = ::fork();
    if (background == 0) {
        ::setpgid(0, 0);
        visit(how, to, ready);
    }
    char order = 0;
    while (::read(orders, &order, 1) == 1) {
        ::tcsetpgrp(STDIN_FILENO, order == 'f' ? background : ::getpgrp());
        [[maybe_unused]] auto done = ::write(orders, &order, 1);
    }
    ::_exit(0);
}

} // namespace

Visitor::Visitor(const How& how) {
    const Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un to = address();
    REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
    REQUIRE(::listen(listener.get(), 1) == 0);
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    Fd ready(ends[0]), readyIn(ends[1]);
    int orders[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, orders) == 0);
    shell_ = Fd(orders[0]);
    const Fd shellSide(orders[1]);
    int side = -1;
    child_ = how.terminal ? ::forkpty(&side, nullptr, nullptr, nullptr) : ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0 && how.behindAnother) beShell(how, to, readyIn.get(), shellSide.get());
    if (child_ == 0) visit(how, to, readyIn.get());
    terminal = Fd(side);
    readyIn = Fd();
    char sign = 0;
    [[maybe_unused]] auto told = ::read(ready.get(), &sign, 1); // or its end, at exec and at exit
    connection = Fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    came = static_cast<bool>(connection);
    if (!came) return;
    ucred credentials{};
    socklen_t size = sizeof credentials;
    ::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size);
    pid = credentials.pid;
}

Visitor::~Visitor() { end(); }

PeerProcess Visitor::peer() const {
    auto found = peerOf(connection.get());
    if (!found) FAIL(found.error().message);
    return std::move(found).value();
}

void Visitor::end() {
    if (child_ == 0) return;
    if (pid != 0) ::kill(pid, SIGKILL);
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = 0;
}

void Visitor::tellShell(const std::string& where) {
    char order = where.front();
    REQUIRE(::write(shell_.get(), &order, 1) == 1);
    REQUIRE(::read(shell_.get(), &order, 1) == 1);
}

} // namespace stint
