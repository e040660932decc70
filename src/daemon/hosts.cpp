#include "daemon/hosts.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"

namespace stint {

void Hosts::bind(const Bind& bind) {
    keys_[bind.run] = bind.key;
    const AppId& app = bind.key.app;
    if (Host* host = hostFor(app, bind.service)) {
        const auto at = std::ranges::find_if(hosts_, [&](const auto& entry) { return &entry.second == host; });
        return assign(at->first, *host, bind.run);
    }
    if (Launch* launch = launchFor(app, bind.service)) {
        launch->waiting.insert(bind.run);
        return;
    }
    // A job's next run starts only when nothing of its last one is alive.
    if (mustWait(app, bind.service)) {
        afterDeath_.push_back(bind);
        return;
    }
    launch(bind);
}

Hosts::Host* Hosts::hostFor(const AppId& app, const std::string& service) {
    for (auto& [connection, host] : hosts_) {
        if (host.app != app || host.leaving || !host.services.contains(service)) continue;
        if (host.process && launches_.at(*host.process).fate != Launch::Fate::Alive) continue;
        return &host;
    }
    return nullptr;
}

Hosts::Launch* Hosts::launchFor(const AppId& app, const std::string& service) {
    for (auto& [process, launch] : launches_) {
        const auto host = hosts_.find(launch.connection);
        const bool hosting = host != hosts_.end() && !host->second.services.empty();
        if (launch.app == app && launch.service == service && launch.fate == Launch::Fate::Alive && !hosting)
            return &launch;
    }
    return nullptr;
}

// Whether a process of this service is still on its way out. One that was let go politely is hurried.
bool Hosts::mustWait(const AppId& app, const std::string& service) {
    bool waits = false;
    for (auto& [process, launch] : launches_) {
        if (launch.app != app || launch.service != service) continue;
        doom(process, launch);
        waits = true;
    }
    return waits;
}

void Hosts::launch(const Bind& bind) {
    const Manifest* manifest = registry_.find(bind.key.app.name);
    const auto service = manifest ? manifest->services.find(bind.service) : decltype(manifest->services.end()){};
    if (!manifest || service == manifest->services.end()) {
        return arrived_(BindFailed{bind.run, "the service is not declared any more"});
    }
    auto started = processes_.start({.app = bind.key.app,
                                     .arguments = service->second.command,
                                     .background = bind.kind != JobClass::UserInitiated});
    if (!started) return arrived_(BindFailed{bind.run, started.error().message});
    auto connection = server_.adopt(std::move(started->socket), {bind.key.app, false});
    if (!connection) {
        processes_.kill(started->id);
        return arrived_(BindFailed{bind.run, connection.error().message});
    }
    launches_[started->id] = Launch{bind.key.app, bind.service, *connection, {bind.run}, {}};
    hosts_[*connection] = Host{.app = bind.key.app, .process = started->id};
}

void Hosts::assign(ConnectionId connection, Host& host, RunId run) {
    host.runs.insert(run);
    runs_[run] = connection;
    if (host.process) launches_.at(*host.process).hosted.insert(run);
    arrived_(Connected{run});
}

Result<void> Hosts::offered(ConnectionId connection, const std::optional<AppId>& app,
                            const std::vector<std::string>& services) {
    const auto known = hosts_.find(connection);
    if (!app && known == hosts_.end()) return fail(Errc::Security, "nobody is known at this connection");
    const AppId owner = app ? *app : known->second.app;
    const Manifest* manifest = registry_.find(owner.name);
    for (const auto& name : services) {
        if (manifest && manifest->services.contains(name)) continue;
        return fail(Errc::Security, "{} declares no service \"{}\"", owner.name, name);
    }
    Host& host = hosts_[connection];
    host.app = owner;
    host.services.insert(services.begin(), services.end());
    if (!host.process) return {};
    Launch& launch = launches_.at(*host.process);
    if (!host.services.contains(launch.service)) return {};
    for (RunId run : std::exchange(launch.waiting, {}))
        assign(connection, host, run);
    letGoIfIdle(connection, host); // cancelled while it was starting
    return {};
}

Result<void> Hosts::serves(ConnectionId connection, const AppId& app, const std::string& name, bool start) {
    const Manifest* manifest = registry_.find(app.name);
    const auto service = manifest ? manifest->services.find(name) : decltype(manifest->services.end()){};
    if (!manifest || service == manifest->services.end() || service->second.foregroundType.empty()) {
        return fail(Errc::IllegalArgument, "{} declares no foreground service \"{}\"; one has a foreground_type",
                    app.name, name);
    }
    Host& host = hosts_[connection];
    host.app = app;
    if (start) {
        host.foreground.insert(name);
    } else {
        host.foreground.erase(name);
        letGoIfIdle(connection, host);
    }
    return {};
}

void Hosts::noteChange(RunId run, std::set<JobKey>& changed) const {
    if (const auto key = keys_.find(run); key != keys_.end()) changed.insert(key->second);
}

void Hosts::end(RunId run) {
    keys_.erase(run);
    std::erase_if(afterDeath_, [&](const Bind& bind) { return bind.run == run; });
    for (auto& [process, launch] : launches_) {
        launch.hosted.erase(run);
        const bool awaited = launch.waiting.erase(run) > 0;
        const bool idle = launch.waiting.empty() && launch.hosted.empty();
        if (awaited && idle) doom(process, launch); // it never came as far as to host anything
    }
    const auto at = runs_.find(run);
    if (at == runs_.end()) return;
    const ConnectionId connection = at->second;
    runs_.erase(at);
    const auto host = hosts_.find(connection);
    if (host == hosts_.end()) return;
    host->second.runs.erase(run);
    letGoIfIdle(connection, host->second);
}

void Hosts::letGoIfIdle(ConnectionId connection, Host& host) {
    if (!host.process || !host.runs.empty() || !host.foreground.empty() || host.leaving) return;
    host.leaving = true;
    server_.unbind(connection);
}

void Hosts::doom(ProcessId process, Launch& launch) {
    if (launch.fate == Launch::Fate::Killed) return;
    launch.fate = Launch::Fate::Killed;
    processes_.kill(process);
}

void Hosts::killApp(const AppId& app) {
    for (auto& [process, launch] : launches_) {
        if (launch.app == app) launch.fate = Launch::Fate::Killed;
    }
    processes_.killApp(app);
    // A process of the app's own that hosts services is no child of ours, but it is the app's all the same.
    for (const auto& [connection, host] : hosts_) {
        if (host.app == app && !host.process) killPeer_(connection);
    }
}

std::optional<ConnectionId> Hosts::connectionOf(RunId run) const {
    const auto at = runs_.find(run);
    if (at == runs_.end()) return std::nullopt;
    return at->second;
}

void Hosts::dropAll() {
    afterDeath_.clear();
    runs_.clear();
    keys_.clear();
    for (auto& [process, launch] : launches_) {
        launch.waiting.clear();
        launch.hosted.clear();
        doom(process, launch);
    }
    for (auto& [connection, host] : hosts_) {
        if (!host.process && !host.runs.empty()) server_.close(connection); // it connects again, and hosts anew
        host.runs.clear();
        host.foreground.clear(); // the core that knew of them is gone
    }
}

void Hosts::closed(ConnectionId connection) {
    const auto found = hosts_.find(connection);
    if (found == hosts_.end()) return;
    const Host host = std::move(found->second);
    hosts_.erase(found);
    endForeground(host);
    for (RunId run : host.runs)
        runs_.erase(run);
    if (host.process) {
        // Its runs are lost when the process is gone: nothing of them may be alive then.
        const auto launch = launches_.find(*host.process);
        if (launch == launches_.end() || launch->second.fate != Launch::Fate::Alive) return;
        launch->second.fate = Launch::Fate::CutOff;
        if (!host.leaving) processes_.kill(*host.process);
        return;
    }
    for (RunId run : host.runs)
        arrived_(RunLost{run, false});
}

void Hosts::endForeground(const Host& host) {
    for (const auto& service : host.foreground)
        arrived_(ForegroundServiceAsked{{}, host.app, service, false, std::nullopt});
}

void Hosts::gone(ProcessId process) {
    const auto found = launches_.find(process);
    if (found == launches_.end()) return;
    const Launch launch = std::move(found->second);
    launches_.erase(found);
    if (const auto host = hosts_.find(launch.connection); host != hosts_.end()) {
        for (RunId run : host->second.runs)
            runs_.erase(run);
        endForeground(host->second);
        hosts_.erase(host);
        server_.close(launch.connection);
    }
    std::set<RunId> lost = launch.hosted;
    lost.insert(launch.waiting.begin(), launch.waiting.end());
    for (RunId run : lost)
        arrived_(RunLost{run, launch.fate != Launch::Fate::Killed});
    const auto waiting = std::exchange(afterDeath_, {});
    for (const Bind& again : waiting)
        bind(again);
}

} // namespace stint
