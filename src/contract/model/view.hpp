// The answers to questions about the present: plain values, made by the core when asked, stored nowhere.
//
// A row that may be listed has `all`, which the core defines, and is one of Rows. `fields` lists a row's members by
// their names on the wire and in JSON, in the order of JSON (a dictionary of the wire has none); `noun` is a row's name
// in error messages. The wire and JSON walk `fields` (link/wire/fields.hpp, faces/views/json_row.hpp), so that a field
// is defined once. A walker has a function for each kind of field (`word`, `rows` …); a kind that it lacks does not
// compile.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/alarm.hpp"
#include "contract/model/app.hpp"
#include "contract/model/job.hpp"
#include "contract/model/push.hpp"

namespace stint {

struct State; ///< the core's, which alone knows its members

/// One thing that keeps a job from running (jobs.md §9.1): a shut gate's verdict, in words.
struct Blocker {
    PendingReason reason = PENDING_JOB_REASON_UNDEFINED;
    std::string gate;   ///< the gate that is shut: "connectivity"
    std::string want;   ///< the end of "waits for …": "mains"
    std::string detail; ///< the present state, and the wanted one
    std::string clears; ///< the change that would open it
    std::optional<WallTime> since;
    std::optional<WallTime> until; ///< nullopt: an event, not a time

    static constexpr auto noun = "blocker";
    static constexpr auto fields = [](auto& field, auto& blocker) {
        field.number("reason", blocker.reason);
        field.derived("name", nameOf(blocker.reason));
        field("gate", blocker.gate);
        field("detail", blocker.detail);
        field.always("since", blocker.since);
        field.always("until", blocker.until);
        field("clears", blocker.clears);
        field("want", blocker.want);
    };
    bool operator==(const Blocker&) const = default;
};

/// The clocks of a run under way, and the stop that is coming (jobs.md §9.3).
struct RunClocks {
    WallTime guaranteed; ///< the end of its minimum guarantee
    WallTime limit;      ///< the end of its maximum limit
    WallTime timer;      ///< when its one timer fires
    std::string slot;    ///< the kind of slot that it took: "top", "fgs", "ui", "ej", "bg"
    std::optional<Ending> stop;

    static constexpr auto noun = "clocks";
    static constexpr auto fields = [](auto& field, auto& clocks) {
        field("guaranteed", clocks.guaranteed);
        field("limit", clocks.limit);
        field.detail("timer", clocks.timer);
        field.detail("slot", clocks.slot);
        field.ending("stop", "stopReason", "internalReason", clocks.stop);
    };
    bool operator==(const RunClocks&) const = default;
};

/// The part of a notification that a list shows.
struct ShownNotification {
    std::string title;
    std::string text;
    Notification::Progress progress;

    static ShownNotification of(const Notification& notification);
    Notification made() const;
    bool isEmpty() const { return title.empty() && text.empty() && progress.maximum == 0; }

    static constexpr auto fields = [](auto& field, auto& shown) {
        field("title", shown.title);
        field("text", shown.text);
        field("progressMaximum", shown.progress.maximum);
        field("progressValue", shown.progress.value);
    };
};

/// All of a notification, which has getters and a Builder alone.
struct NotificationParts {
    std::string channel;
    std::string smallIcon;
    std::string title;
    std::string text;
    Notification::Progress progress;
    std::vector<Notification::Action> actions;

    static NotificationParts of(const Notification& notification);
    Notification made() const;

