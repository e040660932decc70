// A server in its loop, with an owner that does as it is told, and clients on real sockets, all in one process. A turn
// is driven by hand, as the daemon drives it; nothing sleeps.
#pragma once
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <map>
#include <set>

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "base/result/containers.hpp"
#include "bus/fake_limits.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/message.hpp"
#include "link/wire/names.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"
#include "stintd/bus/server.hpp"

namespace stint {

inline const AppId mail{"com.example.mail"};

/// The daemon's part: answers from what a test put into its fields, and remembers what arrived.
class FakeOwner final : public FakeLimits, public Presence, public Hosting, public Questions {
public:
    BusCaller next{AppId{"org.stint.shell"}, true}; ///< who the next connection is
    std::optional<Error> refusal;
    bool visible = false;
    std::vector<Event> arrivals;
    std::string programDirectory;      ///< of the last startApp()
    std::vector<std::string> windowed; ///< openApp()
    std::vector<ConnectionId> connections;
    std::vector<ConnectionId> closures;
    std::vector<std::string> crowds;
    bool itself = true; ///< what is asked of each connection
    Instant elapsed{};
    std::map<ConnectionId, std::vector<std::string>> hosted;
    std::set<RunId> runs; ///< which anyone may speak for
    std::map<JobKey, JobView> known;
    std::vector<JobView> ended;
    std::vector<AppView> installed;
    std::vector<TaskRow> rows;
    std::map<std::string, std::string> deviceChanges;
    std::set<RunId> elsewhere; ///< runs that another process hosts
    std::map<std::string, bool> served;
    std::map<CallId, std::vector<std::string>> verbs;
    std::vector<std::pair<std::string, std::optional<bool>>> marked;
    std::vector<wire::NetworkRow> networksSeen;
    std::vector<bool> recorded;
    std::vector<wire::RecordingRow> recordingsKept;
    std::vector<HistoryEntry> past;
    std::vector<PastRun> pastRunsKept;
    DayPage dayKept;
    std::vector<DayAsked> daysAsked;
    std::vector<WorkItem> items;
    SchedulerView whole;
    std::map<ConnectionId, std::vector<std::string>> receivers;
    std::vector<AlarmView> pendingAlarms;
    std::vector<MessageView> waitingMessages;
    MessageLogPage messagesKept;
    std::vector<MessageLogAsked> messagesAsked;
    std::vector<DeviceLimitView> held;
    std::vector<RegistrationView> registered;
    LineStatus lineIs;
    std::vector<ConnectionId> lines;
    wire::LineView lineKept;
    std::vector<std::pair<std::uint64_t, bool>> tookIt;
    mutable int questions = 0;
    mutable std::size_t lists = 0;

