// The verbs about the limits, against a daemon that answers as it is told: each shows in words and as JSON what one
// view holds, and names what is wrong with what it was given.
#include <algorithm>

#include <doctest/doctest.h>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"
#include "base/time/clock.hpp"
#include "faces/control/daemon.hpp"
#include "fake_daemon.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/views.hpp"
#include "ran.hpp"
#include "words.hpp"

using namespace stint;
using namespace stint::cli::test;
using wire::Reader;
using wire::Writer;

namespace {

/// Time passes while a test runs: what people are told is rounded to less than this.
constexpr Duration slack = 30s;

/// The fake daemon's knowledge, and the calls it got.
struct Known {
    std::vector<AppView> apps;
    std::vector<AlarmView> alarms;
    std::vector<MessageView> messages;
    std::vector<MessageStory> stories;
    std::vector<RegistrationView> registrations;
    LineStatus line;
    std::vector<wire::PolicyRow> policy;
    std::vector<wire::Finding> findings;
    std::vector<DeviceLimitView> limits;
    wire::DozeView doze;
    Words told; ///< "SetBatteryUse com.example.mail unrestricted"
};

AppView mail() {
    AppView app;
    app.manifest.package = {"com.example.mail"};
    app.manifest.label = "Mail";
    app.manifest.file = "/usr/share/stint/apps/com.example.mail.toml";
    app.state = ProcessState::Background;
    app.bucket = Bucket::Rare;
    app.bucketReason = BucketReason::ForcedByUser;
    app.networkAllowed = false;
    app.networkBecause = "standby";
    app.importance = 400;
    const WallTime now = wallNow();
    app.quota = {.allowed = 10min,
                 .window = 24h,
                 .used = 10min,
                 .left = Duration{0},
                 .returns = now + 23h + 30min + slack,
                 .comesBack = {{now + 23h + 30min + slack, 10min}}};
    app.expedited = {.allowed = 10min, .window = 24h, .used = 4min, .left = 6min};
    return app;
}

/// A set of a package and one more word.
void noteSet(Talk& talk, const wire::Message& call, Known& known) {
    Reader reader(call);
    std::string said = std::string(call.member()) + " " + reader.string().value();
    if (call.member() == "SetDataSaverExempt") {
        said += reader.boolean().value() ? " yes" : " no";
    } else if (call.member() == "Push") {
        said += reader.boolean().value() ? " high " : " normal ";
        said += reader.string().value();
        std::string urgency, topic;
        std::int64_t ttl = -1;
        wire::DictionaryReader options("options", wire::UnknownKeys::Ignore);
        options.take("urgency", urgency).take("topic", topic).take("ttl", ttl);
        if (options.read(reader).ok() && ttl >= 0) said += fmt::format(" {} {} {}", urgency, topic, ttl);
    } else if (call.member() == "SetApp") {
        wire::DictionaryReader changes("changes", wire::UnknownKeys::Ignore);
        changes.take("revoked", "as", [&said](Reader& value) -> Result<void> {
            said += " revoked";
            for (const auto& permission : STINT_TRY(value.strings()))
                said += " " + permission;
            return {};
        });
        CHECK(changes.read(reader).ok());
    } else {
        said += " " + reader.string().value();
    }
    known.told.push_back(said);
    talk.reply(call, [](Writer&) {});
}

FakeDaemon::Answer knowingLimits(Known& known) {
    return [&known](Talk& talk, const wire::Message& call) {
        const std::string_view member = call.member();
        if (member == "ListApps") {
            talk.reply(call, [&](Writer& writer) { wire::writeList(writer, known.apps, wire::writeRow<AppView>); });
        } else if (member == "ListMessages") {
            talk.reply(call, [&](Writer& writer) {
                wire::writeList(writer, known.messages, wire::writeRow<MessageView>);
                writer.boolean(false);
            });
        } else if (member == "MessageLog") {
            talk.reply(call, [&](Writer& writer) {
                wire::writeRows(writer, known.stories);
                writer.string("");
            });
        } else if (member == "Day") {
            talk.reply(call, [&](Writer& writer) {
                wire::writeRows(writer, std::vector<DayRun>());
                wire::writeRows(writer, std::vector<DeviceChange>());
                writer.string("");
            });
        } else if (member == "ListRegistrations") {
            talk.reply(call, [&](Writer& writer) { wire::writeRows(writer, known.registrations); });
        } else if (member == "GetLine") {
            talk.reply(call, [&](Writer& writer) { wire::writeRows(writer, std::vector{known.line}); });
        } else if (member == "List") {
            talk.reply(call, [&](Writer& writer) {
                wire::writeList(writer, known.alarms, wire::writeRow<AlarmView>);
                writer.boolean(false);
            });
        } else if (member == "Policy") {
            talk.reply(call, [&](Writer& writer) { wire::writeRows(writer, known.policy); });
        } else if (member == "Diagnose") {
            talk.reply(call, [&](Writer& writer) { wire::writeRows(writer, known.findings); });
        } else if (member == "ListDeviceLimits") {
            talk.reply(call, [&](Writer& writer) { wire::writeRows(writer, known.limits); });
        } else if (member == "GetDoze") {
            talk.reply(call, [&](Writer& writer) { wire::writeRow(writer, known.doze); });
        } else if (member == "Get") {
            const std::vector<wire::DeviceRow> rows{{"charging", "false", "set"}};
            talk.reply(call, [&](Writer& writer) { wire::writeRows(writer, rows); });
        } else {
            noteSet(talk, call, known);
        }
    };
}

AlarmView exactAlarm() {
    AlarmView view;
    view.alarm = {.app = {"com.example.mail"}, .tag = "tick", .kind = AlarmKind::Exact, .requested = Instant{1h}};
    view.alarm.requestedWall = wallNow() + 2h + 10min + slack;
    view.earliest = view.alarm.requested + 50min;
    view.latest = view.earliest;
    view.held = "bucket";
    return view;
}

} // namespace