    static constexpr auto noun = "notification";
    static constexpr auto fields = [](auto& field, auto& parts) {
        auto& progress = parts.progress;
        field("channel", parts.channel);
        field("smallIcon", parts.smallIcon);
        field("title", parts.title);
        field("text", parts.text);
        field.tuple("progress", std::tie(progress.maximum, progress.value, progress.indeterminate));
        field.tuples("actions", parts.actions, [](auto& action) { return std::tie(action.key, action.label); });
    };
};

/// The words about a job that only faces have (faces/views/phrases.hpp).
enum class Phrase : std::uint8_t { State, Limits, ExitCode };

/// A tracked or a completed job, as a person or a program sees it.
struct JobView {
    enum class State : std::uint8_t { Pending, Running, Finished };
    JobKey key;
    std::optional<JobInfo> info; ///< nullopt for a finished job
    State state = State::Pending;
    JobClass kind = JobClass::Regular; ///< the class that it runs in, or would
    bool demoted = false;
    std::string label;
    std::int32_t failures = 0;
    std::int32_t systemStops = 0;
    WallTime scheduled;
    std::vector<PendingReason> reasons;  ///< pending; never empty then
    std::optional<WallTime> earliest;    ///< pending: the forecast of its start
    std::optional<WallTime> latest;      ///< its deadline, or the end of a periodic job's window
    std::optional<WallTime> lastSuccess; ///< a periodic job's last run that was not tried again
    std::optional<WallTime> lastFailure; ///< its last run that is tried again
    std::optional<PastRun> lastRun;      ///< without its waits
    std::string want;                    ///< pending: the first of its reasons as the end of "waits for …": "mains"
    std::string waitsFor;                ///< pending, or held by its guard: the first of its reasons, in words
    std::vector<std::string> waitsAlso;  ///< likewise the others, in their order
    bool held = false;                   ///< a person keeps it from starting
    std::string guarded;                 ///< running: its guard's hold on it now: "frozen", "offline"; empty: none
    StartTerms terms;
    std::optional<RunState> runState; ///< running
    std::optional<WallTime> started;  ///< running
    bool keepsAwake = false;          ///< running: for it the machine is kept from going to sleep (limits.md §13)
    std::optional<RunClocks> clocks;  ///< running
    std::optional<Network> network;   ///< the one it has, or would be given now; only where it requires one
    std::uint32_t workItems = 0;      ///< the items of its work that are not completed
    std::int64_t place = 0;           ///< its place among those that wait as it does: the smaller goes before
    Bytes transferredDown = 0;
    Bytes transferredUp = 0;
    Bytes estimatedDown = NETWORK_BYTES_UNKNOWN;
    Bytes estimatedUp = NETWORK_BYTES_UNKNOWN;
    Bytes rate = NETWORK_BYTES_UNKNOWN; ///< running: bytes a second, of the last seconds; 0: it stalls
    Bytes rateLimit = 0;                ///< running: all transfers together may move so many; 0: any (limits.md §15)
    std::optional<WallTime> rateLimitUntil;   ///< the hour that ends this limit
    std::optional<Notification> notification; ///< running, where it has set one
    std::optional<Completed> completed;       ///< finished

    /// True if it has reasons not to run, or not to go on: it is pending, or held by its guard.
    bool waits() const { return state == State::Pending || !guarded.empty(); }
    /// For a reader, when all fields are read: copies into `completed` the values that it shares with the job, or drops
    /// it where the job is not finished.
    void settle();

    static std::optional<State> stateNamed(std::string_view name);

    bool operator==(const JobView&) const = default;

