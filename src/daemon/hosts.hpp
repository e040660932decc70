// Which process runs which job: services that are hosted, processes that were started to host them, and runs that
// wait for either (design.md, running a job). It finds where a run goes; it decides nothing about it.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "apps/registry.hpp"
#include "bus/server.hpp"
#include "model/effect.hpp"
#include "model/event.hpp"
#include "process/processes.hpp"

namespace stint {

class Hosts {
public:
    using Arrived = std::function<void(Event)>;

    /// Kills the process at the other end of a connection, which is an app's own.
    using KillPeer = std::function<void(ConnectionId)>;

    Hosts(Server& server, Processes& processes, const Registry& registry, Arrived arrived, KillPeer killPeer)
        : server_(server), processes_(processes), registry_(registry), arrived_(std::move(arrived)),
          killPeer_(std::move(killPeer)) {}

    // Effects.
    void bind(const Bind& bind);
    void end(RunId run);
    void killApp(const AppId& app);
    /// The connection a run is hosted on, or nullopt: it is lost, or not connected yet.
    std::optional<ConnectionId> connectionOf(RunId run) const;

    /// Adds the job of a run to `changed`, if it is known.
    void noteChange(RunId run, std::set<JobKey>& changed) const;

    /// Everything that was started dies; runs are forgotten without an event (the core is loaded anew).
    void dropAll();

    // What the bus and the processes tell.
    /// `app` is nullopt for a process that was started here: it is known already.
    Result<void> offered(ConnectionId connection, const std::optional<AppId>& app,
                         const std::vector<std::string>& services);
    /// An app's process begins or ends a foreground service (jobs.md §5.5). It is not let go meanwhile, and its end is
    /// the service's.
    Result<void> serves(ConnectionId connection, const AppId& app, const std::string& service, bool start);
    void closed(ConnectionId connection);
    /// Nothing of the process is alive any more.
    void gone(ProcessId process);

private:
    struct Host {
        AppId app;
        std::set<std::string, std::less<>> services;
        std::optional<ProcessId> process; ///< started by us
        std::set<RunId> runs;
        std::set<std::string> foreground; ///< services that run in the foreground
        bool leaving = false;             ///< was told that it is needed no more
    };
    struct Launch {
        AppId app;
        std::string service;
        ConnectionId connection;
        std::set<RunId> waiting;                                      ///< runs that begin once it hosts their service
        std::set<RunId> hosted;                                       ///< runs to be lost with it
        enum class Fate { Alive, CutOff, Killed } fate = Fate::Alive; ///< CutOff: it closed its end, by itself
    };

    Host* hostFor(const AppId& app, const std::string& service);
    Launch* launchFor(const AppId& app, const std::string& service);
    bool mustWait(const AppId& app, const std::string& service);
    void launch(const Bind& bind);
    void assign(ConnectionId connection, Host& host, RunId run);
    void letGoIfIdle(ConnectionId connection, Host& host);
    void endForeground(const Host& host);
    void doom(ProcessId process, Launch& launch);

    Server& server_;
    Processes& processes_;
    const Registry& registry_;
    Arrived arrived_;
    KillPeer killPeer_;
    std::map<ConnectionId, Host> hosts_;
    std::map<ProcessId, Launch> launches_; ///< every process of a service that is alive
    std::map<RunId, ConnectionId> runs_;
    std::map<RunId, JobKey> keys_; ///< of every run that is bound or waits for it
    std::deque<Bind> afterDeath_;  ///< wait until nothing of the app's killed processes is alive
};

} // namespace stint
