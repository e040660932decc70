// stint-watch: watches files for the jobs of one app (jobs.md §3.2). stintd starts one for each app that has such jobs,
// sends it what to watch and gets what has changed, over the socket that is its stdin; it ends when that closes.
//
// One that floods or hangs, because its app watches much or a file system does not answer, holds up no other app's
// jobs.
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text/number.hpp"
#include "base/unix/ends.hpp"
#include "stintd/device/watch/tree_watch.hpp"
#include "stintd/helpers/helper.hpp"

namespace {

using namespace stint;
using Kind = WatchWord::Kind;

constexpr int daemon = STDIN_FILENO;
constexpr int niceness = 10; // it is background work itself

/// Blocks while the daemon is behind: inotify queues what happens meanwhile, and reports when its queue was too small.
void say(Kind kind, std::string_view text) {
    const std::string message = encode({kind, std::string(text.substr(0, longestWatchWord - 1))});
    if (::send(daemon, message.data(), message.size(), MSG_NOSIGNAL) < 0) std::exit(0); // the daemon is gone
}

class Watcher {
public:
    Result<void> open() { return watch_.open(); }

    void run() {
        pollfd ready[] = {{daemon, POLLIN, 0}, {watch_.descriptor(), POLLIN, 0}};
        while (::poll(ready, 2, -1) >= 0 || errno == EINTR) {
            if (ready[0].revents) hear();
            if (ready[1].revents) tell();
        }
    }

private:
    void hear() {
        char buffer[longestWatchWord];
        const ssize_t size = ::recv(daemon, buffer, sizeof buffer, 0);
        if (size <= 0) std::exit(0);
        if (auto word = decodeWatchWord({buffer, static_cast<std::size_t>(size)})) take(*std::move(word));
    }

    void take(WatchWord word) {
        switch (word.kind) {
        case Kind::Begin:
            targets_.clear();
            limit_ = numberIn<decltype(limit_)>(word.text).value_or(0);
            break;
        case Kind::Alone:
            targets_[std::move(word.text)].alone = true;
            break;
        case Kind::Beneath:
            targets_[std::move(word.text)].beneath = true;
            break;
        case Kind::End:
            watch_.watch(std::exchange(targets_, {}), limit_);
            say(Kind::Short, told_ = watch_.shortage());
            say(Kind::Looked, word.text);
            break;
        case Kind::Changed:
        case Kind::Short:
        case Kind::Looked:
            break;
        }
    }

    void tell() {
        for (const std::string& path : watch_.read())
            say(Kind::Changed, path);
        tellShortage();
    }

    void tellShortage() {
        if (watch_.shortage() == told_) return;
        told_ = watch_.shortage();
        say(Kind::Short, told_);
    }

    TreeWatch watch_;
    Targets targets_; ///< the list that is being received
    std::size_t limit_ = 0;
    std::string told_;
};

} // namespace

int main(int count, char** words) {
    if (count > 1)
        return startedByHand("stint-watch", "watches files that an app's jobs wait for; stintd starts it", words[1]);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpriority(PRIO_PROCESS, 0, niceness);
    Watcher watcher;
    if (auto opened = watcher.open(); !opened) {
        say(Kind::Short, opened.error().message);
        return ends::system;
    }
    watcher.run();
    return 0;
}