    static constexpr auto noun = "state";
    static constexpr auto fields = [](auto& field, auto& job) {
        const auto asked = [&job](auto ask) { return job.info ? std::optional(ask(*job.info)) : std::nullopt; };
        field.json("job", [&job] { return textOf(job.key); });
        JobKey::fields(field, job.key);
        field.derived("service", asked([](const JobInfo& info) { return std::string_view(info.getService().name); }));
        field("label", job.label);
        field.word("kind", job.kind, jobClassNamed);
        field("demoted", job.demoted);
        field.word("state", job.state, stateNamed);
        field.word("runState", job.runState, runStateNamed);
        field.where(job.waits(), [&] { field.reasons("reasons", "reasonNames", job.reasons); });
        field("failures", job.failures);
        field("systemStops", job.systemStops);
        field.known("enqueued", job.scheduled); // a finished job's may not be
        field.where(job.waits(), [&] { field.always("earliest", job.earliest); });
        field("started", job.started);
        field.known("transferredDown", job.transferredDown);
        field.known("transferredUp", job.transferredUp);
        field.known("estimatedDown", job.estimatedDown);
        field.known("estimatedUp", job.estimatedUp);
        field.shown(job.notification, [&field](auto& shown) {
            ShownNotification::fields(field, shown);
            field.wire("progressIndeterminate", shown.progress.indeterminate);
        });
        field.part(job.completed, [&](auto& end) {
            field("ended", end.ended);
            field.number("stopReason", end.ending.reason);
            field.json("stopReasonName", [&end] { return nameOf(end.ending.reason); });
            field.wire("exitCode", end.outcome.exitCode);
            field.phrase("exitCode", Phrase::ExitCode, job);
            field.renamed("text", "outcome", end.outcome.text);
        });
        field.derived("requested", asked([](const JobInfo& info) { return nameOf(requestedKind(info)); }));
        field.json("persisted", [&] { return asked([](const JobInfo& info) { return info.isPersisted(); }); });
        field.json("periodicInterval", [&job] { return periodOf(job, &JobInfo::Period::interval); });
        field.json("periodicFlex", [&job] { return periodOf(job, &JobInfo::Period::flex); });
        field.part(job.completed, [&field](auto& end) {
            field.number("internalReason", end.ending.internal);
            field.json("internalReasonName", [&end] { return nameOf(end.ending.internal); });
            field.wire("url", end.url);
            field.wire("path", end.path);
        });
        field.phrase("status", Phrase::State, job);
        field.where(job.waits(), [&] { field("waitsFor", job.waitsFor); });
        field.some("held", job.held);
        field.some("terms", job.terms);
        field.inner("lastRun", job.lastRun);
        field.json("url", [&job] { return urlOf(job); });
        field.json("path", [&job] { return pathOf(job); });
        field.phrase("limits", Phrase::Limits, job);
        field.some("keepsAwake", job.keepsAwake);
        field.some("guarded", job.guarded);
        field.inner("clocks", job.clocks);
        field.some("waitsAlso", job.waitsAlso);
        field.some("want", job.want);
        field.known("rate", job.rate);
        field.part(job.completed, [&field](auto& end) {
            field("moved", end.moved);
            field("movingRuns", end.runs);
            field("firstBegan", end.firstBegan);
        });
        field.some("rateLimit", job.rateLimit);
        field("rateLimitUntil", job.rateLimitUntil);
        field.detail("latest", job.latest);
        field.detail("lastSuccess", job.lastSuccess);
        field.detail("lastFailure", job.lastFailure);
        field.detail("network", job.network);
        field.detail("workItems", job.workItems);
        field.detail("place", job.place);
        field.wire("job", job.info);
    };
};
std::string_view nameOf(JobView::State);
/// A transfer's URL and path as they were given, without passwords; nullopt for any other job.
std::optional<std::string> urlOf(const JobView& job);
std::optional<std::string> pathOf(const JobView& job);
/// One of the lengths of a periodic job's period; nullopt for any other job.
std::optional<Duration> periodOf(const JobView& job, Duration JobInfo::Period::*length);

/// A notification as the Task Manager lists it (jobs.md §5.4).
struct NotificationView {
    std::int32_t id = 0;
    Notification notification;
    bool userInitiated = false;
    bool current = false; ///< a run or a foreground service shows it now; else it was left behind

    static constexpr auto noun = "notification";
    static constexpr auto fields = [](auto& field, auto& view) {
        field("id", view.id);
        field.shown(view.notification, [&field](auto& shown) { ShownNotification::fields(field, shown); });
        field("userInitiated", view.userInitiated);
        field("current", view.current);
    };
};

/// A row of the Task Manager: one for each app with a user-initiated job in EXECUTING.
struct TaskRow {
    AppId app;
    std::string label;
    std::optional<WallTime> started; ///< nullopt: no row, only notifications that were left behind
    bool stopButton = true;
    std::vector<JobView> jobs;
    std::vector<NotificationView> notifications;
    std::uint32_t survivors = 0; ///< processes that are still there after its Stop

    static std::vector<TaskRow> all(const State& state, Now now);
    static constexpr auto noun = "row";
    static constexpr auto fields = [](auto& field, auto& row) {
        field("package", row.app.name);
        field("label", row.label);
        field.always("started", row.started);
        field("stop", row.stopButton);
        field.rows("jobs", row.jobs);
        field.rows("notifications", row.notifications);
        field("survivors", row.survivors);
    };
};

/// An app's state in a quota (limits.md §3, §4), if its time were counted now.
struct QuotaView {
    std::optional<Duration> allowed; ///< nullopt: no limit
    std::optional<Duration> window;
    Duration used{0};
    std::optional<Duration> left;                         ///< may be negative after a demotion; nullopt: no limit
    bool free = false;                                    ///< nothing is counted right now: charging, seen, …
    std::optional<WallTime> returns;                      ///< when it is in quota again; nullopt: it is
    std::vector<std::pair<WallTime, Duration>> comesBack; ///< when what was used rolls out of the window, oldest first