TEST_CASE("apps lists bucket, network and quota beside the state") { // limits.md §13
    Known known{.apps = {mail()}};
    const FakeDaemon fake(knowingLimits(known));
    const auto made = ran({"apps"});
    CHECK(made.code == 0);
    CHECK(has(made.out, "com.example.mail  background  rare    blocked (standby)          0s"));
    CHECK(has(ran({"apps", "--json"}).out, R"("bucket":"rare","bucketValue":40,"bucketReason":"forced_by_user",)"
                                           R"("batteryUse":"optimized","dataSaverExempt":false,)"
                                           R"("networkAllowed":false,"networkBecause":"standby","importance":400,)"));
}

TEST_CASE("of an app without a manifest no limit is told, for none holds") { // push.md §4.3
    AppView chat;
    chat.manifest.package = {"org.good.Chat"};
    chat.messages.delivered = 2;
    Known known{.apps = {chat}};
    const FakeDaemon fake(knowingLimits(known));
    const std::string rows = ran({"apps"}).out;
    CHECK(has(rows, "org.good.Chat  -"));
    CHECK(has(rows, "no manifest: Stint limits nothing of it\n"));
    CHECK_FALSE(has(rows, "blocked"));
    CHECK(ran({"app", "org.good.Chat"}).out ==
          "package     org.good.Chat\n"
          "messages    2 of high priority, 0 of them shown\n"
          "manifest    none: the session bus starts it, and Stint limits nothing of it\n");
}

TEST_CASE("app tells why it is in its bucket, and what it has left") { // limits.md §9
    Known known{.apps = {mail()}};
    const FakeDaemon fake(knowingLimits(known));
    const std::string out = ran({"app", "com.example.mail"}).out;
    CHECK(has(out, "importance  400\n"));
    CHECK(has(out, "bucket      rare (forced by a person)\n"));
    CHECK(has(out, "network     blocked (standby)\n"));
    CHECK(has(out, "quota       10min used of 10min in 1d, 0s left; used up, back in 23h30min\n"));
    CHECK(has(out, "expedited   4min used of 10min in 1d, 6min left; in quota\n"));
}

TEST_CASE("app sets what it is told, the battery before the bucket") { // limits.md §2.7, §9
    Known known{.apps = {mail()}};
    FakeDaemon fake(knowingLimits(known));
    CHECK(ran({"app", "com.example.mail", "--bucket", "rare", "--battery", "optimized", "--data-saver-exempt", "yes"})
              .code == 0);
    fake.calls();
    CHECK(known.told == Words{"SetBatteryUse com.example.mail optimized", "SetDataSaverExempt com.example.mail yes",
                              "SetStandbyBucket com.example.mail rare"});
}

TEST_CASE("app says so where another bucket is the least an app may have") { // limits.md §2.5, §2.7
    Known known{.apps = {mail()}};
    known.apps[0].bucket = Bucket::Exempted;
    const FakeDaemon fake(knowingLimits(known));
    const auto made = ran({"app", "com.example.mail", "--bucket", "rare"});
    CHECK(made.code == 77);
    CHECK(has(made.err, "com.example.mail stays in the bucket exempted"));
}

TEST_CASE("what an app is set to must be one of the words there are") {
    for (const Words& given : {Words{"--bucket", "exempted"}, Words{"--bucket", "40"}, Words{"--battery", "some"},
                               Words{"--data-saver-exempt", "maybe"}, Words{"--bucket"}}) {
        Words line{"app", "com.example.mail"};
        line.insert(line.end(), given.begin(), given.end());
        const auto made = ran(line);
        CHECK(made.code == 64);
        CHECK(has(made.err, given[0]));
    }
}

TEST_CASE("an app that is not installed ends with 66, whatever was asked of it") {
    Known known{.apps = {mail()}};
    FakeDaemon fake(knowingLimits(known));
    for (const Words& line :
         {Words{"app", "com.example.nobody"}, Words{"app", "com.example.nobody", "--bucket", "rare"},
          Words{"quota", "com.example.nobody"}, Words{"alarms", "com.example.nobody"},
          Words{"push", "com.example.nobody"}, Words{"dumpsys", "alarm", "com.example.nobody"},
          Words{"start", "com.example.nobody"}, Words{"tasks", "stop", "com.example.nobody"}}) {
        CAPTURE(line[0]);
        const auto made = ran(line);
        CHECK(made.code == 66);
        CHECK(made.out.empty());
        CHECK(has(made.err, "com.example.nobody"));
    }
    fake.calls();
    CHECK(known.told.empty());
}

