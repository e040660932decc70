// The processes that run jobs and take alarms and messages: those that host services and receivers, those that were
// started to host them, and what waits for either (architecture.md, running a job; limits.md §7). Hosts finds the
// process for a run or a delivery; it decides nothing about it.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "base/result/containers.hpp"
#include "contract/model/effect.hpp"
#include "contract/model/event.hpp"
#include "contract/model/record.hpp"
#include "stintd/apps/registry.hpp"
#include "stintd/bus/server.hpp"
#include "stintd/process/launcher.hpp"

namespace stint {

class Hosts : public Hosting {
public:
    using Arrived = std::function<void(Event)>;

    /// Kills the process at the other end of a connection, which is an app's own.
    using KillPeer = std::function<void(ConnectionId)>;

    Hosts(Server& server, Launcher& launcher, const Registry& registry, Arrived arrived, KillPeer killPeer)
        : server_(server), launcher_(launcher), registry_(registry), arrived_(std::move(arrived)),
          killPeer_(std::move(killPeer)) {}

    // Effects of the core.
    void bind(const Bind& bind);
    void changed(const RunChanged& run);
    /// Notes that this call is on its way to the run's host.
    void called(const CallStart& call);
    void called(const CallStop& call);
    void end(RunId run);
    /// The time of a delivery, and the longest time that a receiver may take (alarm.listener_timeout).
    struct Patience {
        Instant now;
        Duration longest{0};
    };
    /// Calls the app's receiver, in a process that hosts it or in one that is started. DeliveryEnded follows, once: it
    /// was taken, its process died, or none can be started. A process that has not taken an earlier delivery in time
    /// gets no more; one that was started by us dies then.
    void deliver(const DeliverAlarm& alarm, Patience patience);
    void deliver(const DeliverMessage& message, Patience patience);
    /// Kills the app's processes, and returns how many.
    unsigned killApp(const AppId& app);
    /// The connection that hosts a run; nullopt: lost, or not connected yet.
    std::optional<ConnectionId> connectionOf(RunId run) const;
    bool idle() const { return runs_.empty(); } ///< no process hosts a run

    /// Adds the job of a run to `progressed`, if it is known.
    void noteProgress(RunId run, std::set<JobKey>& progressed) const;

    /// Every run between its bind and its end; and one of them, or nullptr.
    std::vector<GoingOn> goingOn() const;
    const GoingOn* find(RunId run) const { return findIn(begun_, run); }
    /// Follows a change to another core, which has these runs alone. A started process that hosts none of them, nor a
    /// foreground service, dies; other runs, and all deliveries, are forgotten without an event.
    void dropAllBut(const std::set<RunId>& runs);
    /// The services that run in the foreground, as events for a new core.
    std::vector<Event> foreground() const;

    // Reports from the bus and the processes.
    std::optional<std::string> stranger(const AppId& app, const std::string& service) const override;
    Result<void> hosts(ConnectionId connection, const AppId& app, const std::vector<std::string>& services) override;
    Result<void> receives(ConnectionId connection, const AppId& app,
                          const std::vector<std::string>& receivers) override;
    /// The process is kept meanwhile, and its end is the service's (jobs.md §5.5); until the core refuses it.
    Result<void> serves(ConnectionId connection, const ForegroundServiceAsked& asked) override;
    void answered(const Reply& reply);
    /// The connections that run this foreground service.
    std::vector<ConnectionId> serving(const AppId& app, const std::string& service) const;
    bool maySpeakFor(ConnectionId connection, RunId run) const override { return connectionOf(run) == connection; }
    bool isElsewhere(ConnectionId connection, RunId run) const override;
    /// Notes that the app has taken it.
    void delivered(std::uint64_t delivery);
    void closed(ConnectionId connection);
    /// Notes that nothing of the process is alive any more. `how`: its end, in words. `limited`: it met a limit, which
    /// is no crash.
    void gone(ProcessId process, const std::string& how = {}, bool limited = false);

private:
    /// A service or a receiver of a manifest.
    struct Component {
        enum class Kind { Service, Receiver } kind = Kind::Service;
        std::string name;
        auto operator<=>(const Component&) const = default;
    };
    struct Host {
        AppId app;
        std::set<Component> components;
        std::optional<ProcessId> process; ///< started by us
        std::set<RunId> runs;
        std::set<std::uint64_t> deliveries; ///< handed over, and not taken yet
        std::set<std::string> foreground;   ///< services that run in the foreground
        bool leaving = false;               ///< it was asked to leave, because it is no longer needed
    };
    struct Launch {
        AppId app;
        Component component; ///< what it was started for
        ConnectionId connection;
        std::optional<JobKey> only;                                   ///< the one job that may run in it
        std::set<RunId> waiting;                                      ///< runs that begin once it hosts their service
        std::set<RunId> hosted;                                       ///< runs to be lost with it
        std::set<std::uint64_t> deliveries;                           ///< handed over or not, to be lost with it
        enum class Fate { Alive, CutOff, Killed } fate = Fate::Alive; ///< CutOff: it closed its end by itself
    };
    struct Delivery {
        AppId app;
        std::variant<DeliverAlarm, DeliverMessage> call; ///< the call names its receiver
        std::optional<ConnectionId> at;                  ///< the connection that it was handed to
        Instant handed{};                                ///< when it was handed over
    };

    std::optional<ConnectionId> hostFor(const AppId& app, const Component& component) const;
    Launch* launchFor(const AppId& app, const Component& component);
    bool mustWait(const AppId& app, const Component& component, const std::optional<JobKey>& only);
    /// The process's share of the machine, in the terms of Command.
    struct Share {
        bool background = true;
        bool keepsPriority = false;
    };
    Result<Launch*> start(const AppId& app, const Component& component, const std::vector<std::string>& command,
                          Share share);
    const Service* serviceOf(const AppId& app, const std::string& name) const;
    void launch(const Bind& bind, const std::optional<JobKey>& only);
    Result<void> offer(ConnectionId connection, const AppId& app, Component::Kind kind,
                       const std::vector<std::string>& names);
    void assign(ConnectionId connection, Host& host, RunId run);

    // Deliveries (host_deliveries.cpp).
    void take(std::uint64_t delivery, Delivery parcel);
    void place(std::uint64_t delivery);
    void hand(std::uint64_t delivery, ConnectionId connection, Host& host);
    void handWaiting(Launch& launch, Host& host);
    void lose(std::set<std::uint64_t> deliveries, std::string_view why);
    bool isAfterDeath(std::uint64_t delivery) const;
    bool isSilent(const Host& host) const;

    void letGoIfIdle(ConnectionId connection, Host& host);
    void endForeground(const Host& host);
    void doom(ProcessId process, Launch& launch);

    Server& server_;
    Launcher& launcher_;
    const Registry& registry_;
    Arrived arrived_;
    KillPeer killPeer_;
    std::map<ConnectionId, Host> hosts_;
    /// Foreground services that begin, by the calls that wait for the core.
    std::map<CallId, std::pair<ConnectionId, std::string>> begins_;
    std::map<ProcessId, Launch> launches_; ///< every process of a service that is alive
    std::map<RunId, ConnectionId> runs_;
    std::map<RunId, GoingOn> begun_;               ///< every run that is bound or waits to be
    std::map<std::uint64_t, Delivery> deliveries_; ///< those that are not taken yet
    Patience patience_;                            ///< that of the newest delivery
    /// Bindings and deliveries that wait until nothing of a former process of their component is alive.
    std::deque<std::variant<Bind, std::uint64_t>> afterDeath_;
};

} // namespace stint
