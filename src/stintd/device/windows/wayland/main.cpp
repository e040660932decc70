// stint-toplevels: tells stintd the app ids of the windows in front on a Wayland desktop (linux.md §A.5), over the
// socket that is its stdin, and ends when that closes. It waits for a compositor that dies, or disconnects it: the
// socket's directory shows when one comes again.
//
// An app id is whatever a program claims, and Wayland does not say which process has a window. So an app id makes no
// app visible.
#include <chrono>
#include <csignal>
#include <cstdlib>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wayland-client-core.h>

#include "base/unix/ends.hpp"
#include "stintd/device/windows/wayland/compositor.hpp"

using namespace stint;
using namespace stint::windows;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int daemonSocket = STDIN_FILENO;
/// The time between two messages to the daemon, however fast windows change places.
constexpr milliseconds pace{200};
/// A socket exists a moment before its compositor listens: so many times it is tried, `pace` apart.
constexpr int tries = 10;

class DaemonSocket {
public:
    /// Sends it now, or not before `pace` is over: returns the milliseconds until then, -1 where there is nothing to
    /// send.
    int tell(const std::string& text) {
        if (text == last_) return -1;
        const auto since = std::chrono::ceil<milliseconds>(Clock::now() - when_);
        if (since < pace) return static_cast<int>((pace - since).count());
        if (::send(daemonSocket, text.data(), text.size(), MSG_NOSIGNAL) < 0) std::exit(0); // the daemon is gone
        last_ = text;
        when_ = Clock::now();
        return -1;
    }

private:
    std::string last_;
    Clock::time_point when_ = Clock::now() - pace;
};

/// True if `descriptor` is readable. The daemon never sends anything: a readable socket is its end.
bool awaits(int descriptor, int milliseconds) {
    pollfd ready[] = {{daemonSocket, POLLIN, 0}, {descriptor, POLLIN, 0}};
    ::poll(ready, 2, milliseconds);
    if (ready[0].revents) std::exit(0);
    return ready[1].revents != 0;
}

/// Returns when the compositor ends.
void follow(Compositor& compositor, DaemonSocket& daemon) {
    while (compositor.isOpen()) {
        compositor.prepare();
        if (!compositor.isOpen()) return;
        const std::string blind = compositor.blind();
        const int wait = daemon.tell(blind.empty() ? windowsText(compositor.inFront()) : blindText(blind));
        compositor.take(awaits(compositor.descriptor(), wait));
    }
}

/// False if there was no compositor.
bool followOne(const std::string& socket, DaemonSocket& daemon) {
    Compositor compositor(socket);
    if (!compositor.isOpen()) return false;
    follow(compositor, daemon);
    return true;
}

/// Returns true when one may be there again; false: none can come.
bool awaitOne(SocketWatch& watch, DaemonSocket& daemon, const std::string& why) {
    for (;;) {
        if (!awaits(watch.descriptor(), daemon.tell(why))) continue;
        const auto came = watch.take();
        if (came != SocketWatch::Came::No) return came == SocketWatch::Came::Yes;
    }
}

int failed(DaemonSocket& daemon, const Error& error) {
    daemon.tell(blindText(error.message));
    return 1;
}

int run() {
    DaemonSocket daemon;
    const auto socket = compositorSocket();
    if (!socket.ok()) return failed(daemon, socket.error());
    auto watch = SocketWatch::open(*socket); // before the first try, so that none comes unseen
    if (!watch.ok()) return failed(daemon, watch.error());
    const std::string none = blindText("no Wayland compositor is at " + socket->string());
    for (int left = 1;; left = tries) {
        while (!followOne(*socket, daemon) && --left > 0)
            awaits(-1, static_cast<int>(pace.count()));
        if (!awaitOne(*watch, daemon, none)) return 1;
    }
}

} // namespace

int main(int count, char** words) {
    if (count > 1)
        return startedByHand("stint-toplevels", "tells stintd what the windows in front say that they are", words[1]);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::unsetenv("WAYLAND_SOCKET");                           // another program's connection
    ::unsetenv("WAYLAND_DEBUG");                            // it would write each message into the log
    wl_log_set_handler_client([](const char*, va_list) {}); // a compositor's mistakes fill no log
    return run();
}
