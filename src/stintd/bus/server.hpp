// The server end of the wire: accepts connections, turns methods into Events and questions, and sends effects back as
// replies, calls and signals. Decides nothing: its owner tells who a caller is and what to answer.
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
#include "contract/model/meter.hpp"
#include "contract/model/questions.hpp"
#include "contract/model/topic.hpp"
#include "link/wire/finding.hpp"
#include "link/wire/views.hpp"
#include "stint/result.hpp"
#include "stintd/bus/caps.hpp"
#include "stintd/bus/connection_id.hpp"
#include "stintd/bus/limits_owner.hpp"

namespace stint {

/// What a connection may do, fixed when it was accepted.
struct BusCaller {
    AppId app;
    bool isOperator = false;
    pid_t pid = 0;       ///< whose connections it counts among; 0: nobody's, the daemon started it
    std::string unknown; ///< why it could not be identified: it may do nothing; empty: it was
};

/// Who is at the other end of a connection. Each is read anew in each turn (architecture.md, what is visible).
class Presence {
public:
    virtual ~Presence() = default;
    /// Whether the process there still runs the program that it was accepted as, or none any more.
    virtual bool isItself(ConnectionId connection) = 0;
    virtual bool visibleNow(ConnectionId connection) = 0;
};

/// Which connection hosts what of its app. During gather().
class Hosting {
public:
    virtual ~Hosting() = default;
    /// Why a process of the user's shell, which most often is an app that was not started as one, cannot have a service
    /// of this name, and how to start it; nullopt: it is another app's process, or has it.
    virtual std::optional<std::string> stranger(const AppId& app, const std::string& service) const = 0;
    /// A process offers to host services of its app.
    virtual Result<void> hosts(ConnectionId connection, const AppId& app, const std::vector<std::string>& services) = 0;
    /// It offers to take alarms and messages for these receivers of its app.
    virtual Result<void> receives(ConnectionId connection, const AppId& app,
                                  const std::vector<std::string>& receivers) = 0;
    /// It begins or ends a foreground service of its app: whether its manifest declares one of that name. What was
    /// begun is ended with the connection.
    virtual Result<void> serves(ConnectionId connection, const AppId& app, const std::string& service, bool start) = 0;
    /// Whether this connection hosts that run; what it says of another's is ignored.
    virtual bool maySpeakFor(ConnectionId connection, RunId run) const = 0;
    /// Whether the run is hosted by a connection other than this one.
    virtual bool isElsewhere(ConnectionId connection, RunId run) const = 0;
};

/// The daemon, as the bus sees it. Questions are asked in act(), after the turn's commit.
class BusOwner : public LimitsOwner {
public:
    virtual Presence& presence() = 0;
    virtual Hosting& hosting() = 0;
    virtual const Questions& core() const = 0;
    /// The turn's, with which the core is asked.
    virtual Now now() const = 0;

    /// Fixes who is calling; an Error refuses the connection (it is closed). `socket` is for this moment only.
    virtual Result<BusCaller> accepted(ConnectionId connection, int socket) = 0;
    /// The other end is gone, or broke the rules of the wire, or answered StartJob or StopJob with an error: as an app
    /// that crashed. Told during gather(), once, for each connection that accepted() let in or adopt() made; not for
    /// those that close() ended.
    virtual void closed(ConnectionId connection) = 0;
    /// Somebody was refused or put out, for there are too many connections: told once a minute.
    virtual void crowded(const std::string& why) = 0;

