#include "link/wire/fields.hpp"
#include "link/wire/views.hpp"

#include <fstream>
#include <set>
#include <tuple>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "contract/model/job_fields.hpp"
#include "model/view_members.hpp"
#include "wire/loose_message.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

JobView view(JobView::State state) {
    JobView job;
    job.key = {AppId{"com.example.mail"}, "sync", JobId(7)};
    job.state = state;
    job.kind = JobClass::UserInitiated;
    job.demoted = true;
    job.label = "debian.iso";
    job.failures = 2;
    job.systemStops = 1;
    job.scheduled = WallTime(Duration(1'700'000'000'000));
    job.transferredDown = 5;
    job.estimatedDown = 10;
    return job;
}

/// Each key that `row` has on the wire, with its type, as the documentation of an interface lists it: "label s".
template <class Row> std::set<std::string> keysOf(const Row& row) {
    LooseMessage message;
    Writer writer = message.writer();
    writeRow(writer, row);
    Reader reader = message.reader();
    std::set<std::string> keys;
    const auto value = [&](std::string key) {
        return [&keys, key](Reader& held, std::string_view type) {
            keys.insert(fmt::format("{} {}", key, type));
            return held.skip(std::string(type).c_str());
        };
    };
    const auto read = reader.array("{sv}", [&](Reader& entries) {
        return entries.entry("sv", [&](Reader& entry) { return entry.variant(value(entry.string().value())); });
    });
    CHECK(read.ok());
    return keys;
}

/// The interface's file in one line.
std::string interfaceText(std::string_view name) {
    std::ifstream file(fmt::format("{}/{}.xml", STINT_DBUS, name));
    std::string text, word;
    while (file >> word) {
        const bool opens = word.find('(') != std::string::npos; // as in a(xx)
        text += word.substr(0, word.find_last_not_of(opens ? ",;:" : ",;:).") + 1) + ' ';
    }
    REQUIRE(!text.empty());
    return text;
}

/// The members of a row, as they were made, as they are sent, and as they arrive: each is set, and arrives. Those that
/// are not set are counted.
template <class Members> int notSet(const Members& made, const Members& sent, const Members& arrived) {
    int unset = 0;
    const auto each = [&unset](const auto& before, const auto& from, const auto& to) {
        unset += from == before ? 1 : 0;
        CHECK(from == to);
    };
    [&]<std::size_t... nth>(std::index_sequence<nth...>) {
        (each(std::get<nth>(made), std::get<nth>(sent), std::get<nth>(arrived)), ...);
    }
    (std::make_index_sequence<std::tuple_size_v<Members>>());
    return unset;
}

/// It runs, and its guard holds it: so it has all that a job can have before it has ended.
JobView wholeJob() {
    const auto later = [](Duration after) { return WallTime(Duration(1'700'000'000'000) + after); };
    JobView job = view(JobView::State::Running);
    job.info = JobInfo::Builder(JobId(7), "Downloads").build().value();
    job.reasons = {PENDING_JOB_REASON_CONSTRAINT_CHARGING, PENDING_JOB_REASON_QUOTA};
    job.earliest = later(5s);
    job.latest = later(1h);
    job.lastSuccess = later(-2h);
    job.lastFailure = later(-1h);
    job.lastRun = PastRun{.ended = later(-1h)};
    job.want = "mains";
    job.waitsFor = "no power";
    job.waitsAlso = {"no quota"};
    job.held = true;
    job.guarded = "frozen";
    job.rateLimit = 2_MiB;
    job.rateLimitUntil = later(3h);
    job.terms.calendar = "daily";
    job.runState = RunState::Executing;
    job.started = later(1s);
    job.keepsAwake = true;
    job.clocks = RunClocks{.guaranteed = later(10min),
                           .limit = later(30min),
                           .timer = later(5min),
                           .slot = "bg",
                           .stop = Ending{STOP_REASON_TIMEOUT, InternalReason::Timeout}};
    job.network = Network{.capabilities = {NET_CAPABILITY_INTERNET}, .transports = {}, .interface = "wlan0"};
    job.workItems = 3;
    job.place = -7;
    job.transferredUp = 4;
    job.estimatedUp = 6;
    job.rate = 3;
    job.notification = Notification::Builder("").setContentTitle("debian.iso").setProgress(10, 5, true).build();
    return job;
}