    Result<BusCaller> accepted(ConnectionId connection, int) override {
        if (refusal) return *refusal;
        connections.push_back(connection);
        return next;
    }
    void closed(ConnectionId connection) override { closures.push_back(connection); }
    bool isItself(ConnectionId) override { return itself; }
    void crowded(const std::string& why) override { crowds.push_back(why); }
    bool visibleNow(ConnectionId) override { return visible; }
    void arrived(Event event) override { arrivals.push_back(std::move(event)); }
    void lineBegins(ConnectionId connection) override { lines.push_back(connection); }
    Result<AppId> appBehind(pid_t, std::uint64_t, const std::string& connector) override { return AppId{connector}; }
    Result<std::optional<AppId>> appOf(pid_t pid, std::uint64_t) override {
        return pid == 1 ? std::nullopt : std::optional(AppId{"com.example.mail"});
    }
    wire::LineView lineView() override { return lineKept; }
    void connectorTook(std::uint64_t delivery, bool taken) override { tookIt.emplace_back(delivery, taken); }
    Presence& presence() override { return *this; }
    Hosting& hosting() override { return *this; }
    const Questions& core() const override { return *this; }
    Now now() const override { return {.elapsed = elapsed}; }
    std::optional<std::string> stranger(const AppId& app, const std::string& service) const override {
        return app.name == shellPackage && service == "Unknown" ? std::optional("start it") : std::nullopt;
    }
    Result<void> hosts(ConnectionId connection, const AppId&, const std::vector<std::string>& services) override {
        hosted[connection] = services;
        return {};
    }
    Result<void> receives(ConnectionId connection, const AppId&, const std::vector<std::string>& names) override {
        receivers[connection] = names;
        return {};
    }
    bool maySpeakFor(ConnectionId, RunId run) const override { return runs.contains(run); }
    bool isElsewhere(ConnectionId, RunId run) const override { return elsewhere.contains(run); }
    Result<void> serves(ConnectionId, const ForegroundServiceAsked& asked) override {
        if (refusal) return *refusal;
        served[asked.service] = asked.start;
        return {};
    }
    void shell(CallId call, std::vector<std::string> words) override { verbs[call] = std::move(words); }
    Result<pid_t> startApp(ConnectionId, CallId call, MainProgram program) override {
        arrivals.emplace_back(AppOpened{call, program.app});
        programDirectory = program.directory;
        return pid_t{4711};
    }
    Result<std::vector<std::string>> openApp(CallId call, const AppId& app) override {
        if (!windowed.empty()) arrivals.emplace_back(AppOpened{call, app});
        return windowed;
    }
    Result<void> setDevice(CallId call, const std::map<std::string, std::string>& changes) override {
        deviceChanges = changes;
        arrivals.emplace_back(DeviceChanged{.call = call, .device = {}});
        return {};
    }
    Result<void> resetDevice(CallId call, const std::vector<std::string>&) override { return setDevice(call, {}); }
    Result<void> markNetwork(CallId call, const std::string& network, std::optional<bool> metered) override {
        marked.emplace_back(network, metered);
        return setDevice(call, {});
    }
    std::vector<wire::NetworkRow> networks() override { return networksSeen; }
    Result<void> record(CallId call, bool on) override {
        recorded.push_back(on);
        return setDevice(call, {});
    }
    std::vector<MeterRow> meters() override { return {{"wakeups", {"exact"}, 7}}; }
    std::vector<wire::RecordingRow> recordings() override { return recordingsKept; }
    Result<std::vector<PastRun>> pastRuns(const JobKey&, std::size_t) override { return pastRunsKept; }
    Result<Supposed> suppose(const std::map<std::string, std::string>& changes) override {
        return Supposed{.words = changes};
    }
    Result<Forecast> whatIf(const JobKey& key, const Supposed& supposed, Now) const override {
        if (!known.contains(key)) return Error{Errc::ILLEGAL_ARGUMENT, "no job"};
        return Forecast{.runs = true, .starts = WallTime{5ms}, .says = supposed.words.begin()->first};
    }
    Result<DayPage> day(const DayAsked& asked) override {
        daysAsked.push_back(asked);
        return dayKept;
    }
    Result<MessageLogPage> messageLog(const MessageLogAsked& asked) override {
        messagesAsked.push_back(asked);
        return messagesKept;
    }
    std::vector<wire::Finding> findings() override {
        return {{"processes", wire::Finding::Grade::Advisory, "no cgroup", "Delegate=yes"}};
    }
    std::vector<wire::ProgramRow> programs() override { return {{"stintd", "1.2.3", "0123abcd"}}; }
    std::vector<wire::DeviceRow> device() override { return {{"charging", "true", "embedded default"}}; }
    std::optional<JobView> job(const JobKey& key, Now) const override {
        ++questions;
        const auto found = known.find(key);
        return found == known.end() ? std::nullopt : std::optional(found->second);
    }
    std::vector<JobView> jobs(const std::optional<AppId>& app, const std::optional<JobKey>& after, std::size_t most,
                              Now) const override {
        ++lists;
        std::vector<JobView> views;
        for (auto at = after ? known.upper_bound(*after) : known.begin(); at != known.end(); ++at)
            if (views.size() < most && (!app || at->first.app == *app)) views.push_back(at->second);
        return views;
    }
    std::vector<JobView> completed(const std::optional<AppId>&) const override { return ended; }
    std::vector<Blocker> explain(const JobKey&, Now) const override {
        return {Blocker{.reason = PENDING_JOB_REASON_CONSTRAINT_CHARGING,
                        .gate = "charging",
                        .detail = "no power",
                        .clears = "plug it in",
                        .since = {},
                        .until = {}}};
    }
    std::vector<HistoryEntry> history(const JobKey&) const override { return past; }
    std::vector<WorkItem> work(const JobKey&, std::uint64_t after, std::size_t most) const override {
        std::vector<WorkItem> found;
        for (const WorkItem& item : items)
            if (item.id > after && found.size() < most) found.push_back(item);
        return found;
    }
    LineWanted line() const override { return {}; }
    void tellShown(std::vector<MessageStory>&, Now) const override {}
    SchedulerView overview(std::size_t, Now) const override { return whole; }
    bool canRunUserInitiatedJobs(const AppId&) const override { return true; }
    bool canScheduleExactAlarms(const AppId&) const override { return true; }
    void fill(Rows& into, Now) const override {
        std::visit(Overloaded{[&](std::vector<TaskRow>& list) { list = rows; },
                              [&](std::vector<AppView>& list) { list = installed; },
                              [&](std::vector<AlarmView>& list) { list = pendingAlarms; },
                              [&](std::vector<MessageView>& list) { list = waitingMessages; },
                              [&](std::vector<RegistrationView>& list) { list = registered; },
                              [&](std::vector<LineStatus>& list) { list = {lineIs}; },
                              [&](std::vector<DeviceLimitView>& list) { list = held; }, [](auto&) {}},
                   into);
    }

