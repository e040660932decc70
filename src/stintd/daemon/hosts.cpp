#include "stintd/daemon/hosts.hpp"

#include <utility>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "contract/model/agent.hpp"
#include "stintd/apps/registry.hpp"

namespace stint {

void Hosts::bind(const Bind& bind) {
    STINT_CHECK(!runs_.contains(bind.run)); // a number belongs to one run
    begun_[bind.run] = {
        .run = bind.run, .job = bind.key, .terms = bind.terms, .override = bind.override, .stopping = {}};
    const AppId& app = bind.key.app;
    const Component component{Component::Kind::Service, bind.service};
    const Service* service = serviceOf(app, bind.service);
    const auto only = service && service->processPerJob ? std::optional(bind.key) : std::nullopt;
    if (const auto host = only ? std::nullopt : hostFor(app, component)) {
        return assign(*host, hosts_.at(*host), bind.run);
    }
    if (Launch* launch = only ? nullptr : launchFor(app, component)) {
        launch->waiting.insert(bind.run);
        return;
    }
    // A job's next run starts only once no process of its last one is alive.
    if (mustWait(app, component, only)) {
        afterDeath_.emplace_back(bind);
        return;
    }
    launch(bind, only);
}

const Service* Hosts::serviceOf(const AppId& app, const std::string& name) const {
    const Manifest* manifest = registry_.find(app.name);
    return manifest ? findIn(manifest->services, name) : nullptr;
}

std::optional<ConnectionId> Hosts::hostFor(const AppId& app, const Component& component) const {
    for (const auto& [connection, host] : hosts_) {
        if (host.app != app || host.leaving || !host.components.contains(component)) continue;
        if (host.process && launches_.at(*host.process).fate != Launch::Fate::Alive) continue;
        if (component.kind == Component::Kind::Receiver && isSilent(host)) continue;
        return connection;
    }
    return std::nullopt;
}

Hosts::Launch* Hosts::launchFor(const AppId& app, const Component& component) {
    for (auto& [process, launch] : launches_) {
        const auto host = hosts_.find(launch.connection);
        const bool hosting = host != hosts_.end() && host->second.components.contains(component);
        if (launch.app == app && launch.component == component && launch.fate == Launch::Fate::Alive && !hosting)
            return &launch;
    }
    return nullptr;
}

// True if a process of this component, or of that job, is still on its way out. A process that was asked to leave is
// hurried.
bool Hosts::mustWait(const AppId& app, const Component& component, const std::optional<JobKey>& only) {
    bool waits = false;
    for (auto& [process, launch] : launches_) {
        if (launch.app != app || launch.component != component || launch.only != only) continue;
        doom(process, launch);
        waits = true;
    }
    return waits;
}

Result<Hosts::Launch*> Hosts::start(const AppId& app, const Component& component,
                                    const std::vector<std::string>& command, Share share) {
    auto started = STINT_TRY(launcher_.start(
        {.app = app, .arguments = command, .background = share.background, .keepsPriority = share.keepsPriority}));
    auto connection = server_.adopt(std::move(started.socket), {.app = app, .isAgent = app.name == agentPackage});
    if (!connection) {
        launcher_.kill(started.id);
        return connection.error();
    }
    STINT_CHECK(!hosts_.contains(*connection));
    STINT_CHECK(!launches_.contains(started.id));
    hosts_[*connection] = Host{.app = app, .process = started.id};
    Launch& launch = launches_[started.id];
    launch = Launch{.app = app, .component = component, .connection = *connection};
    return &launch;
}

void Hosts::launch(const Bind& bind, const std::optional<JobKey>& only) {
    const AppId& app = bind.key.app;
    const Service* service = serviceOf(app, bind.service);
    if (!service) return arrived_(BindFailed{bind.run, "the service is not declared any more"});
    // The process of a single job keeps its priority on a busy machine, so that it answers in time; programs that it
    // starts have the share of background work.
    const Share share{.background = bind.terms.kind != JobClass::UserInitiated && !bind.guarded,
                      .keepsPriority = service->processPerJob};
    auto started = start(app, {Component::Kind::Service, bind.service}, service->command, share);
    if (!started) return arrived_(BindFailed{bind.run, started.error().message});
    (*started)->only = only;
    (*started)->waiting.insert(bind.run);
}

void Hosts::assign(ConnectionId connection, Host& host, RunId run) {
    STINT_CHECK(begun_.contains(run)); // a run has a host only between its bind and its end
    STINT_CHECK(begun_.at(run).job.app == host.app);
    STINT_CHECK(host.runs.insert(run).second);
    STINT_CHECK(runs_.emplace(run, connection).second); // one process has the run
    STINT_CHECK(runs_.size() <= begun_.size());
    if (host.process) launches_.at(*host.process).hosted.insert(run);
    arrived_(Connected{run});
}

std::optional<std::string> Hosts::stranger(const AppId& app, const std::string& service) const {
    if (app.name != shellPackage || serviceOf(app, service)) return std::nullopt;
    return howToStart(registry_, "service", service);
}

Result<void> Hosts::hosts(ConnectionId connection, const AppId& app, const std::vector<std::string>& services) {
    return offer(connection, app, Component::Kind::Service, services);
}

Result<void> Hosts::receives(ConnectionId connection, const AppId& app, const std::vector<std::string>& receivers) {
    return offer(connection, app, Component::Kind::Receiver, receivers);
}

bool Hosts::isElsewhere(ConnectionId connection, RunId run) const {
    const auto host = connectionOf(run);
    return host && *host != connection;
}

Result<void> Hosts::offer(ConnectionId connection, const AppId& app, Component::Kind kind,
                          const std::vector<std::string>& names) {
    const Manifest* manifest = registry_.find(app.name);
    const bool isService = kind == Component::Kind::Service;
    for (const auto& name : names) {
        if (manifest && (isService ? manifest->services.contains(name) : manifest->receivers.contains(name))) continue;
        const std::string_view word = isService ? "service" : "receiver";
        if (app.name == shellPackage) return Error{Errc::SECURITY, howToStart(registry_, word, name)};
        if (!manifest) return fail(Errc::SECURITY, "{} has no manifest any more", app.name);
        return fail(Errc::SECURITY, "{} declares no {} \"{}\": add a [[{}]] of this name to {}", app.name, word, name,
                    word, manifest->file);
    }
    Host& host = hosts_[connection];
    host.app = app;
    for (const auto& name : names)
        host.components.insert({kind, name});
    if (!host.process) return {};
    Launch& launch = launches_.at(*host.process);
    if (!host.components.contains(launch.component)) return {};
    for (const RunId run : std::exchange(launch.waiting, {}))
        assign(connection, host, run);
    handWaiting(launch, host);
    letGoIfIdle(connection, host); // a run may have been cancelled while the process was starting
    return {};
}

Result<void> Hosts::serves(ConnectionId connection, const ForegroundServiceAsked& asked) {
    const AppId& app = asked.app;
    const std::string& name = asked.service;
    const Service* service = serviceOf(app, name);
    if (!service || service->foregroundType.empty()) {
        return fail(Errc::ILLEGAL_ARGUMENT, "{} declares no foreground service \"{}\"; one has a foreground_type",
                    app.name, name);
    }
    Host& host = hosts_[connection];
    host.app = app;
    if (asked.start) {
        const bool begins = host.foreground.insert(name).second;
        if (begins && asked.call.value) begins_.insert_or_assign(asked.call, std::pair(connection, name));
    } else if (!asked.only) {
        host.foreground.erase(name);
        letGoIfIdle(connection, host);
    }
    return {};
}

void Hosts::answered(const Reply& reply) {
    const auto begun = begins_.extract(reply.call);
    if (begun.empty() || !reply.error) return;
    const auto& [connection, name] = begun.mapped();
    const auto host = hosts_.find(connection);
    if (host == hosts_.end()) return;
    host->second.foreground.erase(name);
    letGoIfIdle(connection, host->second);
}

std::vector<ConnectionId> Hosts::serving(const AppId& app, const std::string& service) const {
    std::vector<ConnectionId> all;
    for (const auto& [connection, host] : hosts_)
        if (host.app == app && host.foreground.contains(service)) all.push_back(connection);
    return all;
}

void Hosts::noteProgress(RunId run, std::set<JobKey>& progressed) const {
    if (const GoingOn* const begun = findIn(begun_, run)) progressed.insert(begun->job);
}

void Hosts::changed(const RunChanged& run) {
    if (GoingOn* const begun = findIn(begun_, run.run)) begun->terms = run.terms;
}

void Hosts::called(const CallStart& call) {
    if (GoingOn* const begun = findIn(begun_, call.run)) begun->called = true;
}

void Hosts::called(const CallStop& call) {
    if (GoingOn* const begun = findIn(begun_, call.run)) begun->stopping = {call.reason, call.internal};
}

void Hosts::end(RunId run) {
    begun_.erase(run);
    std::erase_if(afterDeath_, [&](const auto& waiting) {
        const Bind* bind = std::get_if<Bind>(&waiting);
        return bind && bind->run == run;
    });
    for (auto& [process, launch] : launches_) {
        launch.hosted.erase(run);
        const bool awaited = launch.waiting.erase(run) > 0;
        const bool idle = launch.waiting.empty() && launch.hosted.empty() && launch.deliveries.empty();
        if (awaited && idle) doom(process, launch); // it never hosted anything
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
    const bool busy = !host.runs.empty() || !host.deliveries.empty() || !host.foreground.empty();
    STINT_CHECK(!host.process || launches_.contains(*host.process)); // a process is listed until its end is reported
    if (!host.process || busy || host.leaving) return;
    host.leaving = true;
    server_.unbind(connection);
}

void Hosts::doom(ProcessId process, Launch& launch) {
    if (launch.fate == Launch::Fate::Killed) return;
    launch.fate = Launch::Fate::Killed;
    launcher_.kill(process);
}

unsigned Hosts::killApp(const AppId& app) {
    for (auto& [process, launch] : launches_) {
        if (launch.app == app) launch.fate = Launch::Fate::Killed;
    }
    unsigned killed = launcher_.killApp(app);
    // A process of the app's own that hosts services is no child of ours, but it is the app's all the same.
    for (const auto& [connection, host] : hosts_) {
        if (host.app != app || host.process) continue;
        killPeer_(connection);
        ++killed;
    }
    // Bindings that wait for a process to end must not start the next one.
    std::set<std::uint64_t> waiting;
    for (const auto& [delivery, parcel] : deliveries_)
        if (parcel.app == app && isAfterDeath(delivery)) waiting.insert(delivery);
    lose(std::move(waiting), "the app was stopped");
    return killed;
}

std::optional<ConnectionId> Hosts::connectionOf(RunId run) const {
    const auto at = runs_.find(run);
    if (at == runs_.end()) return std::nullopt;
    return at->second;
}

std::vector<GoingOn> Hosts::goingOn() const {
    std::vector<GoingOn> all;
    for (const auto& [run, begun] : begun_)
        all.push_back(begun);
    return all;
}

void Hosts::dropAllBut(const std::set<RunId>& kept) {
    const auto isDropped = [&kept](RunId run) { return !kept.contains(run); };
    afterDeath_.clear();
    deliveries_.clear();
    std::erase_if(begun_, [&](const auto& entry) { return isDropped(entry.first); });
    std::erase_if(runs_, [&](const auto& entry) { return isDropped(entry.first); });
    for (auto& [process, launch] : launches_) {
        launch.waiting.clear();
        std::erase_if(launch.hosted, isDropped);
        launch.deliveries.clear();
        const auto host = hosts_.find(launch.connection);
        const bool serves = host != hosts_.end() && !host->second.foreground.empty();
        if (launch.hosted.empty() && !serves) doom(process, launch);
    }
    for (auto at = hosts_.begin(); at != hosts_.end();) {
        const ConnectionId connection = at->first;
        Host& host = at++->second;
        host.deliveries.clear();
        const bool left = std::erase_if(host.runs, isDropped) > 0 && host.runs.empty();
        if (!left || host.process) continue;
        server_.close(connection); // the app connects again, and hosts again
        hosts_.erase(connection);
    }
}

std::vector<Event> Hosts::foreground() const {
    std::vector<Event> all;
    for (const auto& [connection, host] : hosts_)
        for (const std::string& service : host.foreground)
            all.emplace_back(ForegroundServiceAsked{{}, host.app, service, true, std::nullopt, true});
    return all;
}

void Hosts::closed(ConnectionId connection) {
    std::erase_if(begins_, [&](const auto& begins) { return begins.second.first == connection; });
    const auto found = hosts_.find(connection);
    if (found == hosts_.end()) return;
    const Host host = std::move(found->second);
    hosts_.erase(found);
    endForeground(host);
    for (const RunId run : host.runs)
        runs_.erase(run);
    if (host.process) {
        // The runs are lost only once the process is gone: nothing of them may be alive then.
        const auto launch = launches_.find(*host.process);
        if (launch == launches_.end() || launch->second.fate != Launch::Fate::Alive) return;
        launch->second.fate = Launch::Fate::CutOff;
        if (!host.leaving) launcher_.kill(*host.process);
        return;
    }
    for (const RunId run : host.runs)
        arrived_(RunLost{run, false, "its process is gone"});
    lose(host.deliveries, "its process is gone");
}

void Hosts::endForeground(const Host& host) {
    for (const auto& service : host.foreground)
        arrived_(ForegroundServiceAsked{{}, host.app, service, false, std::nullopt});
}

void Hosts::gone(ProcessId process, const std::string& how, bool limited) {
    const auto found = launches_.find(process);
    if (found == launches_.end()) return;
    const Launch launch = std::move(found->second);
    launches_.erase(found);
    if (const auto host = hosts_.find(launch.connection); host != hosts_.end()) {
        for (const RunId run : host->second.runs)
            runs_.erase(run);
        endForeground(host->second);
        hosts_.erase(host);
        server_.close(launch.connection);
    }
    std::set<RunId> lost = launch.hosted;
    lost.insert(launch.waiting.begin(), launch.waiting.end());
    for (const RunId run : lost)
        arrived_(RunLost{run, !limited && launch.fate != Launch::Fate::Killed, how});
    lose(launch.deliveries, "its process is gone");
    for (const auto& again : std::exchange(afterDeath_, {})) {
        std::visit(Overloaded{[this](const Bind& waiting) { bind(waiting); },
                              [this](std::uint64_t delivery) { place(delivery); }},
                   again);
    }
}

} // namespace stint