    static constexpr auto noun = "quota";
    static constexpr auto fields = [](auto& field, auto& quota) {
        field("used", quota.used);
        field("left", quota.left);
        field("allowed", quota.allowed);
        field("window", quota.window);
        field("free", quota.free);
        field("returns", quota.returns);
        field.pairs("comesBack", "when", "length", quota.comesBack);
    };
    bool operator==(const QuotaView&) const = default;
};

/// A pending alarm, and when it goes off if nothing disturbs (limits.md §7.3).
struct AlarmView {
    Alarm alarm;
    std::optional<Instant> earliest; ///< nullopt: held until an event
    std::optional<Instant> latest;
    std::string held; ///< the cause that delays it: "bucket", "doze", "battery_saver", "user_restriction"

    /// Sorted by app and tag.
    static std::vector<AlarmView> all(const State& state, Now now);
    static constexpr auto noun = "alarm";
    static constexpr auto fields = [](auto& field, auto& view) {
        auto& alarm = view.alarm;
        field("package", alarm.app.name);
        field("tag", alarm.tag);
        field("receiver", alarm.receiver);
        field.word("kind", alarm.kind, alarmKindNamed);
        field.either("type", wallWord, elapsedWord, alarm.byWall);
        field("wakeup", alarm.wakeup);
        field("persisted", alarm.persisted);
        field.wire("requested", alarm.requested);
        field.wire("requestedWall", alarm.requestedWall);
        field.json("requested", [&alarm] { return alarm.requestedWall; });
        field("window", alarm.window);
        field("interval", alarm.interval);
        field.always("earliest", view.earliest, [&view] { return wallAt(view.alarm, view.earliest); });
        field.always("latest", view.latest, [&view] { return wallAt(view.alarm, view.latest); });
        field.known("held", view.held);
    };
};

/// One thing that holds a message back.
struct MessageHoldView {
    std::string by; ///< "doze", "battery", "power", "network"
    std::string detail;
    std::string clears;
    WallTime since;
    std::optional<WallTime> until; ///< nullopt: an event, not a time

    static constexpr auto noun = "hold";
    static constexpr auto fields = [](auto& field, auto& hold) {
        field("by", hold.by);
        field("detail", hold.detail);
        field("clears", hold.clears);
        field("since", hold.since);
        field.always("until", hold.until);
    };
    bool operator==(const MessageHoldView&) const = default;
};

/// A pushed message that waits, and when it passes if nothing disturbs (push.md §4.2).
struct MessageView {
    std::int64_t id = 0; ///< in the order of arrival
    AppId app;
    std::string receiver; ///< empty: the app's only one
    Urgency urgency = Urgency::Normal;
    std::string topic;
    WallTime arrived;
    WallTime runsOut;
    std::string held;               ///< the first of `holds`
    std::optional<WallTime> passes; ///< nullopt: by an event, or not before it runs out
    std::vector<MessageHoldView> holds;

    /// In the order of arrival.
    static std::vector<MessageView> all(const State& state, Now now);
    static constexpr auto noun = "message";
    static constexpr auto fields = [](auto& field, auto& message) {
        field("id", message.id);
        field("package", message.app.name);
        field("receiver", message.receiver);
        field.word("priority", message.urgency, urgencyNamed);
        field("topic", message.topic);
        field("arrived", message.arrived);
        field("runsOut", message.runsOut);
        field.known("held", message.held);
        field("passes", message.passes);
        field.rows("holds", message.holds);
    };
    bool operator==(const MessageView&) const = default;
};

/// How an app's pushed messages of high priority fare (limits.md §8.5).
struct MessagesView {
    std::int64_t delivered = 0;    ///< within push.window
    std::int64_t shown = 0;        ///< those of them that a notification followed
    bool downgraded = false;       ///< they count as normal ones
    std::int64_t waiting = 0;      ///< messages of any priority that are not delivered yet
    std::int64_t room = 0;         ///< how many more may wait
    std::int64_t unjudged = 0;     ///< those delivered for which nobody could have seen a notification
    std::optional<WallTime> until; ///< downgraded until then, if nothing else is shown or delivered
    std::string notJudged;         ///< why what comes now is not judged; empty: it is

