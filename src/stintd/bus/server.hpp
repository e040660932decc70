// The server end of the wire: accepts connections, turns methods into Events and questions, and sends effects back as
// replies, calls and signals. It decides nothing: its owner says who a caller is and what to answer.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unix/fd.hpp"
#include "contract/model/day.hpp"
#include "contract/model/effect.hpp"
#include "contract/model/event.hpp"
#include "contract/model/questions.hpp"
#include "contract/model/view.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/line.hpp"
#include "link/wire/views.hpp"
#include "stint/result.hpp"
#include "stintd/bus/guests.hpp"

namespace stint {

class LimitsOwner {
public:
    virtual ~LimitsOwner() = default;

    // Questions, asked in act().

    /// The next alarm clock of all apps.
    virtual std::optional<WallTime> nextAlarmClock() = 0;
    /// nullopt: the app is not installed.
    virtual std::optional<AppView> app(const AppId& app) = 0;
    /// Every constant, by key.
    virtual std::vector<wire::PolicyRow> policy() = 0;
    virtual wire::DozeView doze() = 0;
};

/// The line to elsewhere, which stint-push holds (push.md §4).
class LineOwner {
public:
    virtual ~LineOwner() = default;

    /// The connection is the line from now on.
    virtual void lineBegins(ConnectionId connection) = 0;
    /// The app of a process that owns the name `connector` on the session bus: by the kernel's word, else one of that
    /// name. Security: it has ended, or is not the app of that name.
    virtual Result<AppId> appBehind(pid_t pid, std::uint64_t startTime, const std::string& connector) = 0;
    /// The app of a process by the kernel's word alone; nullopt: none, it is a person's. Security: it has ended.
    virtual Result<std::optional<AppId>> appOf(pid_t pid, std::uint64_t startTime) = 0;
    /// All that the line is to know now. To be asked in act().
    virtual wire::LineView lineView() = 0;
    /// The connector has taken what the line was given for it, or has not.
    virtual void connectorTook(std::uint64_t delivery, bool taken) = 0;
};

/// A caller's identity and rights, fixed when its connection was accepted.
struct BusCaller {
    AppId app;
    bool isOperator = false;
    pid_t pid = 0;        ///< the process that it counts for; 0: none, because the daemon started it
    std::string unknown;  ///< why it could not be identified: it may do nothing; empty: it was identified
    bool isLine = false;  ///< stint-push
    bool isAgent = false; ///< stint-agent, and no command of a campaign that it runs
};

/// The process at the other end of a connection. Both answers are read anew in each turn (architecture.md, what is
/// visible).
class Presence {
public:
    virtual ~Presence() = default;
    /// True if the process still runs the program that it was accepted as, or has ended.
    virtual bool isItself(ConnectionId connection) = 0;
    virtual bool visibleNow(ConnectionId connection) = 0;
};

/// The services and receivers that connections host for their apps. To be asked during gather().
class Hosting {
public:
    virtual ~Hosting() = default;
    /// Returns the reason why a process of the user's shell, most often an app that was not started as one, cannot have
    /// a service of this name, and how to start it. nullopt: the process is another app's, or has the service.
    virtual std::optional<std::string> stranger(const AppId& app, const std::string& service) const = 0;
    /// The process offers to host services of its app.
    virtual Result<void> hosts(ConnectionId connection, const AppId& app, const std::vector<std::string>& services) = 0;
    /// The process offers to take alarms and messages for these receivers of its app.
    virtual Result<void> receives(ConnectionId connection, const AppId& app,
                                  const std::vector<std::string>& receivers) = 0;
    /// The process begins or ends a foreground service of its app, if the manifest declares one of that name. A service
    /// that was begun is ended with the connection.
    virtual Result<void> serves(ConnectionId connection, const ForegroundServiceAsked& asked) = 0;
    /// True if this connection hosts that run; calls about another process's run are ignored.
    virtual bool maySpeakFor(ConnectionId connection, RunId run) const = 0;
    /// True if the run is hosted by a connection other than this one.
    virtual bool isElsewhere(ConnectionId connection, RunId run) const = 0;
};

/// The daemon, as the bus sees it. Questions are asked in act(), after the turn's commit.
class BusOwner : public LimitsOwner, public LineOwner {
public:
    virtual Presence& presence() = 0;
    virtual Hosting& hosting() = 0;
    virtual const Questions& core() const = 0;
    /// The turn's time, with which the core is asked.
    virtual Now now() const = 0;

    /// Identifies the caller; an Error refuses the connection, which is closed. `socket` may be used during the call
    /// only.
    virtual Result<BusCaller> accepted(ConnectionId connection, int socket) = 0;
    /// Reports that the other end is gone, broke the rules of the wire, or answered StartJob or StopJob with an error:
    /// all of these count as a crash of the app. Called during gather(), once for each connection that accepted() let
    /// in or adopt() made; not for those that close() ended.
    virtual void closed(ConnectionId connection) = 0;
    /// Reports, at most once a minute, that a connection was refused or closed because there are too many.
    virtual void crowded(const std::string& why) = 0;

