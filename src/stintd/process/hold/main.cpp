// stint-hold ID: while it runs, nothing of an installed app does (jobs.md §14.5). A guard of an app runs it while the
// guard's condition does not hold. The app is held by another process, which nothing of Stint's can take down with it:
// a service of the user's own manager, which thaws when this process ends however it ends, and whose manager thaws when
// that one does.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/cgroup/cgroup.hpp"
#include "base/result/errors.hpp"
#include "base/text/app_id.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"
#include "stintd/process/hold/app_units.hpp"

namespace stint::hold {
namespace {

void say(const std::string& sentence) { complain("stint-hold", sentence); }

Result<AppUnits> unitsOf(const std::string& id) {
    const auto mount = unifiedMount();
    const auto path = cgroupPath(readFile("/proc/self/cgroup").value_or(""));
    const auto slice = path ? appSliceIn(*path) : std::nullopt;
    const auto place = mount && slice ? placeOf(*mount, *slice) : std::nullopt;
    if (!place)
        return fail(Errc::UNAVAILABLE, "this is not a unit of a user's service manager: no app.slice is around it");
    return AppUnits::open(id, place->directory);
}

int untilNext(const AppUnits& units) {
    const auto next = units.next();
    if (!next) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - AppUnits::Clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

/// Holds until stdin is at its end: then the process at its other end has ended.
Result<int> freeze(const std::string& id) {
    AppUnits units = STINT_TRY(unitsOf(id));
    if (units.freeze() == 0) say(fmt::format("nothing of {} runs now; it is frozen when it starts", id));
    std::array<pollfd, 2> ready{{{STDIN_FILENO, POLLIN, 0}, {units.watch(), POLLIN, 0}}};
    while (::poll(ready.data(), ready.size(), untilNext(units)) >= 0 && !ready[0].revents)
        units.take(AppUnits::Clock::now());
    units.thaw();
    return 0;
}

Result<int> thaw(const std::string& id) {
    const AppUnits units = STINT_TRY(unitsOf(id));
    units.thaw();
    return 0;
}

volatile std::sig_atomic_t lifeline = -1;

void letGo(int) { ::close(static_cast<int>(lifeline)); }

/// Starts the holder, which has the reading end of a pipe. The other end is here: closed at SIGTERM, and by the kernel
/// where this process is killed. systemd-run ends when the holder has. The unit is delegated, so that what runs at its
/// end has a cgroup of its own: Linux kills what is forked into one that was killed as a whole (systemd 257 does so).
Result<int> keep(const std::string& id) {
    const std::string self = (ownDirectory() / "stint-hold").string();
    const std::filesystem::path starter = STINT_TRY(findOnPath("systemd-run"));
    std::vector<std::string> words{starter.string(),
                                   "--user",
                                   "--quiet",
                                   "--collect",
                                   "--wait",
                                   "--pipe",
                                   "--slice=app.slice",
                                   fmt::format("--unit=stint-hold-{}-{}", id, ::getpid()),
                                   "--description=Stint holds " + id,
                                   "--property=Delegate=yes",
                                   fmt::format("--property=ExecStopPost=\"{}\" --thaw {}", self, id),
                                   "--",
                                   self,
                                   "--freeze",
                                   id};
    int ends[2];
    if (::pipe(ends) != 0) return fail(Errc::SYSTEM, "cannot make a pipe: {}", std::strerror(errno));
    // A SIGTERM that comes before the lifeline is known waits until it is.
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &term, nullptr);
    const pid_t child = ::fork();
    if (child < 0) return fail(Errc::SYSTEM, "cannot start {}: {}", words.front(), std::strerror(errno));
    if (child == 0) {
        std::signal(SIGTERM, SIG_IGN); // one for us reaches systemd-run, too, which must wait for the holder
        ::sigprocmask(SIG_UNBLOCK, &term, nullptr);
        ::close(ends[1]);
        ::dup2(ends[0], STDIN_FILENO);
        ::execv(words.front().c_str(), pointersTo(words).data());
        ::_exit(ends::system);
    }
    ::close(ends[0]);
    lifeline = ends[1];
    std::signal(SIGTERM, letGo);
    ::sigprocmask(SIG_UNBLOCK, &term, nullptr);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : ends::system;
}

int answer(const Result<int>& ended) {
    if (ended.ok()) return *ended;
    say(ended.error().message);
    return ends::system;
}

} // namespace
} // namespace stint::hold

int main(int count, char** words) {
    using namespace stint::hold;
    using stint::isDesktopId;
    const std::string_view first = count > 1 ? words[1] : "";
    if (count == 3 && first == "--freeze" && isDesktopId(words[2])) return answer(freeze(words[2]));
    if (count == 3 && first == "--thaw" && isDesktopId(words[2])) return answer(thaw(words[2]));
    if (count == 2 && isDesktopId(first)) return answer(keep(words[1]));
    return stint::startedByHand("stint-hold", "holds the units of an installed app, for stint guard --app",
                                words[count - 1]);
}