TEST_CASE("log --push tells each message from its arrival to its end, in the order of time") { // push.md §5
    const WallTime came = wallNow() - 1h;
    const MessageStory story{.number = 3,
                             .app = AppId{"com.example.mail"},
                             .id = "AAAA",
                             .urgency = Urgency::High,
                             .topic = "inbox",
                             .sent = came - 3h,
                             .came = came,
                             .held = "doze",
                             .given = came + 10min,
                             .givenAs = Urgency::Normal,
                             .tries = 2,
                             .state = MessageState::Taken,
                             .ended = came + 11min,
                             .shown = Shown::No};
    MessageStory other{.number = 4, .app = story.app, .sent = came + 1min, .came = came + 1min, .held = "power"};
    Known known{.apps = {mail()}, .stories = {other, story}};
    const FakeDaemon fake(knowingLimits(known));
    const std::string out = ran({"log", "--push"}).out;
    std::size_t at = 0;
    for (const std::string_view line :
         {"com.example.mail       3  arrived     high, by the line, topic inbox, sent 3h before",
          "com.example.mail       4  arrived     normal, on the spot", "4  waits       held by power",
          "3  handed out  as normal: its sender is downgraded, held by doze, 3h10min late",
          "3  not shown   no notification of its app followed in time", "3  not taken   2 times",
          "3  taken       by its app"}) {
        CAPTURE(out);
        CAPTURE(line);
        at = out.find(line, at);
        REQUIRE(at != std::string::npos);
    }
    const std::string json = ran({"log", "--push", "com.example.mail", "--json"}).out;
    CHECK(std::ranges::count(json, '\n') == 2);
    CHECK(json.starts_with(R"({"schema":1,"what":"message","number":3,"package":"com.example.mail","id":"AAAA",)"
                           R"("priority":"high","topic":"inbox","note":false,"sent":)"));
    CHECK(ran({"log", "--push", "--day"}).code == 64);
    known.stories = {{.number = 5, .app = story.app, .sent = came, .came = came, .given = came + 500ms}};
    CHECK(has(ran({"log", "--push"}).out, "as normal, at once\n"));
    known.stories[0].held = "doze"; // it is not at once that what was held goes
    CHECK(has(ran({"log", "--push"}).out, "as normal, held by doze\n"));
    known.stories = {{.app = story.app, .note = true, .came = came, .state = MessageState::Gone, .ended = came}};
    const std::string gone = ran({"log", "--push"}).out;
    CHECK(has(gone, "the session bus does not know the app any more")); // push.md §4.3
    CHECK_FALSE(has(gone, "arrived"));
    known.stories.clear();
    CHECK(has(ran({"log", "--push"}).err, "no message has come"));
}

TEST_CASE("messages of one batch are told in the order in which they came") { // push.md §5
    const WallTime came = wallNow() - 1h;
    Known known{.apps = {mail()}};
    for (const std::int64_t number : {83, 82, 81, 80}) // the log's, newest first
        known.stories.push_back({.number = number,
                                 .app = AppId{"com.example.mail"},
                                 .sent = came,
                                 .came = came,
                                 .given = came + 2s,
                                 .state = MessageState::Taken,
                                 .ended = came + 3s});
    const FakeDaemon fake(knowingLimits(known));
    for (const Words& line : {Words{"log", "--push"}, Words{"log", "com.example.mail"}})
        for (const std::string_view what : {"arrived", "handed out", "taken"}) {
            const std::string out = ran(line).out;
            std::vector<std::int64_t> told;
            for (const std::string_view part : splitAt(out, "\n")) {
                const std::string row(part);
                for (const std::int64_t number : {80, 81, 82, 83})
                    if (has(row, what) && has(row, std::to_string(number) + "  ")) told.push_back(number);
            }
            CAPTURE(out);
            CHECK(told == std::vector<std::int64_t>{80, 81, 82, 83});
        }
}

TEST_CASE("quota has a row for regular and one for expedited jobs, and tells when it comes back") { // limits.md §3.7
    Known known{.apps = {mail()}};
    const FakeDaemon fake(knowingLimits(known));
    const std::string all = ran({"quota"}).out;
    CHECK(has(all, "com.example.mail  rare    regular    10min    0s  10min in 1d  used up, back in 23h30min"));
    CHECK(has(all, "com.example.mail  rare    expedited   4min  6min  10min in 1d  in quota"));
    CHECK_FALSE(has(all, "COMES BACK"));
    const std::string one = ran({"quota", "com.example.mail"}).out;
    CHECK(has(one, "regular       10min  in 23h30min  in 23h40min"));
    const std::string json = ran({"quota", "com.example.mail", "--json"}).out;
    CHECK(json.starts_with(R"({"schema":1,"package":"com.example.mail","bucket":"rare","regular":{"used":600000,)"
                           R"("left":0,"allowed":600000,"window":86400000,"free":false,"returns":)"));
    CHECK(has(json, R"("length":600000}]},"expedited":{"used":240000,"left":360000,)"));
}