    /// During gather(): one more event for this turn.
    virtual void arrived(Event event) = 0;
    /// A shell verb (jobs.md §8), during gather(). The Reply to `call` has what it says, in this turn or a later one.
    virtual void shell(CallId call, std::vector<std::string> words) = 0;
    struct MainProgram {
        AppId app;
        std::vector<std::string> arguments;
        std::string directory; ///< absolute; empty: the home directory
        std::vector<Fd> stdio;
    };
    /// `stint start`, during gather(). If it returns a pid, the owner hands AppOpened{call} to the core, whose Reply to
    /// `call` tells the caller the pid.
    virtual Result<pid_t> startApp(ConnectionId connection, CallId call, MainProgram program) = 0;
    /// The same of an app with windows, whose main program the caller starts: the words of that; the owner hands over
    /// AppOpened{call}. No words, and nothing handed over, where it has none.
    virtual Result<std::vector<std::string>> openApp(CallId call, const AppId& app) = 0;
    /// During gather(); where it succeeds, the Reply to `call` is the answer (DeviceChanged{call}).
    virtual Result<void> setDevice(CallId call, const std::map<std::string, std::string>& changes) = 0;
    virtual Result<void> resetDevice(CallId call, const std::vector<std::string>& keys) = 0;
    /// During gather(); the Reply to `call` is the answer.
    virtual Result<void> record(CallId call, bool on) = 0;
    /// As setDevice(); nullopt: as the machine says.
    virtual Result<void> markNetwork(CallId call, const std::string& network, std::optional<bool> metered) = 0;

    // Questions.
    virtual std::vector<wire::DeviceRow> device() = 0;
    virtual std::vector<wire::NetworkRow> networks() = 0;
    /// The log of jobs of that key, oldest first: the newest `most`.
    virtual Result<std::vector<PastRun>> pastRuns(const JobKey& key, std::size_t most) = 0;
    /// What is counted since the daemon started.
    virtual std::vector<MeterRow> meters() = 0;
    /// What that makes of the device and of a bucket, by the keys of setDevice() and "bucket"; nothing is changed.
    virtual Result<Supposed> suppose(const std::map<std::string, std::string>& changes) = 0;
    /// jobs.md §9.5; no longer a time than longestDay.
    virtual Result<DayPage> day(const DayAsked& asked) = 0;
    /// The one that is wanted, if any.
    virtual std::vector<wire::RecordingRow> recordings() = 0;
    /// What `stint doctor` shows of the daemon's side.
    virtual std::vector<wire::Finding> findings() = 0;
};

class Server {
public:
    /// Listens on `socket` (a path in the runtime directory, which the caller has checked).
    static Result<std::unique_ptr<Server>> open(sd_event* loop, BusOwner& owner, const std::filesystem::path& socket,
                                                Caps caps = {});
    virtual ~Server() = default;

    /// A process that was started: its end of the socketpair. `caller` is what identity rule 1 says.
    virtual Result<ConnectionId> adopt(Fd socket, BusCaller caller) = 0;

    /// Takes in all waiting messages, within the limits of a turn (caps.hpp). Events go to
    /// Owner::arrived; false: nothing came. To be called in every turn: the loop is only woken by what arrives, and
    /// once more by itself where a connection had more than 64.
    virtual bool gather() = 0;
    /// Answers what was asked in this turn, in the order it came, and flushes.
    virtual void act() = 0;
    /// The turn's commit failed: all calls that wait for its decisions get `error`. Questions are answered.
    virtual void failAll(const Error& error) = 0;

    virtual void reply(const Reply& reply) = 0;
    /// Calls on a process that hosts a run; its answer comes back as StartAnswered or StopAnswered, or not at all.
    virtual void callStart(ConnectionId to, const CallStart& call) = 0;
    virtual void callStop(ConnectionId to, const CallStop& call) = 0;
    virtual void callNetworkChanged(ConnectionId to, const CallNetworkChanged& call) = 0;
    virtual void callAction(ConnectionId to, const CallAction& call) = 0;
    /// Calls on a process that hosts a receiver, whose name is in the call; answered by DeliveryEnded, or not at all.
    virtual void callAlarm(ConnectionId to, const DeliverAlarm& call) = 0;
    virtual void callMessage(ConnectionId to, const DeliverMessage& call) = 0;
    /// Tells the processes of the app that asked to be told.
    virtual void tellNetwork(const NetworkAccess& access) = 0;
    virtual void unbind(ConnectionId to) = 0;
    virtual void appExited(ConnectionId to, pid_t pid, int exitCode) = 0;
    /// The job changed: tells those who watch it (in act()).
    virtual void changed(const JobKey& key) = 0;
    /// Whether anybody wants to know which lists have changed; and that these have: tells them (in act()).
    virtual bool wantsTopics() const = 0;
    virtual void changed(Topics topics) = 0;
    /// What is queued for it is still sent, as far as that does not block.
    virtual void close(ConnectionId connection) = 0;
};

} // namespace stint