auto membersOf(const QuotaView& quota) {
    const auto& [allowed, window, used, left, free, returns, comesBack] = quota;
    return std::tie(allowed, window, used, left, free, returns, comesBack);
}

auto membersOf(const AppView& app) {
    const auto& [manifest, state, bias, safeguards, pinned, bad, bucket, bucketReason, since, battery, exempt, revoked,
                 allowed, because, importance, quota, expedited, alarms, whileIdle, messages, jobs, running, days,
                 maybe] = app;
    return std::tie(manifest, state, bias, safeguards, pinned, bad, bucket, bucketReason, since, battery, exempt,
                    revoked, allowed, because, importance, quota, expedited, alarms, whileIdle, messages, jobs, running,
                    days, maybe);
}

auto membersOf(const Alarm& alarm) {
    const auto& [app, tag, receiver, kind, wakeup, byWall, persisted, requested, wall, window, interval, sequence,
                 handed] = alarm;
    return std::tie(app, tag, receiver, kind, wakeup, byWall, persisted, requested, wall, window, interval, sequence,
                    handed);
}

auto membersOf(const AlarmView& view) {
    const auto& [alarm, earliest, latest, held] = view;
    return std::tie(alarm, earliest, latest, held);
}

AlarmView wholeAlarm() {
    return {.alarm = {.app = AppId{"com.example.mail"},
                      .tag = "tick",
                      .receiver = "Alarms",
                      .kind = AlarmKind::Window,
                      .wakeup = false,
                      .byWall = true,
                      .persisted = true,
                      .requested = Instant(90s),
                      .requestedWall = WallTime(1'700'000'000s),
                      .window = 10s,
                      .interval = 7s},
            .earliest = Instant(91s),
            .latest = Instant(99s),
            .held = "doze"};
}

MessageView wholeMessage() {
    return {.id = 7,
            .app = AppId{"com.example.mail"},
            .receiver = "Inbox",
            .urgency = Urgency::Low,
            .topic = "inbox",
            .arrived = WallTime(1'700'000'000s),
            .runsOut = WallTime(1'700'000'100s),
            .held = "doze",
            .passes = WallTime(1'700'000'050s),
            .holds = {{.by = "doze",
                       .detail = "the device dozes",
                       .clears = "use the device",
                       .since = WallTime(1'700'000'001s),
                       .until = WallTime(1'700'000'050s)},
                      {.by = "network", .detail = "there is no unmetered network", .clears = "connect to one"}}};
}

QuotaView wholeQuota() {
    return {.allowed = 10min,
            .window = 4h,
            .used = 12min,
            .left = -2min,
            .free = true,
            .returns = WallTime(9s),
            .comesBack = {{WallTime(20s), 3min}}};
}

AppView wholeApp() {
    AppView app;
    app.manifest.package = AppId{"com.example.mail"};
    app.manifest.services["Sync"] = Service{.name = "Sync", .command = {}, .permission = {}};
    app.manifest.permissions = {"RUN_USER_INITIATED_JOBS"};
    app.state = ProcessState::Top;
    app.bias = 40;
    app.safeguards.regular = 3;
    app.pinned = app.bad = app.dataSaverExempt = app.maybeVisible = true;
    app.bucket = Bucket::Rare;
    app.bucketReason = BucketReason::Usage;
    app.bucketSince = WallTime(5s);
    app.batteryUse = BatteryUse::Restricted;
    app.revoked = {"SCHEDULE_EXACT_ALARM"};
    app.networkAllowed = false;
    app.networkBecause = "standby";
    app.importance = 50;
    app.quota = app.expedited = wholeQuota();
    app.alarms.used = app.whileIdleAlarms.used = 2;
    app.messages.waiting = 1;
    app.jobs = 4;
    app.running = 1;
    app.days = {AppDay{.day = 3, .received = 4}};
    return app;
}

JobView endedJob() {
    JobView job = view(JobView::State::Finished);
    job.completed = Completed{{.scheduled = job.scheduled,
                               .began = job.started,
                               .kind = job.kind,
                               .ended = WallTime(Duration(1'700'000'060'000)),
                               .ending = {STOP_REASON_UNDEFINED, InternalReason::SuccessfulFinish},
                               .outcome = {66, "404 Not Found"},
                               .transferredDown = 5,
                               .last = true,
                               .moved = 5,
                               .runs = 2,
                               .firstBegan = job.started},
                              job.key,
                              "debian.iso",
                              "https://example.org/debian.iso",
                              "/home/a/debian.iso"};
    return job;
}

} // namespace

TEST_CASE("every member of a job goes over the wire") {
    const JobView made, sent = wholeJob(), arrived = throughTheWire(sent, writeRow<JobView>, readRow<JobView>);
    CHECK(notSet(membersOf(made), membersOf(sent), membersOf(arrived)) == 1); // it has not ended
}

TEST_CASE("every member of a pending alarm goes over the wire, but for what the core alone keeps of it") {
    const AlarmView made, sent = wholeAlarm(), back = throughTheWire(sent, writeRow<AlarmView>, readRow<AlarmView>);
    CHECK(notSet(membersOf(made), membersOf(sent), membersOf(back)) == 0);
    CHECK(notSet(membersOf(made.alarm), membersOf(sent.alarm), membersOf(back.alarm)) == 2); // sequence, handed
}

TEST_CASE("every key of an alarm is in the interface's documentation, with its type") {
    const std::string text = interfaceText("org.stint.AlarmManager1");
    for (const std::string& key : keysOf(wholeAlarm()))
        CHECK_MESSAGE(text.find(' ' + key + ' ') != std::string::npos, key);
}

TEST_CASE("every member of a message that waits goes over the wire, each key documented") { // push.md §4
    const MessageView sent = wholeMessage();
    CHECK(throughTheWire(sent, writeRow<MessageView>, readRow<MessageView>) == sent);
    CHECK(throughTheWire(MessageView{}, writeRow<MessageView>, readRow<MessageView>) == MessageView{});
    const std::string text = interfaceText("org.stint.Limits1");
    for (const std::string& key : keysOf(sent))
        CHECK_MESSAGE(text.find(' ' + key + ' ') != std::string::npos, key);
}

TEST_CASE("every member of a message's story goes over the wire, each key documented") { // push.md §5
    const MessageStory sent{.number = 7,
                            .app = AppId{"com.example.mail"},
                            .id = "AAAAAAAAAAAAAAAAAAAAAA",
                            .urgency = Urgency::High,
                            .topic = "inbox",
                            .note = true,
                            .sent = WallTime(1'700'000'000s),
                            .came = WallTime(1'700'000'001s),
                            .runsOut = WallTime(1'700'000'100s),
                            .held = "doze",
                            .given = WallTime(1'700'000'050s),
                            .givenAs = Urgency::Low,
                            .tries = 2,
                            .again = WallTime(1'700'000'060s),
                            .state = MessageState::Expired,
                            .ended = WallTime(1'700'000'100s),
                            .shown = Shown::NotJudged};
    CHECK(throughTheWire(sent, writeRow<MessageStory>, readRow<MessageStory>) == sent);
    CHECK(throughTheWire(MessageStory{}, writeRow<MessageStory>, readRow<MessageStory>) == MessageStory{});
    const std::string text = interfaceText("org.stint.Limits1");
    for (const std::string& key : keysOf(sent))
        CHECK_MESSAGE(text.find(' ' + key + ' ') != std::string::npos, key);
}

TEST_CASE("every member of a registration and of the line goes over the wire, each key documented") { // push.md §4
    const RegistrationView registration{.app = AppId{"com.example.mail"},
                                        .connector = "com.example.mail",
                                        .receiver = "Inbox",
                                        .endpoint = "https://push.example/push/v1/t",
                                        .fetched = "h,n",
                                        .made = WallTime(1'700'000'000s),
                                        .last = WallTime(1'700'000'100s),
                                        .waiting = 3,
                                        .ended = true,
                                        .retires = WallTime(1'700'000'200s),
                                        .name = "news",
                                        .messages = {.delivered = 12,
                                                     .shown = 4,
                                                     .downgraded = true,
                                                     .waiting = 1,
                                                     .room = 99,
                                                     .unjudged = 2,
                                                     .until = WallTime(1'700'000'300s),
                                                     .notJudged = "refused"}};
    CHECK(throughTheWire(registration, writeRow<RegistrationView>, readRow<RegistrationView>) == registration);
    const LineStatus line{.up = true,
                          .server = "push.example:4222",
                          .trouble = "nobody answers",
                          .since = WallTime(1'700'000'000s),
                          .keepAlive = 8min,
                          .asked = WallTime(1'700'000'050s),
                          .asks = WallTime(1'700'000'530s),
                          .fetched = "h",
                          .closedUntil = WallTime(1'700'000'600s),
                          .registrations = 2,
                          .waiting = 3,
                          .unwatched = "refused",
                          .roundTrip = 12ms,
                          .anew = WallTime(1'700'000'700s),
                          .floods = 2,
                          .flooded = WallTime(1'700'000'800s),
                          .leftOut = {{"a wrong Stint-Mac", 3}}};
    CHECK(throughTheWire(line, writeRow<LineStatus>, readRow<LineStatus>) == line);
    const std::string text = interfaceText("org.stint.Limits1");
    for (const auto& keys : {keysOf(registration), keysOf(line)})
        for (const std::string& key : keys)
            CHECK_MESSAGE(text.find(' ' + key + ' ') != std::string::npos, key);
}

TEST_CASE("every key of what a job asks for is in the interface's documentation, with its type") {
    const std::string text = interfaceText("org.stint.JobScheduler1");
    for (const JobField& row : jobFields)
        for (const std::string_view key : {row.key, row.second})
            if (!key.empty()) CHECK_MESSAGE(text.find(fmt::format(" {} ", key)) != std::string::npos, key);
}

TEST_CASE("every member of an app and of its quotas goes over the wire") {
    const AppView made, sent = wholeApp(), arrived = throughTheWire(sent, writeRow<AppView>, readRow<AppView>);
    CHECK(notSet(membersOf(made), membersOf(sent), membersOf(arrived)) == 0);
    CHECK(notSet(membersOf(made.quota), membersOf(sent.quota), membersOf(arrived.quota)) == 0);
}

TEST_CASE("every key of an app is in the interfaces' documentation, with its type") {
    const std::string text = interfaceText("org.stint.TaskManager1") + interfaceText("org.stint.Limits1");
    const AppView app = wholeApp();
    for (const auto& keys : {keysOf(app), keysOf(app.quota), keysOf(app.safeguards), keysOf(app.messages)})
        for (const std::string& key : keys)
            CHECK_MESSAGE(text.find(' ' + key + ' ') != std::string::npos, key);
}

TEST_CASE("every key of a job is in the interface's documentation, with its type") {
    const std::string text = interfaceText("org.stint.TaskManager1");
    for (const auto& keys : {keysOf(wholeJob()), keysOf(endedJob()), keysOf(*wholeJob().clocks)})
        for (const std::string& key : keys)
            CHECK_MESSAGE(text.find(' ' + key + ' ') != std::string::npos, key);
}

TEST_CASE("a pending job tells why it waits, and when it may start") { // jobs.md §9.1
    JobView job = view(JobView::State::Pending);
    job.info = JobInfo::Builder(JobId(7), "Downloads").build().value();
    job.reasons = {PENDING_JOB_REASON_CONSTRAINT_CHARGING, PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY};
    job.earliest = WallTime(Duration(1'700'000'030'000));
    const JobView back = throughTheWire(job, writeRow<JobView>, readRow<JobView>);
    CHECK(back.key == job.key);
    CHECK(back.state == JobView::State::Pending);
    CHECK(back.kind == JobClass::UserInitiated);
    CHECK(back.demoted);
    CHECK(back.label == "debian.iso");
    CHECK(back.failures == 2);
    CHECK(back.systemStops == 1);
    CHECK(back.scheduled == job.scheduled);
    CHECK(back.reasons == job.reasons);
    CHECK(back.earliest == job.earliest);
    CHECK(!back.started);
    CHECK(!back.completed);
    CHECK(back.estimatedUp == NETWORK_BYTES_UNKNOWN);
    REQUIRE(back.info);
    CHECK(*back.info == *job.info);

    job.earliest.reset();
    CHECK(!throughTheWire(job, writeRow<JobView>, readRow<JobView>).earliest);
}

TEST_CASE("a running job tells its state, its start and what it shows") {
    for (const RunState state : {RunState::Binding, RunState::Starting, RunState::Executing, RunState::Stopping}) {
        JobView job = view(JobView::State::Running);
        job.runState = state;
        job.started = WallTime(Duration(1'700'000'000'500));
        Notification::Builder notification("");
        job.notification =
            notification.setContentTitle("debian.iso").setContentText("5 of 10").setProgress(10, 5, true).build();
        const JobView back = throughTheWire(job, writeRow<JobView>, readRow<JobView>);
        CHECK(back.runState == state);
        CHECK(back.started == job.started);
        CHECK(back.notification == job.notification);
        CHECK(back.reasons.empty());
    }
}

TEST_CASE("a run tells its clocks, its network and the stop it has coming") { // jobs.md §9.3
    JobView job = view(JobView::State::Running);
    const auto later = [](Duration after) { return WallTime(Duration(1'700'000'000'000) + after); };
    job.clocks = RunClocks{
        .guaranteed = later(10min), .limit = later(30min), .timer = later(5min), .slot = "bg", .stop = std::nullopt};
    job.network = Network{.capabilities = {NET_CAPABILITY_INTERNET, NET_CAPABILITY_NOT_METERED},
                          .transports = {TRANSPORT_WIFI},
                          .downstream = 50'000,
                          .upstream = 10'000,
                          .interface = "wlan0"};
    job.latest = later(1h);
    job.lastFailure = later(-1h);
    job.workItems = 3;
    JobView back = throughTheWire(job, writeRow<JobView>, readRow<JobView>);
    CHECK(back.clocks == job.clocks);
    CHECK(back.network == job.network);
    CHECK(back.latest == job.latest);
    CHECK(back.lastFailure == job.lastFailure);
    CHECK(!back.lastSuccess);
    CHECK(back.workItems == 3);

    job.clocks->stop = Ending{STOP_REASON_TIMEOUT, InternalReason::Timeout};
    CHECK(throughTheWire(job, writeRow<JobView>, readRow<JobView>).clocks == job.clocks);
}

TEST_CASE("the scheduler as a whole comes out as it went in") { // jobs.md §9.3
    SchedulerView whole{.constants = {{"job.bind_timeout", "18s"}, {"job.slots", "16"}},
                        .plugged = false,
                        .charging = false,
                        .batteryPercent = 12,
                        .batteryLow = true,
                        .batteryMonitored = true,
                        .batterySequence = 7,
                        .storageLow = true,
                        .storageSequence = 2,
                        .idle = true,
                        .interactive = false,
                        .memory = "low",
                        .slots = 16,
                        .atOnce = 9,
                        .types = {{.type = "top", .reserved = 3, .most = 9, .running = 1, .ready = 2}},
                        .queue = {{AppId{"com.example.mail"}, "sync", JobId(7)}},
                        .queued = 400,
                        .tracked = 500,
                        .persisted = 20,
                        .clockGood = false,
                        .lastCommit = WallTime(Duration(-5))};
    CHECK(throughTheWire(whole, writeSchedulerView, readSchedulerView) == whole);
}

TEST_CASE("a finished job tells when, why and with what outcome") {
    const JobView job = endedJob();
    CHECK(throughTheWire(job, writeRow<JobView>, readRow<JobView>).completed == job.completed);
}

TEST_CASE("a blocker without a time waits for an event") { // jobs.md §9.1
    Blocker blocker{.reason = PENDING_JOB_REASON_CONSTRAINT_BATTERY_NOT_LOW,
                    .gate = "battery",
                    .detail = "12 %, low",
                    .clears = "charge to 20 %",
                    .since = WallTime(Duration(5)),
                    .until = std::nullopt};
    const Blocker back = throughTheWire(blocker, writeRow<Blocker>, readRow<Blocker>);
    CHECK(back.reason == blocker.reason);
    CHECK(back.gate == blocker.gate);
    CHECK(back.detail == blocker.detail);
    CHECK(back.clears == blocker.clears);
    CHECK(back.since == blocker.since);
    CHECK(!back.until);
}

TEST_CASE("a row of the Task Manager carries its jobs and its notifications") { // jobs.md §5.4
    TaskRow row{.app = AppId{"com.example.mail"},
                .label = "Mail",
                .started = WallTime(Duration(9)),
                .stopButton = false,
                .jobs = {view(JobView::State::Running)},
                .notifications = {}};
    row.notifications.push_back(
        {.id = 3, .notification = Notification::Builder("").setContentTitle("done").build(), .userInitiated = true});
    const TaskRow back = throughTheWire(row, writeRow<TaskRow>, readRow<TaskRow>);
    CHECK(back.app == row.app);
    CHECK(back.label == "Mail");
    CHECK(back.started == row.started);
    CHECK(!back.stopButton);
    REQUIRE(back.jobs.size() == 1);
    CHECK(back.jobs[0].key == row.jobs[0].key);
    REQUIRE(back.notifications.size() == 1);
    CHECK(back.notifications[0].id == 3);
    CHECK(back.notifications[0].userInitiated);
    CHECK(back.notifications[0].notification.getTitle() == "done");

    row.started.reset();
    CHECK(!throughTheWire(row, writeRow<TaskRow>, readRow<TaskRow>).started);
}

TEST_CASE("an app tells what it declares and how it stands") {
    for (const ProcessState state :
         {ProcessState::Top, ProcessState::Visible, ProcessState::Background, ProcessState::NotRunning}) {
        AppView app;
        app.manifest.package = AppId{"com.example.mail"};
        app.manifest.label = "Mail";
        app.manifest.services["Sync"] = Service{.name = "Sync", .command = {}, .permission = {}};
        app.manifest.permissions = {"RUN_USER_INITIATED_JOBS"};
        app.manifest.file = "/usr/share/stint/apps/com.example.mail.toml";
        app.state = state;
        app.bad = true;
        app.jobs = 4;
        app.running = 1;
        app.bias = 40;
        app.safeguards = {.userInitiated = 1,
                          .expedited = 2,
                          .regular = 3,
                          .unresponsive = 4,
                          .scheduled = 5,
                          .buggy = true,
                          .heldBack = "until when"};
        const AppView back = throughTheWire(app, writeRow<AppView>, readRow<AppView>);
        CHECK(back.manifest == app.manifest);
        CHECK(back.state == state);
        CHECK(back.bad);
        CHECK(back.jobs == 4);
        CHECK(back.running == 1);
        CHECK(back.bias == 40);
        CHECK(back.safeguards == app.safeguards);
    }
}