TEST_CASE("a quota without a limit, and one that is free, say so") { // limits.md §3.3, §1.5
    Known known{.apps = {mail()}};
    known.apps[0].quota = {.used = 3min, .free = true};
    known.apps[0].expedited.free = true;
    const FakeDaemon fake(knowingLimits(known));
    const std::string out = ran({"quota"}).out;
    CHECK(has(out, "no limit  no limit"));
    CHECK(has(out, "free: nothing is counted now"));
    CHECK(has(ran({"quota", "--json"}).out, R"("regular":{"used":180000,"left":null,"allowed":null,)"));
}

TEST_CASE("an app that was never used has no quota, and is told so") { // limits.md §2.1
    Known known{.apps = {mail()}};
    known.apps[0].quota = {.allowed = Duration{0}, .window = 24h, .left = Duration{0}};
    const FakeDaemon fake(knowingLimits(known));
    CHECK(has(ran({"app", "com.example.mail"}).out, "quota       none in this bucket\n"));
    CHECK(has(ran({"quota", "com.example.mail"}).out, "0s in 1d     none in this bucket"));
}

TEST_CASE("alarms tells what each was set for, when it goes off, and what holds it") { // limits.md §7.3
    Known known{.apps = {mail()}, .alarms = {exactAlarm()}};
    known.alarms.push_back(exactAlarm());
    known.alarms[1].alarm.tag = "tock";
    known.alarms[1].alarm.interval = 1h;
    known.alarms[1].alarm.wakeup = false;
    known.alarms[1].earliest.reset();
    known.alarms[1].latest.reset();
    known.alarms[1].held = "user_restriction";
    const FakeDaemon fake(knowingLimits(known));
    const std::string out = ran({"alarms"}).out;
    CHECK(has(out, "com.example.mail  tick  exact              in 2h10min  in 3h"));
    CHECK(has(out, "tock  exact, no wake-up  in 2h10min  when that is lifted  every 1h  user_restriction"));
    const std::string json = ran({"alarms", "com.example.mail", "--json"}).out;
    CHECK(json.starts_with(R"({"schema":1,"package":"com.example.mail","tag":"tick","receiver":"","kind":"exact",)"));
    CHECK(has(json, R"("held":"bucket"})"));
    CHECK(has(json, R"("earliest":null,"latest":null,"held":"user_restriction"})"));
}

TEST_CASE("push hands its words to the daemon; without a priority it is normal") { // limits.md §8.5
    Known known{.apps = {mail()}};
    FakeDaemon fake(knowingLimits(known));
    CHECK(ran({"push", "com.example.mail", "--priority", "high", "--data", "hello there"}).code == 0);
    CHECK(ran({"push", "com.example.mail"}).out.empty());
    fake.calls();
    CHECK(known.told == Words{"Push com.example.mail high hello there", "Push com.example.mail normal "});
    CHECK(ran({"push"}).code == 64);
    const auto urgent = ran({"push", "com.example.mail", "--priority", "urgent"});
    CHECK(urgent.code == 64);
    CHECK(has(urgent.err, "--priority is one of high|normal|low|very-low"));
}

TEST_CASE("push says how long a message is worth something, and what it is about") { // push.md §2
    Known known{.apps = {mail()}};
    FakeDaemon fake(knowingLimits(known));
    CHECK(ran({"push", "com.example.mail", "--priority", "very-low", "--ttl", "4h", "--topic", "inbox"}).code == 0);
    fake.calls();
    CHECK(known.told == Words{"Push com.example.mail normal  very-low inbox 14400000"});
    const auto wrong = ran({"push", "com.example.mail", "--ttl", "soon"});
    CHECK(wrong.code == 64);
    CHECK(has(wrong.err, "--ttl: "));
}

TEST_CASE("push messages tells what waits, for what and until when") { // push.md §4
    const WallTime now = wallNow();
    Known known{.apps = {mail()}};
    const FakeDaemon fake(knowingLimits(known));
    CHECK(ran({"push", "messages"}).out.empty());
    known.messages = {
        {.id = 3,
         .app = AppId{"com.example.mail"},
         .urgency = Urgency::VeryLow,
         .topic = "inbox",
         .arrived = now,
         .runsOut = now + 48h + 1min,
         .held = "doze",
         .passes = now + 2h + 10min + slack},
        {.id = 4, .app = AppId{"com.example.mail"}, .arrived = now, .runsOut = now + 4h + slack, .held = "power"}};
    const std::string out = ran({"push", "messages", "com.example.mail"}).out;
    CHECK(has(out, "com.example.mail  very-low  inbox"));
    CHECK(has(out, "doze     in 2h10min"));
    CHECK(has(out, "power    when that is lifted  in 4h"));
    const std::string json = ran({"push", "messages", "--json"}).out;
    CHECK(
        has(json,
            R"({"schema":1,"id":3,"package":"com.example.mail","receiver":"","priority":"very_low","topic":"inbox",)"));
}

