// stint-push: the device's end of the line that brings messages from elsewhere (push.md §4). stintd starts it while
// there is a registration, and the session bus when an app calls the distributor.
#include <csignal>

#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/event_source.hpp"
#include "push/line/pusher.hpp"

namespace {

using namespace stint;
using namespace stint::push;

/// The exit code.
Result<int> serve() {
    const auto settings = STINT_TRY(LineSettings::read(LineSettings::directory()));
    sd_event* loop = nullptr;
    if (sd_event_new(&loop) < 0) return fail(Errc::SYSTEM, "cannot make a loop");
    for (const int signal : {SIGINT, SIGTERM})
        if (sd_event_add_signal(loop, nullptr, signal, nullptr, nullptr) < 0)
            return fail(Errc::SYSTEM, "cannot follow signals");
    const auto pusher = STINT_TRY(Pusher::open(loop, settings));
    const int code = sd_event_loop(loop);
    // Nothing here outlives the process, and the connection to a broker that is silent would take its time to close.
    ::_exit(code < 0 ? ends::internal : code);
}

} // namespace

int main(int count, char** words) {
    if (count > 1)
        return startedByHand("stint-push", "brings messages from elsewhere; stintd and the session bus start it",
                             words[1]);
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &ends, nullptr); // before there is a second thread
    ::signal(SIGPIPE, SIG_IGN);
    const auto served = serve();
    if (served.ok()) return *served;
    complain("stint-push", served.error().message);
    const bool isForAPerson = served.error().code == Errc::ILLEGAL_ARGUMENT || served.error().code == Errc::SECURITY;
    return isForAPerson ? stint::ends::configuration : stint::ends::unavailable;
}
