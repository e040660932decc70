// stintd: one thread, one loop, one turn at a time: gather, decide, commit, act (architecture.md, the turn). It carries
// events to the core and effects to the edges, and holds the one timer.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/result/owned.hpp"
#include "contract/core/scheduler.hpp"
#include "contract/model/questions.hpp"
#include "contract/policy/policy.hpp"
#include "stintd/apps/directory_watch.hpp"
#include "stintd/apps/registry.hpp"
#include "stintd/bus/server.hpp"
#include "stintd/bus/session_door.hpp"
#include "stintd/daemon/clock.hpp"
#include "stintd/daemon/hosts.hpp"
#include "stintd/daemon/line_edge.hpp"
#include "stintd/daemon/meters.hpp"
#include "stintd/daemon/recorder.hpp"
#include "stintd/daemon/recovery.hpp"
#include "stintd/daemon/resources.hpp"
#include "stintd/daemon/visibility.hpp"
#include "stintd/device/content_watch.hpp"
#include "stintd/device/device_source.hpp"
#include "stintd/device/window_watch.hpp"
#include "stintd/netcut/netcut.hpp"
#include "stintd/notify/desktop.hpp"
#include "stintd/process/processes.hpp"
#include "stintd/store/store.hpp"

namespace stint {

/// stintd's options: the command line, the XDG directories, and the policy files.
struct DaemonOptions {
    std::filesystem::path store;             ///< holds stint.db
    std::vector<std::filesystem::path> apps; ///< directories of manifests; the first one that has an app wins
    std::vector<PolicyFile> policy;          ///< the last file wins
    std::filesystem::path libexec;           ///< holds stint-exec and stint-transfer
    bool stored = false;                     ///< only tells what waits in the store (main.cpp)
    unsigned long descriptors = 0;           ///< the limit at the start; started programs get it
    std::string faultCommit; ///< "alternate": every second commit fails; "7": the seventh (tests of faults)
};

/// Parses the command line; ends the process for --help, --version and usage errors (64).
DaemonOptions parseOptions(int argc, char** argv);

class Daemon : BusOwner, Processes::Listener {
public:
    Daemon(DaemonOptions options, Policy policy);
    ~Daemon() override;

    /// Opens every edge and announces its state to the core. An error names the first edge that failed.
    Result<void> open();
    /// Runs until SIGTERM or SIGINT.
    Result<void> run();

private:
    // The turn (turn.cpp).
    void turn();
    void carryOut();
    bool settle();
    std::optional<Effect> refusedForRoom(const Event& event);
    void decide(const Event& event);
    void runVerbs();
    void add(Step step);
    bool commit();
    /// Writes the records; without any, it tries if the store can be written.
    Result<void> write(const std::vector<Record>& records);
    void eraseLog();
    void act();
    void perform(const Effect& effect);
    void logOf(const Trace& trace);
    void reply(const Reply& reply);
    /// jobs.md §3.2: a change after schedule() has answered must be seen, so that answer waits for the watch; other
    /// answers do not wait.
    void replyHeld(const AppId& app);
    void armTimer();
    void openWakeTimer();
    void armWakeTimer();
    void addWakes(std::vector<wire::DeviceRow>& rows) const;

    // Callers and windows (visibility.cpp).
    Caller identified(const PeerProcess& peer) const;
    bool runs(const PeerProcess& peer, const char* program) const;
    Result<Caller> callerBehind(pid_t pid, std::uint64_t startTime) const;
    void entered(ConnectionId connection, const AppId& app, PeerProcess peer);
    void windowInFront(std::string_view pid);
    void windowsClaim(std::string_view word);
    void openSessionDoor();
    Result<Fd> letIn(Visitor visitor);

    void openDesktop();
    void openNetcut();
    void showOnDesktop(const ShowNotification& shows);

    void buryTheDead();
    void watchContent();
    /// Lets the core write down counters that only grow with time.
    void sayGoodbye();

    // Policy files, read again when one of them has changed (options.cpp).
    Result<void> watchPolicy();
    Result<void> watchZone();
    void readZone();
    void readPolicy();

