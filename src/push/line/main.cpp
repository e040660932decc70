// stint-push: the device's end of the line that brings messages from elsewhere (push.md §4). stintd starts it while
// there is a registration, and the session bus when an app calls the distributor.
#include <csignal>
#include <filesystem>
#include <string_view>

#include <fmt/core.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/event_source.hpp"
#include "push/keys/private_file.hpp"
#include "push/line/pusher.hpp"

namespace {

using namespace stint;
using namespace stint::push;

struct Working {
    std::optional<LineSettings> settings; ///< as they were read; nullopt: there were none, or not yet
    std::unique_ptr<Pusher> pusher;       ///< nullptr: it has not begun
};

int ended(sd_event_source* source, const signalfd_siginfo*, void* working) {
    if (const auto& pusher = static_cast<const Working*>(working)->pusher)
        pusher->finish();
    else
        sd_event_exit(sd_event_source_get_event(source), stint::ends::ok);
    return 0;
}

/// True: only brokers were learned, which is this process's own doing.
bool areTheSame(const std::optional<LineSettings>& before) {
    const auto now = LineSettings::read(LineSettings::directory());
    return before && now.ok() && *now && before->isSameJoin(**now);
}

/// Ends it when line.toml is another, or gone: the next stint-push reads what is there then.
int settingsChanged(sd_event_source* source, const inotify_event* event, void* working) {
    const bool isDirectory = (event->mask & (IN_DELETE_SELF | IN_IGNORED | IN_Q_OVERFLOW)) != 0;
    const bool isFile = event->len > 0 && std::string_view(event->name) == LineSettings::fileName;
    if (isDirectory || (isFile && !areTheSame(static_cast<const Working*>(working)->settings)))
        ended(source, nullptr, working);
    return 0;
}

void followSettings(sd_event* loop, const std::filesystem::path& directory, Working& working) {
    constexpr std::uint32_t changes = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF;
    if (const auto made = makePrivateDirectory(directory); !made.ok()) complain("stint-push", made.error().message);
    if (sd_event_add_inotify(loop, nullptr, directory.c_str(), changes, settingsChanged, &working) < 0)
        complain("stint-push", fmt::format("cannot follow {}: restart it after a join", directory.string()));
}

/// The exit code.
Result<int> serve() {
    sd_event* loop = nullptr;
    if (sd_event_new(&loop) < 0) return fail(Errc::SYSTEM, "cannot make a loop");
    Working working;
    followSettings(loop, LineSettings::directory(), working); // first: a join meanwhile is not overlooked
    working.settings = STINT_TRY(LineSettings::read(LineSettings::directory()));
    for (const int signal : {SIGINT, SIGTERM})
        if (sd_event_add_signal(loop, nullptr, signal, ended, &working) < 0)
            return fail(Errc::SYSTEM, "cannot follow signals");
    working.pusher = STINT_TRY(Pusher::open(loop, working.settings));
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