    static constexpr auto noun = "messages";
    static constexpr auto fields = [](auto& field, auto& messages) {
        field("delivered", messages.delivered);
        field("shown", messages.shown);
        field("downgraded", messages.downgraded);
        field("waiting", messages.waiting);
        field("room", messages.room);
        field("unjudged", messages.unjudged);
        field("until", messages.until);
        field("notJudged", messages.notJudged);
    };
    bool operator==(const MessagesView&) const = default;
};

/// A place at which an app gets messages from elsewhere (push.md §4.4).
struct RegistrationView {
    AppId app;
    std::string connector; ///< the bus name that takes them; empty: a receiver
    std::string receiver;  ///< empty: the app's only one
    std::string endpoint;  ///< the URL that its sender posts to, a secret; empty: the server has not made it yet
    std::string fetched;   ///< "h,n": the urgencies that are fetched now
    WallTime made;
    std::optional<WallTime> last; ///< when a message came
    std::int64_t waiting = 0;     ///< messages in the inbox
    bool ended = false;           ///< the server is to be told
    /// Another one has its place: its senders are told then that it is gone. nullopt: nothing has its place.
    std::optional<WallTime> retires;
    std::string name;      ///< the app's own, of a receiver's; empty: a connector's
    MessagesView messages; ///< of its app, of all its registrations

    /// By app.
    static std::vector<RegistrationView> all(const State& state, Now now);
    static constexpr auto noun = "registration";
    static constexpr auto fields = [](auto& field, auto& registration) {
        field("package", registration.app.name);
        field("connector", registration.connector);
        field("receiver", registration.receiver);
        field("endpoint", registration.endpoint);
        field("fetched", registration.fetched);
        field("made", registration.made);
        field("last", registration.last);
        field("waiting", registration.waiting);
        field("ended", registration.ended);
        field("retires", registration.retires);
        field("name", registration.name);
        field.inner("messages", registration.messages);
    };
    bool operator==(const RegistrationView&) const = default;
};

/// The line that brings messages from elsewhere (push.md §4.1).
struct LineStatus {
    bool up = false;
    std::string server;                  ///< that it is connected to
    std::string trouble;                 ///< why it is not
    std::optional<WallTime> since;       ///< it is as it is; nullopt: nobody has told of it yet
    Duration keepAlive{0};               ///< it asks so long after it last did
    std::optional<WallTime> asked;       ///< when it last did, or brought something
    std::optional<WallTime> asks;        ///< when it asks again
    std::string fetched;                 ///< "h,n": the urgencies that are fetched now, of any registration
    std::optional<WallTime> closedUntil; ///< it brought too many high ones
    std::int64_t registrations = 0;
    std::int64_t waiting = 0; ///< messages in the inbox, of all of them
    std::string unwatched;    ///< why it does not see who shows notifications; empty: it does
    Duration roundTrip{0};    ///< its server's answer took so long; 0: nobody knows
    // Since the daemon began:
    std::optional<WallTime> anew;    ///< when the server last gave out its sequences anew
    std::int64_t floods = 0;         ///< how often it was closed, since it brought too many high ones
    std::optional<WallTime> flooded; ///< the last time
    std::vector<LeftOut> leftOut;    ///< messages that it passed over, by reason

    /// One.
    static std::vector<LineStatus> all(const State& state, Now now);
    static constexpr auto noun = "line";
    static constexpr auto fields = [](auto& field, auto& line) {
        field("up", line.up);
        field("server", line.server);
        field("trouble", line.trouble);
        field("since", line.since);
        field("keepAlive", line.keepAlive);
        field("asked", line.asked);
        field("asks", line.asks);
        field("fetched", line.fetched);
        field("closedUntil", line.closedUntil);
        field("registrations", line.registrations);
        field("waiting", line.waiting);
        field("unwatched", line.unwatched);
        field("roundTrip", line.roundTrip);
        field("anew", line.anew);
        field("floods", line.floods);
        field("flooded", line.flooded);
        field.rows("leftOut", line.leftOut);
    };
    bool operator==(const LineStatus&) const = default;
};

/// One kind of work, and the part of the device's state that alone holds it back, for an app in the background which
/// has used nothing of its limits (limits.md §1.1).
struct DeviceLimitView {
    std::string work; ///< "regular jobs", "alarms"
    bool open = true;
    // Where it is shut:
    std::string by;     ///< "doze", "saver", "thermal", …
    std::string detail; ///< the present state
    std::string clears; ///< the change that would open it
    std::string cell;   ///< the table's cell that says so
    std::optional<WallTime> since;
    std::optional<WallTime> until; ///< nullopt: an event, not a time

