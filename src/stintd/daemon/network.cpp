// The core's limits on an app's network, on their way to what enforces them (limits.md §8.1), and the finding about it.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/text/number.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"

namespace stint {

void Daemon::openNetcut() {
    netcut_ = std::make_unique<Netcut>(
        loop_.get(), [this](const AppId& app) { return processes_->cgroupOf(app); }, logInfo,
        [this](const AppId& app, Netcut::Counting how) {
            arrived_.emplace_back(
                NetworkCounted{.app = app, .on = how != Netcut::Counting::No, .tells = how == Netcut::Counting::Told});
        });
    // Without cgroups nothing can be cut.
    if (!processes_->enclosesAll()) return;
    netcut_->open();
    // One app is named at once, so that obstacles, if there are any, are known before a limit holds.
    netcut_->starting({transferPackage});
}

void Daemon::count(const CountNetwork& asked) {
    netcut_->count(asked.app,
                   used({.app = asked.app, .metered = asked.metered, .roaming = asked.roaming, .job = asked.job}));
}

void Daemon::mark(const MarkNetwork& mark) {
    const auto at = mark.at ? std::optional(static_cast<std::uint64_t>(*mark.at)) : std::nullopt;
    netcut_->mark(mark.app, at, used({.app = mark.app, .metered = mark.metered, .roaming = mark.roaming}));
}

Netcut::Used Daemon::used(NetworkUsed told) {
    return [this, told = std::move(told)](std::uint64_t received, std::uint64_t sent) {
        constexpr auto most = static_cast<std::uint64_t>(mostCountedBytes);
        NetworkUsed& event = std::get<NetworkUsed>(arrived_.emplace_back(told));
        event.received = static_cast<Bytes>(std::min(received, most));
        event.sent = static_cast<Bytes>(std::min(sent, most));
    };
}

wire::Finding Daemon::aboutNetwork() const {
    using Grade = wire::Finding::Grade;
    const char* const topic = "background network";
    const char* const advisory = "an app whose network is blocked is told so and its jobs wait; no packet is stopped";
    if (!processes_->enclosesAll())
        return {topic, Grade::Advisory, fmt::format("{}: no cgroup", advisory),
                "run stintd as a unit with a cgroup of its own: systemctl --user enable --now stintd (Delegate=yes)"};
    const Netcut::State state = netcut_->state();
    if (state.serves && state.problem.empty()) {
        const std::string stops =
            fmt::format("stint-netguard stops the packets of an app that may not use the network; {} cut off now",
                        counted(state.cut, "app"));
        if (state.noMarks.empty()) return {topic, Grade::Enforced, stops, ""};
        return {topic, Grade::Enforced,
                fmt::format("{}; how far budgets are used it is asked at times, for it does not tell by itself: {}",
                            stops, state.noMarks),
                "where it is older than this stintd: sudo systemctl restart stint-netguard"};
    }
    const std::string found = fmt::format("{}: {}", advisory, state.problem);
    if (state.installed) return {topic, Grade::Advisory, found, "journalctl -u stint-netguard tells more"};
    const std::filesystem::path setup = options_.libexec / "netguard-setup";
    std::error_code unknown;
    if (std::filesystem::exists(setup, unknown))
        return {topic, Grade::Advisory, found, fmt::format("sudo {}", setup.lexically_normal().string())};
    return {topic, Grade::Advisory, found,
            "build Stint where clang, libbpf-dev, libcap-ng-dev and libseccomp-dev are installed, then install it and "
            "do as stint doctor says"};
}

} // namespace stint