    /// During gather(): one more event for this turn.
    virtual void arrived(Event event) = 0;
    /// A shell verb (jobs.md §8), during gather(). The Reply to `call` has the verb's output, in this turn or a later
    /// one.
    virtual void shell(CallId call, std::vector<std::string> words) = 0;
    struct MainProgram {
        AppId app;
        std::vector<std::string> arguments;
        std::string directory; ///< absolute; empty: the home directory
        std::vector<Fd> stdio;
    };
    /// `stint start`, during gather(). If it returns a pid, the owner hands AppOpened{call} to the core, whose Reply to
    /// `call` gives the caller the pid.
    virtual Result<pid_t> startApp(ConnectionId connection, CallId call, MainProgram program) = 0;
    /// Like startApp(), but for an app with windows, whose main program the caller starts. Returns that program's
    /// command, and the owner hands over AppOpened{call}. An app without windows gets an empty command and no event.
    virtual Result<std::vector<std::string>> openApp(CallId call, const AppId& app) = 0;
    /// During gather(). If it succeeds, the Reply to `call` is the answer (DeviceChanged{call}).
    virtual Result<void> setDevice(CallId call, const std::map<std::string, std::string>& changes) = 0;
    virtual Result<void> resetDevice(CallId call, const std::vector<std::string>& keys) = 0;
    /// During gather(); the Reply to `call` is the answer.
    virtual Result<void> record(CallId call, bool on) = 0;
    /// During gather(), as setDevice(); nullopt: the machine decides again.
    virtual Result<void> markNetwork(CallId call, const std::string& network, std::optional<bool> metered) = 0;

    // Questions.
    virtual std::vector<wire::DeviceRow> device() = 0;
    virtual std::vector<wire::NetworkRow> networks() = 0;
    /// The log of jobs of that key, oldest first: the newest `most`.
    virtual Result<std::vector<PastRun>> pastRuns(const JobKey& key, std::size_t most) = 0;
    /// The counts since the daemon started.
    virtual std::vector<MeterRow> meters() = 0;
    /// Returns the device and a bucket as they would be with these changes, whose keys are setDevice()'s and "bucket";
    /// nothing is changed.
    virtual Result<Supposed> suppose(const std::map<std::string, std::string>& changes) = 0;
    /// jobs.md §9.5; the time asked for is no longer than longestDay.
    virtual Result<DayPage> day(const DayAsked& asked) = 0;
    /// push.md §5.
    virtual Result<MessageLogPage> messageLog(const MessageLogAsked& asked) = 0;
    /// The recording that is wanted, if any.
    virtual std::vector<wire::RecordingRow> recordings() = 0;
    /// The daemon's side of `stint doctor`.
    virtual std::vector<wire::Finding> findings() = 0;
    /// Itself, and the helper that serves it.
    virtual std::vector<wire::ProgramRow> programs() = 0;
};

class Server {
public:
    /// Listens on `socket`, a path in the runtime directory, which the caller has checked.
    static Result<std::unique_ptr<Server>> open(sd_event* loop, BusOwner& owner, const std::filesystem::path& socket,
                                                Caps caps = {});
    virtual ~Server() = default;

    /// Takes over a started process's end of the socketpair. `caller` comes from identity rule 1.
    virtual Result<ConnectionId> adopt(Fd socket, BusCaller caller) = 0;

    /// Takes in all waiting messages, within the limits of a turn (mostMessagesATurn). Events go to
    /// BusOwner::arrived(); false: nothing came. To be called in every turn: the loop is only woken by data that
    /// arrives, and once more by itself if a connection had more than 64 messages.
    virtual bool gather() = 0;
    /// Answers the questions of this turn, in the order in which they came, and flushes.
    virtual void act() = 0;
    /// Fails all calls that wait for the core's decisions, after the turn's commit has failed. Questions are answered.
    virtual void failAll(const Error& error) = 0;

    virtual void reply(const Reply& reply) = 0;
    /// Calls a process that hosts a run; its answer comes back as StartAnswered or StopAnswered, or not at all.
    virtual void callStart(ConnectionId to, const CallStart& call) = 0;
    virtual void callStop(ConnectionId to, const CallStop& call) = 0;
    virtual void callNetworkChanged(ConnectionId to, const CallNetworkChanged& call) = 0;
    virtual void callAction(ConnectionId to, const CallAction& call) = 0;
    virtual void callServiceAction(ConnectionId to, const CallServiceAction& call) = 0;
    /// Calls a process that hosts a receiver, whose name is in the call; answered by DeliveryEnded, or not at all.
    virtual void callAlarm(ConnectionId to, const DeliverAlarm& call) = 0;
    virtual void callMessage(ConnectionId to, const DeliverMessage& call) = 0;
    /// Signals to the line.
    virtual void tellLine(ConnectionId to, const wire::LineView& line) = 0;
    virtual void checkLine(ConnectionId to) = 0;
    virtual void giveLine(ConnectionId to, const DeliverMessage& message) = 0;
    /// Signals the processes of the app that asked for it.
    virtual void tellNetwork(const NetworkAccess& access) = 0;
    virtual void unbind(ConnectionId to) = 0;
    virtual void appExited(ConnectionId to, pid_t pid, int exitCode) = 0;
    /// Notes that the job has changed: act() signals its watchers.
    virtual void changed(const JobKey& key) = 0;
    /// Notes that the job's run has come further: its watchers hear of it with all other progress, at a bounded rate.
    virtual void progressed(const JobKey& key) = 0;
    /// The time from which act() has progress to tell; nullopt: none waits.
    virtual std::optional<Instant> tellsAt() const = 0;
    /// wantsTopics(): true if anybody watches lists. changed(): notes that these lists have changed; act() signals it.
    virtual bool wantsTopics() const = 0;
    virtual void changed(Topics topics) = 0;
    /// Closes the connection, after sending what is queued for it as far as that does not block.
    virtual void close(ConnectionId connection) = 0;
};

} // namespace stint