    static std::vector<DeviceLimitView> all(const State& state, Now now);
    static constexpr auto noun = "limit";
    static constexpr auto fields = [](auto& field, auto& limit) {
        field("work", limit.work);
        field("open", limit.open);
        field.only(!limit.open, "by", limit.by);
        field.only(!limit.open, "detail", limit.detail);
        field.only(!limit.open, "clears", limit.clears);
        field.only(!limit.open, "cell", limit.cell);
        field("since", limit.since);
        field("until", limit.until);
    };
    bool operator==(const DeviceLimitView&) const = default;
};

/// The counts of the safeguards against looping apps within their windows (jobs.md §6.7).
struct SafeguardView {
    std::uint32_t userInitiated = 0; ///< timeouts, by class
    std::uint32_t expedited = 0;
    std::uint32_t regular = 0;
    std::uint32_t unresponsive = 0;
    std::uint32_t scheduled = 0; ///< persisted schedule() calls
    bool buggy = false;
    std::string heldBack; ///< the loss that they cost the app, with its end; empty: none

    static constexpr auto noun = "safeguards";
    static constexpr auto fields = [](auto& field, auto& counted) {
        field("userInitiated", counted.userInitiated);
        field("expedited", counted.expedited);
        field("regular", counted.regular);
        field("unresponsive", counted.unresponsive);
        field("scheduled", counted.scheduled);
        field("buggy", counted.buggy);
        field("heldBack", counted.heldBack);
    };
    bool operator==(const SafeguardView&) const = default;
};

/// How often an app may do something within a time, and how often it has (limits.md §7.4, §8.5).
struct AllotmentView {
    std::int64_t allowed = -1; ///< -1: any number
    Duration window{0};
    std::int64_t used = 0;           ///< within the window
    std::optional<WallTime> returns; ///< when the oldest of them counts no more; nullopt: none counts

    static constexpr auto noun = "allotment";
    static constexpr auto fields = [](auto& field, auto& allotment) {
        field("allowed", allotment.allowed);
        field("window", allotment.window);
        field("used", allotment.used);
        field("returns", allotment.returns);
    };
    bool operator==(const AllotmentView&) const = default;
};

struct AppView {
    Manifest manifest;
    ProcessState state = ProcessState::NotRunning;
    std::int32_t bias = 0; ///< jobs.md §3.5
    SafeguardView safeguards;
    bool pinned = false; ///< the state was set by a person
    bool bad = false;    ///< the crash guard's mark (jobs.md §12.3)
    Bucket bucket = Bucket::Never;
    BucketReason bucketReason = BucketReason::Default;
    std::optional<WallTime> bucketSince; ///< nullopt: before that was recorded
    BatteryUse batteryUse = BatteryUse::Optimized;
    bool dataSaverExempt = false;
    std::set<std::string, std::less<>> revoked; ///< permissions that the user has taken back
    bool networkAllowed = true;
    std::string networkBecause;  ///< the rule that shuts it (limits.md §8.1)
    std::int32_t importance = 0; ///< limits.md §9
    QuotaView quota;
    QuotaView expedited;
    AllotmentView alarms;          ///< delivery instants by its bucket
    AllotmentView whileIdleAlarms; ///< likewise in Doze: of the exact ones where it may set them, else of the inexact
    MessagesView messages;
    std::uint32_t jobs = 0;
    std::uint32_t running = 0;
    std::vector<AppDay> days;  ///< limits.md §14, oldest first
    bool maybeVisible = false; ///< a window in front bears its name; it only keeps it from being killed (linux.md §A.5)