    // Loading the store, and recovery if it fails (recovery.cpp).
    enum class UnderWay : std::uint8_t { GoOn, End }; ///< the fate of runs when another core begins
    Result<Step> load(UnderWay runs);
    Result<void> begin(UnderWay runs);
    Result<void> beginFirst();
    void tellAside(const std::vector<SetAside>& jobs);
    enum class Announce : std::uint8_t { Yes, No };
    void addGuardApp(const AppId& app, Announce announce);
    void addGuest(const AppId& app, const std::string& connector, Announce announce);
    void dropGuests();
    void rememberSeen(const Snapshot& snapshot);
    void forgetSeen();
    void commitFailed(const Error& error);
    void degrade(const Error& error);
    void tryAgain(UnderWay runs);
    void keepEnd(const Event& event);
    void waitForStore();

    Result<void> openEdges();
    Result<void> openStore();
    Result<void> openRegistry();
    void announce();
    void wakeWaitingWork();
    AppSeen seen(const AppId& app) const;
    void announceDevice(CallId call);

    // A recording (recorder.cpp).
    void recordAnew();
    void keepSnapshot();
    void beginRecording(Scheduler& core, const record::Beginning& beginning, const Step& restored);

    // BusOwner.
    Presence& presence() override { return visibility_; }
    Hosting& hosting() override { return *hosts_; }
    const Questions& core() const override { return *core_; }
    Now now() const override { return now_; }
    Result<BusCaller> accepted(ConnectionId connection, int socket) override;
    void closed(ConnectionId connection) override;
    void crowded(const std::string& why) override;
    void arrived(Event event) override;
    void shell(CallId call, std::vector<std::string> words) override;
    Result<pid_t> startApp(ConnectionId connection, CallId call, MainProgram program) override;
    Result<std::vector<std::string>> openApp(CallId call, const AppId& app) override;
    Result<void> setDevice(CallId call, const std::map<std::string, std::string>& changes) override;
    Result<void> resetDevice(CallId call, const std::vector<std::string>& keys) override;
    std::vector<wire::DeviceRow> device() override;
    Result<void> markNetwork(CallId call, const std::string& network, std::optional<bool> metered) override;
    std::vector<wire::NetworkRow> networks() override;
    Result<void> record(CallId call, bool on) override;
    std::vector<wire::RecordingRow> recordings() override;
    std::vector<MeterRow> meters() override;
    Result<std::vector<PastRun>> pastRuns(const JobKey& key, std::size_t most) override;
    Result<DayPage> day(const DayAsked& asked) override;                      // day.cpp
    Result<MessageLogPage> messageLog(const MessageLogAsked& asked) override; // likewise
    Result<Supposed> suppose(const std::map<std::string, std::string>& changes) override;
    std::vector<wire::Finding> findings() override;    // findings.cpp
    std::vector<wire::ProgramRow> programs() override; // findings.cpp
    std::optional<Error> storeError();
    // limits.cpp
    void count(const CountNetwork& asked);
    void mark(const MarkNetwork& mark);
    Netcut::Used used(NetworkUsed use);
    wire::Finding aboutNetwork() const;

    // LimitsOwner (limits.cpp).
    std::optional<WallTime> nextAlarmClock() override;
    std::optional<AppView> app(const AppId& app) override;
    std::vector<wire::PolicyRow> policy() override;
    wire::DozeView doze() override;
    template <class Delivery> void deliver(const Delivery& delivery, const AppId& app);

    // LineOwner (visibility.cpp, limits.cpp).
    void lineBegins(ConnectionId connection) override { line_->begins(connection); }
    Result<AppId> appBehind(pid_t pid, std::uint64_t startTime, const std::string& connector) override;
    Result<std::optional<AppId>> appOf(pid_t pid, std::uint64_t startTime) override;
    wire::LineView lineView() override;
    wire::LineView viewOf(const LineWanted& wanted);
    void connectorTook(std::uint64_t delivery, bool taken) override { line_->took(delivery, taken); }

    // Processes::Listener.
    void gone(ProcessId process, const AppId& app, const Processes::End& end) override;

    DaemonOptions options_;
    Policy policy_;
    BootId boot_;
    Now now_{};