TEST_CASE("push apps tells who is registered, and no more of an endpoint than it is asked for") { // push.md §5
    const WallTime now = wallNow();
    Known known;
    const FakeDaemon fake(knowingLimits(known));
    CHECK(has(ran({"push", "apps"}).err, "no app is registered"));
    const std::string url = "https://push.example/push/v1/AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKK";
    known.registrations = {{.app = AppId{"org.example.Chat"},
                            .connector = "org.example.Chat",
                            .endpoint = url,
                            .fetched = "h,n",
                            .made = now - 2h,
                            .last = now - 1h,
                            .waiting = 3},
                           {.app = AppId{"org.example.Mail"}, .connector = "org.example.Mail", .made = now},
                           {.app = AppId{"org.example.Mail"}, .endpoint = url, .made = now, .ended = true}};
    const std::string out = ran({"push", "apps"}).out;
    CHECK(has(out, "3     h,n      -           https://push.example/push/v1/AAAABB…\n"));
    CHECK_FALSE(has(out, url));
    CHECK(has(out, "the server has not made it yet"));
    CHECK(has(out, "ended; the server is to be told"));
    CHECK(has(ran({"push", "apps", "--show"}).out, url));
    CHECK(has(ran({"push", "apps", "--json"}).out, R"("endpoint":"https://push.example/push/v1/AAAABB…")"));
    CHECK(has(ran({"push", "apps", "--json", "--show"}).out, url));
    known.registrations = {{.app = AppId{"org.example.Chat"}, .endpoint = url, .made = now, .retires = now + 49h}};
    CHECK(has(ran({"push", "apps"}).out, "/AAAABB…, gone in "));
    known.registrations[0].retires = now - 1s;
    CHECK(has(ran({"push", "apps"}).out, "/AAAABB…, gone for its senders\n"));
    MessagesView& messages = known.registrations[0].messages;
    messages = {.delivered = 12, .shown = 4, .downgraded = true, .until = WallTime{}};
    CHECK(has(ran({"push", "apps"}).out, "  4 of 12, downgraded until 19"));
    messages = {.delivered = 12, .unjudged = 12, .notJudged = "AccessDenied"};
    CHECK(has(ran({"push", "apps"}).out, "  0 of 12, 12 not judged  "));
    messages = {.notJudged = "AccessDenied"};
    CHECK(has(ran({"push", "apps"}).out, "  not judged  "));
}

TEST_CASE("push rotate and push revoke name an app, and end with 66 where it is not registered") { // push.md §5
    Words told;
    FakeDaemon fake([&told](Talk& talk, const wire::Message& call) {
        Reader reader(call);
        const std::string package = reader.string().value();
        told.push_back(fmt::format("{} {}", call.member(), package));
        if (package == "com.example.none") return talk.refuse(call, Errc::ILLEGAL_STATE, "it is not registered");
        talk.reply(call, [](Writer&) {});
    });
    CHECK(ran({"push", "rotate"}).code == 0);
    CHECK(ran({"push", "rotate", "org.example.Chat"}).code == 0);
    CHECK(ran({"push", "revoke", "org.example.Chat"}).code == 0);
    for (const char* verb : {"rotate", "revoke"}) {
        const auto made = ran({"push", verb, "com.example.none"});
        CHECK(made.code == 66);
        CHECK(made.err == fmt::format("stint: cannot {} com.example.none: it is not registered\n", verb));
    }
    CHECK(ran({"push", "revoke"}).code == 64);
    fake.calls();
    CHECK(told == Words{"RotateRegistrations ", "RotateRegistrations org.example.Chat",
                        "RevokeRegistrations org.example.Chat", "RotateRegistrations com.example.none",
                        "RevokeRegistrations com.example.none"});
}

TEST_CASE("push status tells whether there is a line, and what it does next") { // push.md §5
    const WallTime now = wallNow();
    Known known;
    const FakeDaemon fake(knowingLimits(known));
    CHECK(ran({"push", "status"}).out == "no app is registered for messages from elsewhere: there is no line\n");
    known.line = {.up = true,
                  .server = "https://push.example",
                  .since = now,
                  .keepAlive = 12min + slack,
                  .asked = now - 2min,
                  .asks = now + 10min + slack,
                  .fetched = "h,n",
                  .registrations = 2,
                  .waiting = 1};
    const std::string out = ran({"push", "status"}).out;
    CHECK(out.starts_with("connected to https://push.example since "));
    CHECK(has(out, "\nfetched now: high, normal\n"));
    CHECK(has(out, "\nit asks again in 10"));
    CHECK(has(out, ", so that the connection stays alive\n"));
    CHECK(has(out, "\n2 registrations; 1 message in the inbox\n"));
    known.line.asks = now + 11min + slack; // in Doze
    CHECK(has(ran({"push", "status"}).out, ", when a window opens anyway\n"));
    known.line.unwatched = "AccessDenied";
    CHECK(has(ran({"push", "status"}).out, "\nwhat apps show is not judged: AccessDenied\n"));
    known.line.roundTrip = 12ms;
    known.line.anew = now - 2h;
    known.line.floods = 2;
    known.line.flooded = now - 1h;
    known.line.leftOut = {{"a wrong Stint-Mac", 7}, {"an unknown version", 1}};
    const std::string misused = ran({"push", "status"}).out;
    CHECK(has(misused, "; it answers within 12ms\n"));
    CHECK(has(misused, "\nits sequences began anew 2h ago, for the server has lost some, or is another: "));
    CHECK(has(misused, "\nit was closed 2 times for too many urgent messages, last 1h ago\n"));
    CHECK(has(misused, "\n8 messages passed over: a wrong Stint-Mac (7), an unknown version (1)\n"));
    CHECK(has(ran({"push", "status", "--json"}).out, R"("leftOut":[{"reason":"a wrong Stint-Mac","count":7},)"));
    known.line = {.trouble = "no broker is reached", .since = now, .closedUntil = now + 5min, .registrations = 1};
    const std::string down = ran({"push", "status"}).out;
    CHECK(down.starts_with("not connected since "));
    CHECK(has(down, ": no broker is reached\nclosed until "));
    CHECK(has(ran({"push", "status", "--json"}).out, R"("trouble":"no broker is reached")"));
}

TEST_CASE("why push: tells what holds a message, and ends with 75 where one waits") { // push.md §5
    const WallTime now = wallNow();
    Known known{.apps = {mail()}};
    const FakeDaemon fake(knowingLimits(known));
    CHECK(ran({"why", "push:com.example.mail"}).code == 0);
    known.messages = {{.id = 3,
                       .app = AppId{"com.example.mail"},
                       .urgency = Urgency::Low,
                       .topic = "inbox",
                       .arrived = now - 5min,
                       .runsOut = now + 4h + slack,
                       .held = "doze",
                       .holds = {{.by = "doze",
                                  .detail = "the device dozes",
                                  .clears = "use the device",
                                  .since = now - 4min,
                                  .until = now + 10min + slack}}},
                      {.id = 4, .app = AppId{"com.example.mail"}, .arrived = now, .runsOut = now + 1h + slack}};
    const auto one = ran({"why", "push:3"});
    CHECK(one.code == 75);
    CHECK(has(one.out, "message 3 for com.example.mail, low priority, topic inbox, came 5min"));
    CHECK(has(one.out, " ago, waits\n"));
    CHECK(has(one.out, "doze    the device dozes  4min"));
    CHECK(has(one.out, "  use the device\nit runs out in 4h\n"));
    CHECK_FALSE(has(one.out, "message 4"));
    CHECK(has(ran({"why", "push:com.example.mail"}).out, "message 4 for com.example.mail, normal priority, came"));
    CHECK(has(ran({"why", "push:3", "--json"}).out, R"("holds":[{"by":"doze","detail":"the device dozes",)"));
    const auto none = ran({"why", "push:9"});
    CHECK(none.code == 66);
    CHECK(none.err == "stint: cannot explain push:9: no message 9 waits\n");
    MessagesView& messages = known.apps[0].messages;
    messages = {.delivered = 13, .shown = 4, .downgraded = true, .unjudged = 1, .until = now + 1h};
    CHECK(has(ran({"why", "push:3"}).out, "\nits high messages count as normal ones until "));
    CHECK(has(ran({"why", "push:3"}).out, ": it showed something for 4 of 12\n"));
    messages = {.notJudged = "AccessDenied"};
    CHECK(has(ran({"why", "push:com.example.mail"}).out,
              "\nwhat it shows for high messages is not judged: AccessDenied\n"));
    CHECK(ran({"why", "push:3", "--history"}).code == 64);
}

TEST_CASE("why push: tells what keeps messages on their server: limits of all urgencies, and the line") { // push.md §5
    const WallTime now = wallNow();
    Known known{.apps = {mail()}};
    const FakeDaemon fake(knowingLimits(known));
    const Words asked{"why", "push:com.example.mail"};
    known.line = {.up = true, .server = "https://push.example", .since = now, .registrations = 1};
    known.registrations = {{.app = AppId{"com.example.mail"}, .fetched = "h,n,l,v", .made = now}};
    CHECK(ran(asked).out.empty());
    CHECK(ran({"push", "messages"}).err == "no message waits\n");
    CHECK(has(ran({"why", "push:com.example.mail", "--json"}).out, R"("waiting":0,"fetched":null,"limits":[])"));

    known.registrations[0].fetched = "h,n";
    known.limits = {{.work = "messages of normal priority"},
                    {.work = "messages of low priority",
                     .open = false,
                     .by = "network",
                     .detail = "there is no unmetered network",
                     .clears = "connect to one"},
                    {.work = "messages of very low priority",
                     .open = false,
                     .by = "power",
                     .detail = "the device is not plugged in",
                     .clears = "plug it in"},
                    {.work = "regular jobs", .open = false, .by = "thermal", .detail = "the device is hot"}};
    CHECK(ran(asked).out ==
          "its server may keep some; fetched now: high, normal\n"
          "messages of low priority wait: there is no unmetered network; what helps: connect to one\n"
          "messages of very low priority wait: the device is not plugged in; what helps: plug it in\n");
    CHECK(has(ran({"push", "messages", "com.example.mail"}).err,
              "no message waits here; a server may keep some: `stint why push:com.example.mail` says"));
    const std::string json = ran({"why", "push:com.example.mail", "--json"}).out;
    CHECK(has(json, R"("fetched":"h,n","limits":[{"work":"messages of low priority","open":false,"by":"network",)"));
    CHECK_FALSE(has(json, "regular jobs"));

    known.limits.clear();
    known.registrations[0].fetched = "h,n,l,v";
    known.line = {.trouble = "no broker is reached", .since = now, .closedUntil = now + 5min, .registrations = 1};
    const std::string down = ran(asked).out;
    CHECK(down.starts_with("its server may keep some; fetched now: nothing\nthe line is not connected since "));
    CHECK(has(down, ": no broker is reached\nthe line is closed until "));
    CHECK(has(ran({"why", "push:com.example.mail", "--json"}).out, R"("line":{"up":false,)"));

    const auto nobody = ran({"why", "push:"});
    CHECK(nobody.code == 64);
    CHECK(has(nobody.err, "push: wants a PACKAGE or a message's NUMBER"));
}

TEST_CASE("what the daemon refuses of a message is told, and ends with 64") {
    const FakeDaemon fake([known = Known{.apps = {mail()}}](Talk& talk, const wire::Message& call) {
        if (call.member() == "Push") return talk.refuse(call, Errc::ILLEGAL_ARGUMENT, "it has no receiver \"Pushes\"");
        talk.reply(call, [&](Writer& writer) { wire::writeList(writer, known.apps, wire::writeRow<AppView>); });
    });
    const auto made = ran({"push", "com.example.mail", "--receiver", "Pushes"});
    CHECK(made.code == 64);
    CHECK(made.err == "stint: cannot push a message to com.example.mail: it has no receiver \"Pushes\"\n");
}

TEST_CASE("policy prints each value, its default and where it came from") { // limits.md §11
    Known known{.policy = {{"doze.idle", "1h", "1h", "default", "first deep idle"},
                           {"doze.idle_max", "6h", "6h", "default", "longest deep idle"},
                           {"quota.window.rare", "20s", "24h", "/etc/stint/policy.toml:3", "its window"}}};
    const FakeDaemon fake(knowingLimits(known));
    CHECK(has(ran({"policy"}).out, "quota.window.rare  20s    24h      /etc/stint/policy.toml:3  its window"));
    CHECK(ran({"policy", "doze.idle"}).out ==
          "key      doze.idle\nvalue    1h\ndefault  1h\nsource   default\nmeaning  first deep idle\n");
    const std::string doze = ran({"policy", "doze"}).out;
    CHECK(has(doze, "doze.idle_max"));
    CHECK_FALSE(has(doze, "quota"));
    CHECK_FALSE(has(ran({"policy", "--changed"}).out, "doze"));
    CHECK(ran({"policy", "quota.window.rare", "--json"}).out ==
          R"({"schema":1,"key":"quota.window.rare","value":"20s","default":"24h","source":"/etc/stint/policy.toml:3",)"
          R"("meaning":"its window"})"
          "\n");
    known.findings = {{"policy", wire::Finding::Grade::Trouble, "refused: a.toml:1", "mend that file"}};
    const auto refused = ran({"policy", "doze.idle"}); // what is shown is not what the file says
    CHECK(refused.code == 0);
    CHECK(refused.err == "stint: warning: a policy file is refused: a.toml:1\n");
    const auto gone = ran({"policy", "doze.idel"});
    CHECK(gone.code == 66);
    CHECK(
        has(gone.err, "stint: there is no constant doze.idel (did you mean doze.idle?); `stint policy` lists them\n"));
}

TEST_CASE("device tells Doze, power, and what is held since when and until when") { // limits.md §1.1
    const WallTime now = wallNow();
    Known known{.limits = {{.work = "regular jobs",
                            .open = false,
                            .by = "doze",
                            .detail = "the device dozes (deep)",
                            .clears = "use the device, or wait for a window",
                            .cell = "limits.md §1.1, Doze × jobs",
                            .since = now - 1h - 5min - slack,
                            .until = now + 1h + 47min + slack},
                           {.work = "alarm clocks"}}};
    known.doze = {.deep = "idle",
                  .light = "override",
                  .deepUntil = now + 1h + 47min + slack,
                  .screenOn = false,
                  .charging = false,
                  .chargingAt = now + 1h + 12min + slack};
    const FakeDaemon fake(knowingLimits(known));
    const std::string out = ran({"device"}).out;
    CHECK(has(out, "charging  false  set "));
    CHECK(has(out, "Power: plugged in, but does not count as charging: quotas count; it counts in 1h12min"));
    CHECK(has(out, "Doze: deep IDLE, left in 1h47min at the latest; light OVERRIDE\n"));
    CHECK(has(out, "regular jobs  held: the device dozes (deep)  1h5min"));
    CHECK(has(out, "in 1h47min"));
    CHECK(has(out, "limits.md §1.1, Doze × jobs"));
    CHECK(has(out, "alarm clocks  goes on"));
    const std::string json = ran({"device", "--json"}).out;
    CHECK(has(json, R"({"schema":1,"section":"doze","deep":"idle","deepUntil":)"));
    CHECK(has(json, R"({"schema":1,"section":"limit","work":"regular jobs","open":false,"by":"doze",)"));
    CHECK(has(json, R"("work":"alarm clocks","open":true,"by":null,)"));
}

TEST_CASE("dumpsys deviceidle has Android's names") { // limits.md §6
    Known known{.apps = {mail()}};
    known.apps[0].batteryUse = BatteryUse::Unrestricted;
    known.doze = {.deep = "idle_pending", .light = "inactive", .force = "", .plugged = false, .charging = false};
    known.policy = {{"doze.light_enabled", "true", "true", "default", ""}, {"job.slots", "4", "16", "default", ""}};
    const FakeDaemon fake(knowingLimits(known));
    const std::string out = ran({"dumpsys", "deviceidle"}).out;
    CHECK(has(out, "    doze.light_enabled=true\n"));
    CHECK_FALSE(has(out, "job.slots"));
    CHECK(has(out, "  Whitelist user apps:\n    com.example.mail\n"));
    CHECK(has(out, "  mLightEnabled=true  mDeepEnabled=false\n"));
    CHECK(has(out, "  mForceIdle=false\n"));
    CHECK(has(out, "  mCharging=false\n"));
    CHECK(has(out, "  mState=IDLE_PENDING mLightState=INACTIVE\n"));
}

TEST_CASE("dumpsys alarm counts and names the pending alarms") { // limits.md §7
    Known known{.apps = {mail()}, .alarms = {exactAlarm()}};
    const FakeDaemon fake(knowingLimits(known));
    const std::string out = ran({"dumpsys", "alarm"}).out;
    CHECK(has(out, "  Next alarm clock: none\n  1 pending alarms:\n"));
    CHECK(has(out, "    ELAPSED_WAKEUP #0: Alarm{com.example.mail tick}\n"));
    CHECK(has(out, "heldBy=bucket\n"));
    CHECK(ran({"dumpsys", "alarm", "com.example.mail", "too"}).code == 64);
    CHECK(has(ran({"dumpsys", "weather"}).err, "alarm, deviceidle, jobscheduler"));
}

TEST_CASE("am, cmd deviceidle and dumpsys deviceidle VERB hand every word on, behind their service") { // limits.md §6.7
    Words words, before;
    const FakeDaemon fake([&](Talk& talk, const wire::Message& call) {
        Reader reader(call);
        words = reader.strings().value();
        wire::DictionaryReader options("options", wire::UnknownKeys::Ignore);
        options.take("before", before);
        REQUIRE(options.read(reader).ok());
        talk.reply(call, [](Writer& writer) { writer.int32(-1).string("out\n").string("err\n"); });
    });
    const auto made = ran({"am", "set-standby-bucket", "--user", "0", "com.example.mail", "rare"});
    CHECK(made.code == 255);
    CHECK(made.out == "out\n");
    CHECK(made.err == "err\n");
    CHECK(before == Words{"am"});
    CHECK(words == Words{"set-standby-bucket", "--user", "0", "com.example.mail", "rare"});
    CHECK(ran({"cmd", "deviceidle", "tempwhitelist", "-d", "5000", "com.example.mail"}).code == 255);
    CHECK(before == Words{"cmd", "deviceidle"});
    CHECK(words == Words{"tempwhitelist", "-d", "5000", "com.example.mail"});
    CHECK(ran({"dumpsys", "deviceidle", "force-idle", "light"}).code == 255);
    CHECK(before == Words{"cmd", "deviceidle"});
    CHECK(words == Words{"force-idle", "light"});
}

TEST_CASE("a permission is taken back and given back, where the manifest declares it") { // jobs.md §2.3; limits.md §7.5
    AppView app = mail();
    app.manifest.permissions = {"RUN_USER_INITIATED_JOBS", "SCHEDULE_EXACT_ALARM"};
    app.revoked = {"RUN_USER_INITIATED_JOBS"};
    Known known{.apps = {app}};
    const FakeDaemon fake(knowingLimits(known));
    CHECK(has(ran({"app", "com.example.mail"}).out, "RUN_USER_INITIATED_JOBS (revoked), SCHEDULE_EXACT_ALARM\n"));
    CHECK(ran({"app", "com.example.mail", "--revoke", "SCHEDULE_EXACT_ALARM"}).code == 0);
    CHECK(ran({"app", "com.example.mail", "--grant", "RUN_USER_INITIATED_JOBS"}).code == 0);
    const auto wrong = ran({"app", "com.example.mail", "--revoke", "FLY"});
    CHECK(wrong.code != 0);
    CHECK(has(wrong.err, "does not declare FLY; it declares RUN_USER_INITIATED_JOBS, SCHEDULE_EXACT_ALARM"));
    CHECK(known.told == Words{"SetApp com.example.mail revoked RUN_USER_INITIATED_JOBS SCHEDULE_EXACT_ALARM",
                              "SetApp com.example.mail revoked"});
}