    static std::vector<AppView> all(const State& state, Now now);
    static constexpr auto noun = "app";
    static constexpr auto fields = [](auto& field, auto& app) {
        field("package", app.manifest.package.name);
        field("label", app.manifest.label);
        field("version", app.manifest.version);
        field.word("state", app.state, processStateNamed);
        field("pinned", app.pinned);
        field("builtIn", app.manifest.builtIn);
        field("system", app.manifest.system);
        field("bad", app.bad);
        field("jobs", app.jobs);
        field("running", app.running);
        field("manifest", app.manifest.file);
        field("permissions", app.manifest.permissions);
        field("revoked", app.revoked);
        field.names("services", app.manifest.services);
        field.word("bucket", app.bucket, bucketNamed);
        field.json("bucketValue", [&app] { return valueOf(app.bucket); });
        field.word("bucketReason", app.bucketReason, bucketReasonNamed);
        field.word("batteryUse", app.batteryUse, batteryUseNamed);
        field("dataSaverExempt", app.dataSaverExempt);
        field("networkAllowed", app.networkAllowed);
        field.only(!app.networkAllowed, "networkBecause", app.networkBecause);
        field("importance", app.importance);
        field.inner("quota", app.quota);
        field.inner("expedited", app.expedited);
        field.rows("days", app.days);
        field("bucketSince", app.bucketSince);
        field.inner("alarms", app.alarms);
        field.inner("whileIdleAlarms", app.whileIdleAlarms);
        field.inner("messages", app.messages);
        field("maybeVisible", app.maybeVisible);
        field.wire("bias", app.bias);
        field.wire("safeguards", app.safeguards);
        field.sent("visibleBecause", visibleBecause(app));
    };
};
/// The reason why the app counts as visible, if it does: "pinned" by a person, else "terminal", in whose foreground it
/// is. There is no other (architecture.md, what is visible).
std::vector<std::string> visibleBecause(const AppView& app);

/// One kind of slot (jobs.md §3.6): how many are reserved for it, may be taken by it, are taken, and would be.
struct SlotView {
    std::string type; ///< "top", "fgs", "ui", "ej", "bg"
    std::int64_t reserved = 0;
    std::int64_t most = 0;
    std::int64_t running = 0;
    std::int64_t ready = 0; ///< waiting jobs, each counted under all of its types

    bool operator==(const SlotView&) const = default;
};

/// The scheduler as a whole, as a dump prints it (jobs.md §9.3).
struct SchedulerView {
    std::map<std::string, std::string> constants; ///< each as a policy file writes it
    bool plugged = true;
    bool charging = true;
    std::int64_t batteryPercent = 100;
    bool batteryLow = false;
    bool batteryMonitored = false;     ///< `cmd jobscheduler monitor-battery on`
    std::uint64_t batterySequence = 0; ///< changes of the battery that were taken in
    bool storageLow = false;
    std::uint64_t storageSequence = 0;
    bool idle = false;       ///< nobody uses the device (jobs.md §3.2)
    bool interactive = true; ///< the state that counts for slots (jobs.md §3.6)
    std::string memory;      ///< "normal", "moderate", "low", "critical"
    std::int64_t slots = 0;  ///< the steady limit
    std::int64_t atOnce = 0; ///< how many of them may be taken now
    std::vector<SlotView> types;
    std::vector<JobKey> queue; ///< ready jobs, in the order they are started in; the first ones
    std::uint32_t queued = 0;  ///< how many there are in all
    std::uint32_t tracked = 0;
    std::uint32_t persisted = 0; ///< those of them that outlive a boot
    bool clockGood = true;       ///< jobs.md §7.3
    WallTime lastCommit{};       ///< the one found when the daemon started

    static constexpr auto noun = "overview";
    static constexpr auto fields = [](auto& field, auto& view) {
        field.table("constants", view.constants);
        field("plugged", view.plugged);
        field("charging", view.charging);
        field("batteryPercent", view.batteryPercent);
        field("batteryLow", view.batteryLow);
        field("batteryMonitored", view.batteryMonitored);
        field("batterySequence", view.batterySequence);
        field("storageLow", view.storageLow);
        field("storageSequence", view.storageSequence);
        field("idle", view.idle);
        field("interactive", view.interactive);
        field("memory", view.memory);
        field("slots", view.slots);
        field("atOnce", view.atOnce);
        field.tuples("types", view.types, [](auto& slot) {
            return std::tie(slot.type, slot.reserved, slot.most, slot.running, slot.ready);
        });
        field.tuples("queue", view.queue, [](auto& job) { return std::tie(job.app.name, job.space, job.id.value); });
        field("queued", view.queued);
        field("tracked", view.tracked);
        field("persisted", view.persisted);
        field("clockGood", view.clockGood);
        field("lastCommit", view.lastCommit);
    };
    bool operator==(const SchedulerView&) const = default;
};

/// The rows of one kind, which Questions::all() may be asked for.
using Rows = std::variant<std::vector<TaskRow>, std::vector<AppView>, std::vector<AlarmView>, std::vector<MessageView>,
                          std::vector<MessageStory>, std::vector<RegistrationView>, std::vector<LineStatus>,
                          std::vector<DeviceLimitView>>;

} // namespace stint