    Owned<sd_event, sd_event_unref> loop_;
    sd_event_source* timer_ = nullptr; ///< the core's next deadline
    sd_event_source* wake_ = nullptr;  ///< the next alarm that wakes the machine; null if that is not permitted
    sd_event_source* idle_ = nullptr;  ///< tidies the store when nothing else is waiting
    int wakeRefusal_ = 0;              ///< the errno for which wake_ is null
    std::optional<Store> store_;
    std::vector<std::string> storeNotes_; ///< its notes since the start
    Aborts aborts_;
    record::Recorder recorder_;        ///< outlives core_, which reports to it
    std::optional<CallId> recordFrom_; ///< the call that waits for a recording to begin, at this turn's end
    std::unique_ptr<Scheduler> core_;
    std::unique_ptr<Registry> registry_;
    std::unique_ptr<UnitShare> unitShare_; ///< outlives processes_, which report to it
    std::unique_ptr<Processes> processes_;
    std::unique_ptr<Server> server_;
    std::unique_ptr<Hosts> hosts_;
    std::unique_ptr<LineEdge> line_;
    std::unique_ptr<SessionDoor> door_;
    Visibility visibility_;
    WindowWatch windowWatch_;   ///< X11's
    WindowWatch toplevelWatch_; ///< Wayland's
    DeviceSource deviceSource_;
    std::unique_ptr<Desktop> desktop_;
    std::unique_ptr<TaskManagerPage> page_;
    std::unique_ptr<Netcut> netcut_;
    ContentWatch contentWatch_;
    std::map<CallId, AppId> watching_;         ///< calls of schedule() in this turn, whose jobs watch something
    std::map<AppId, std::vector<Reply>> held_; ///< replies held until stint-watch watches their targets
    std::optional<std::uint64_t> watched_;     ///< the version of the watched targets that contentWatch_ has
    ClockWatch clockWatch_;
    std::unique_ptr<DirectoryWatch> policyWatch_;
    std::unique_ptr<DirectoryWatch> zoneWatch_;
    TimeZone zone_;
    std::string policyError_; ///< the last error reported about policy files, so that it is reported once

    std::vector<Event> arrived_; ///< events of this turn, or of the next
    struct Verb {
        CallId call;
        std::vector<std::string> words;
    };
    std::vector<Verb> verbs_;                               ///< verbs of this turn, run after its events
    std::map<CallId, std::vector<std::string>> unanswered_; ///< verbs that wait for the core's reply
    struct Death {
        ProcessId process;
        AppId app;
        Processes::End end;
    };
    std::vector<Death> deaths_;   ///< reported in this turn, after the last messages of those processes
    Step step_;                   ///< the step of all events of this turn
    std::set<JobKey> changed_;    ///< jobs to report to their watchers
    std::set<JobKey> progressed_; ///< jobs whose watchers are to see how far their runs are
    Meters meters_;
    Topics topics_; ///< lists that have changed, while anybody watches them
    struct Program {
        ConnectionId starter; ///< waits for the program's end
        pid_t pid = 0;
    };
    std::map<ProcessId, Program> programs_; ///< main programs that `stint start` started
    std::optional<Instant> eraseAt_;        ///< when the store's log is to be erased, which may hold deleted data
    Instant erased_{};                      ///< when the log was last erased
    std::optional<Error> degraded_;         ///< why the store cannot be written; nullopt: it can
    std::optional<Instant> tryAgainAt_;     ///< set while degraded
    bool guestsChange_ = false;             ///< one may have no registration any more, or never had one
    bool written_ = false;                  ///< a turn's records were written since the core was loaded
    bool troubled_ = false;                 ///< the store was degraded, and nothing could be written since
    std::map<RunId, Event> ends_;           ///< reported ends of runs, not yet written down
    std::optional<Instant> forgetsAt_;      ///< when visibility_ forgets what it remembers
    Duration pause_{0};                     ///< the wait before the next attempt, which doubles
};

/// The lists that an event, or a step, changes. A list too many is asked for in vain; a list too few would show old
/// rows.
Topics topicsOf(const Event& event);
Topics topicsOf(const Step& step);

} // namespace stint