    /// A pending job that is known from now on.
    JobView& track(const JobKey& key) {
        JobView& view = known[key];
        view.key = key;
        view.reasons = {PENDING_JOB_REASON_CONSTRAINT_CHARGING};
        view.info = JobInfo::Builder(key.id, "Downloads").build().value();
        return view;
    }
};

/// One end of a connection to the server; it neither waits nor dispatches by itself.
class Client {
public:
    explicit Client(wire::Bus bus) : bus_(std::move(bus)) {}

    /// Makes a call whose arguments `write` puts in, and sends it without waiting. Its cookie.
    template <class Write> std::uint64_t send(const char* interface, const char* member, Write write) {
        wire::Message call = wire::newCall(bus_.get(), interface, member).value();
        wire::Writer writer(call);
        write(writer);
        REQUIRE(writer.done().ok());
        return wire::send(bus_.get(), call).value();
    }

    /// Takes in what has arrived. False: the connection is gone.
    bool process() {
        while (sd_bus_is_open(bus_.get()) > 0) {
            sd_bus_message* message = nullptr;
            const int result = sd_bus_process(bus_.get(), &message);
            if (message) inbox.push_back(wire::Message::owning(message));
            if (result == 0) return true;
            if (result < 0) return false;
        }
        return false;
    }

    /// The answer to that call, if it has arrived.
    std::optional<wire::Message> answerTo(std::uint64_t cookie) const {
        for (const wire::Message& message : inbox)
            if (message.isAnswer() && message.replyCookie() == cookie) return message;
        return std::nullopt;
    }
    std::vector<wire::Message> named(std::string_view member) const {
        std::vector<wire::Message> found;
        for (const wire::Message& message : inbox)
            if (message.member() == member) found.push_back(message);
        return found;
    }

    sd_bus* bus() const { return bus_.get(); }
    std::vector<wire::Message> inbox;

private:
    wire::Bus bus_;
};

class World {
public:
    explicit World(Caps caps = {}) {
        char place[] = "/tmp/stint-bus-XXXXXX";
        REQUIRE(::mkdtemp(place));
        directory = place;
        REQUIRE(sd_event_new(&loop) >= 0);
        Result<std::unique_ptr<Server>> opened = Server::open(loop, owner, socket(), caps);
        REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
        server = std::move(opened).value();
    }
    ~World() {
        server.reset();
        sd_event_unref(loop);
        std::filesystem::remove_all(directory);
    }

    std::filesystem::path socket() const { return directory / "bus"; }

    /// A turn: what the loop was woken for, then gather, then `between` (the decision), then act.
    template <class Between> bool turn(Between between) {
        REQUIRE(sd_event_run(loop, 0) >= 0);
        const bool came = server->gather();
        between();
        server->act();
        return came;
    }
    bool turn() {
        return turn([] {});
    }

    Client connect(BusCaller caller) {
        owner.next = std::move(caller);
        Client client(wire::clientOver(wire::connectSocket(socket()).value()).value());
        settle(client);
        return client;
    }
    Client connectOperator() { return connect({AppId{"org.stint.shell"}, true}); }
    Client connectApp(const char* package) { return connect({AppId{package}, false}); }

    /// Turns until neither side has anything more to say.
    void settle(Client& client) {
        for (int quiet = 0; quiet < 3;) {
            const std::size_t before = client.inbox.size();
            client.process();
            const bool came = turn();
            client.process();
            quiet = came || client.inbox.size() != before ? 0 : quiet + 1;
        }
    }

    /// Sends a call, takes turns, and hands back the answer.
    template <class Write> wire::Message ask(Client& client, const char* interface, const char* member, Write write) {
        const std::uint64_t cookie = client.send(interface, member, write);
        settle(client);
        const std::optional<wire::Message> answer = client.answerTo(cookie);
        REQUIRE(answer);
        return *answer;
    }

    std::filesystem::path directory;
    sd_event* loop = nullptr;
    FakeOwner owner;
    std::unique_ptr<Server> server;
};

/// An a{sv} without entries.
inline void noOptions(wire::Writer& writer) { wire::DictionaryWriter nothing(writer); }

} // namespace stint
