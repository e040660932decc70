#include "faces/fleetctl/agents_job.hpp"

#include <csignal>

#include <fmt/core.h>

#include "contract/model/agent.hpp"
#include "faces/control/daemon.hpp"
#include "faces/follow/follow.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/views/phrases.hpp"

namespace stint::fleetctl {

namespace ends = cli::ends;

int followed(const Result<JobInfo>& job, const std::string& space, std::string_view what, const cli::Screen& screen,
             const std::function<int(const JobView&)>& succeeded) {
    const auto refused = [&](const Error& error) { return screen.fail(what, error); };
    auto signals = cli::Signals::open(); // from here on Ctrl-C leaves a job of which its number was told
    if (!signals.ok()) return refused(signals.error());
    auto daemon = cli::Daemon::connect(screen);
    if (!daemon.ok()) return refused(daemon.error());
    if (!job.ok()) return refused(job.error());
    const JobKey key{AppId{std::string(agentPackage)}, space, job->getId()};
    if (const auto id = daemon->schedule(*job, key.app, {}, key.space); !id.ok()) return refused(id.error());
    auto state = daemon->watch(key);
    if (!state.ok()) return refused(state.error());
    cli::ProgressReporter reporter(screen);
    const auto end = cli::follow(*daemon, *state, reporter, *signals, screen);
    reporter.clear();
    if (!end.ok()) return refused(end.error());
    if (end->signal) {
        screen.warn(fmt::format("detached; {} goes on by itself", textOf(key)));
        return *end->signal == SIGINT ? ends::waits : cli::exitCodeOfSignal(*end->signal);
    }
    const int exit = cli::exitCodeOf(*end->job.completed);
    if (exit != ends::ok) return screen.fail(exit, fmt::format("{}: {}", what, cli::endText(*end->job.completed)));
    return succeeded(end->job);
}

} // namespace stint::fleetctl
