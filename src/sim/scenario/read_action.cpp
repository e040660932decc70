// scenario.md, timeline: the value of each verb.
#include <array>
#include <limits>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "contract/record/event_json.hpp"
#include "sim/scenario/parts.hpp"
#include "sim/scenario/trace.hpp"

namespace stint::sim {
namespace {

std::int32_t readId(Yaml& yaml, const Node& node) {
    using Limits = std::numeric_limits<std::int32_t>;
    return static_cast<std::int32_t>(yaml.number(node, "id", Limits::min(), Limits::max()));
}

/// A call that is about a job or an app: reads its keys, and complains where neither is named.
class Asked {
public:
    Asked(Yaml& yaml, const Node& node, std::string_view verb) : yaml_(yaml), node_(node), verb_(verb) {}

    Key job(JobKey& into) {
        return {"job", [&](const Node& value) { into = readJobKey(yaml_, value), named_ = true; }};
    }
    Key app(AppId& into) {
        return {"app", [&](const Node& value) { into = readAppId(yaml_, value), named_ = true; }};
    }
    void read(Keys keys) {
        yaml_.map(node_, verb_, keys);
        if (!named_ && node_.IsMap())
            yaml_.complain(locationOf(node_), "{} lacks {}, whom it is about", verb_, keys.begin()->name);
    }

private:
    Yaml& yaml_;
    const Node& node_;
    std::string_view verb_;
    bool named_ = false;
};

// The device.

Action readReboot(Yaml& yaml, const Node& node) {
    action::Reboot reboot;
    yaml.map(node, "reboot",
             {{"off_for",
               [&](const Node& value) {
                   reboot.offFor = readDuration(yaml, value, "off_for");
                   checkLength(yaml, value, reboot.offFor);
               }},
              {"clock", [&](const Node& value) { reboot.clock = readTimeOfDay(yaml, value, "clock"); }}});
    return reboot;
}

Action readClock(Yaml& yaml, const Node& node) {
    std::optional<WallTime> set;
    yaml.map(node, "clock", {{"set", [&](const Node& value) { set = readTimeOfDay(yaml, value, "set"); }}});
    if (!set && node.IsMap()) yaml.complain(locationOf(node), "clock lacks set, as in {{set: 2026-01-05T12:00:00Z}}");
    return action::SetClock{set.value_or(WallTime{})};
}

Action readRestart(Yaml& yaml, const Node& node) {
    yaml.map(node, "restart_daemon", {});
    return action::RestartDaemon{};
}

// Apps.

template <class About> Action readAbout(Yaml& yaml, const Node& node) { return About{readAppId(yaml, node)}; }

Action readUse(Yaml& yaml, const Node& node) { return action::Use{readAppId(yaml, node), "interaction"}; }

Action readChangeApp(Yaml& yaml, const Node& node) {
    action::ChangeApp change;
    change.app = readAppId(yaml, node);
    return change;
}

Action readForegroundService(Yaml& yaml, const Node& node) {
    action::ForegroundService service;
    Asked asked(yaml, node, "foreground_service");
    asked.read(
        {asked.app(service.app), {"start", [&](const Node& value) { service.start = yaml.flag(value, "start"); }}});
    return service;
}

Action readInstall(Yaml& yaml, const Node& node) {
    action::Install install;
    yaml.names(node, "install", [&](const Node& name, const Node& value) {
        install.apps[readAppId(yaml, name)] = readApp(yaml, value);
    });
    return install;
}

Action readRestrict(Yaml& yaml, const Node& node) {
    action::Restrict restrict;
    Asked asked(yaml, node, "restrict");
    asked.read({asked.app(restrict.app)});
    return restrict;
}

Action readPredict(Yaml& yaml, const Node& node) {
    action::Predict predict;
    Asked asked(yaml, node, "predict");
    asked.read(
        {asked.app(predict.app), {"bucket", [&](const Node& value) { predict.bucket = readBucket(yaml, value); }}});
    return predict;
}

Action readPolicy(Yaml& yaml, const Node& node) { return action::SwitchPolicy{readPolicyName(yaml, node)}; }

// Jobs.

Action readCancel(Yaml& yaml, const Node& node) { return action::Cancel{readJobKey(yaml, node)}; }

Action readCancelAll(Yaml& yaml, const Node& node) {
    auto [app, space] = yaml.parsed<std::pair<AppId, std::string>>(node, "cancel_all", parseHandle);
    return action::CancelAll{app, space};
}

Action readCancelEverywhere(Yaml& yaml, const Node& node) {
    return action::CancelAll{readAppId(yaml, node), std::nullopt};
}

Action readFinish(Yaml& yaml, const Node& node) {
    action::Finish finish;
    Asked asked(yaml, node, "finish");
    asked.read({asked.job(finish.job),
                {"reschedule", [&](const Node& value) { finish.reschedule = yaml.flag(value, "reschedule"); }}});
    return finish;
}

template <class Work> Action readWork(Yaml& yaml, const Node& node) {
    Work work;
    Asked asked(yaml, node, "a call about work");
    asked.read({asked.job(work.job), {"item", [&](const Node& value) { work.item = yaml.text(value, "item"); }}});
    if (work.item.empty() && node.IsMap()) yaml.complain(locationOf(node), "item is missing: the name of a work item");
    return work;
}

Action readContentChanged(Yaml& yaml, const Node& node) {
    return action::ChangeContent{yaml.text(node, "content_changed")};
}

Action readNotify(Yaml& yaml, const Node& node) {
    action::Notify notify;
    Asked asked(yaml, node, "notify");
    asked.read({asked.job(notify.job),
                {"id", [&](const Node& value) { notify.id = readId(yaml, value); }},
                {"end", [&](const Node& value) { notify.end = readEndPolicy(yaml, value); }}});
    return notify;
}

Action readDismiss(Yaml& yaml, const Node& node) {
    action::Dismiss dismiss;
    Asked asked(yaml, node, "dismiss");
    asked.read({asked.app(dismiss.app), {"id", [&](const Node& value) { dismiss.id = readId(yaml, value); }}});
    return dismiss;
}

Action readUpdateBytes(Yaml& yaml, const Node& node) {
    action::TellBytes bytes;
    JobKey job;
    Asked asked(yaml, node, "update_bytes");
    asked.read({asked.job(job), {"estimated", [&](const Node& value) { bytes = readBytes(yaml, value); }}});
    bytes.job = job;
    bytes.estimate = true;
    return bytes;
}

Action readTransferred(Yaml& yaml, const Node& node) {
    action::TellBytes bytes;
    Asked asked(yaml, node, "transferred");
    asked.read({asked.job(bytes.job),
                {"down", [&](const Node& value) { bytes.down = readSize(yaml, value, "down"); }},
                {"up", [&](const Node& value) { bytes.up = readSize(yaml, value, "up"); }}});
    return bytes;
}

// Alarms and messages.

Action readAlarm(Yaml& yaml, const Node& node) {
    static constexpr std::array<std::string_view, 6> types{"inexact",          "exact", "window", "while_idle",
                                                           "exact_while_idle", "clock"};
    action::SetAlarm alarm;
    const auto time = [&](std::optional<Duration>& into, std::string_view name) {
        return Key{name, [&yaml, &into, name](const Node& value) { into = readDuration(yaml, value, name); }};
    };
    Asked asked(yaml, node, "alarm");
    asked.read({asked.app(alarm.app),
                {"tag", [&](const Node& value) { alarm.tag = yaml.text(value, "tag"); }},
                {"type", [&](const Node& value) { alarm.type = readWord(yaml, value, "type", types); }},
                time(alarm.after, "after"),
                {"time", [&](const Node& value) { alarm.time = readTimeOfDay(yaml, value, "time"); }},
                time(alarm.window, "window"),
                time(alarm.every, "every"),
                {"wakeup", [&](const Node& value) { alarm.wakeup = yaml.flag(value, "wakeup"); }}});
    if (alarm.after.has_value() == alarm.time.has_value() && node.IsMap())
        yaml.complain(locationOf(node), "an alarm goes off after a duration or at a time; write one of after and time");
    if (alarm.type == "window" && !alarm.window && node.IsMap())
        yaml.complain(locationOf(node), "an alarm of type window lacks its window, such as window: 15min");
    return alarm;
}

Action readCancelAlarm(Yaml& yaml, const Node& node) {
    action::CancelAlarm cancel;
    Asked asked(yaml, node, "cancel_alarm");
    asked.read({asked.app(cancel.app), {"tag", [&](const Node& value) { cancel.tag = yaml.text(value, "tag"); }}});
    return cancel;
}

Action readMessage(Yaml& yaml, const Node& node) {
    constexpr std::int64_t most = 4096; // push.md §6
    action::Push message{.app = {}, .priority = "normal"};
    Asked asked(yaml, node, "message");
    asked.read(
        {asked.app(message.app),
         {"priority", [&](const Node& value) { message.priority = readWord(yaml, value, "priority", urgencyWords); }},
         {"ttl", [&](const Node& value) { message.ttl = readDuration(yaml, value, "ttl"); }},
         {"topic", [&](const Node& value) { message.topic = yaml.text(value, "topic"); }},
         {"notifies", [&](const Node& value) { message.notifies = yaml.flag(value, "notifies"); }},
         {"bytes", [&](const Node& value) { message.bytes = yaml.number(value, "bytes", 0, most); }},
         {"via", [&](const Node& value) {
              message.viaLine = yaml.word<bool>(value, "via", {{"line", true}});
          }}});
    return message;
}

Action readLine(Yaml& yaml, const Node& node) {
    action::ChangeLine line;
    yaml.mapOf(node, "line", lineKeys(yaml, line));
    if (!line.up && !line.keepAlive && node.IsMap())
        yaml.complain(locationOf(node), "what is the line to be? write {{up: false}} or {{keepalive: 28min}}");
    return line;
}

Action readServer(Yaml& yaml, const Node& node) {
    return action::ChangeServer{yaml.word<bool>(node, "server", {{"up", true}, {"down", false}})};
}

// Commands, and the entries of recordings.

Action readRun(Yaml& yaml, const Node& node) {
    const auto words = wordsOf(yaml.text(node, "run"));
    if (words.empty() && node.IsScalar())
        yaml.complain(locationOf(node), "run lacks its command, such as \"cmd jobscheduler run com.example.mail 7\"");
    for (const std::string& word : words)
        if (word.find_first_of(";|&<>`$") != std::string::npos)
            yaml.complain(locationOf(node),
                          "run is one command and no shell, which \"{}\" is for; write an entry for each", word);
    return action::RunVerb{words, std::nullopt};
}

Action readTick(Yaml& yaml, const Node& node) {
    yaml.map(node, "tick", {});
    return action::Tick{};
}

Action readEdit(Yaml& yaml, const Node& node) {
    action::Edit edit;
    yaml.map(node, "edit",
             {{"job", [&](const Node& value) { edit.job = readJobKey(yaml, value); }},
              {"conditions", [&](const Node& value) { edit.conditions = readJobConditions(yaml, value); }}});
    return edit;
}

Action readMove(Yaml& yaml, const Node& node) {
    action::Move move;
    yaml.map(node, "move",
             {{"job", [&](const Node& value) { move.job = readJobKey(yaml, value); }},
              {"to", [&](const Node& value) {
                   const auto named = [](MoveTo one) { return std::pair(nameOf(one), one); };
                   move.to = yaml.word<MoveTo>(
                       value, "place",
                       {named(MoveTo::Top), named(MoveTo::Up), named(MoveTo::Down), named(MoveTo::Bottom)},
                       MoveTo::Top);
               }}});
    return move;
}

template <class About> Action readOfJob(Yaml& yaml, const Node& node) { return About{readJobKey(yaml, node)}; }

Action readAnswer(Yaml& yaml, const Node& node) {
    action::AnswerCall answer;
    int answered = 0;
    const auto to = [&](std::string_view name, bool stop) {
        return Key{name, [&yaml, &answer, &answered, name, stop](const Node& value) {
                       answer.toStop = stop;
                       answer.yes = yaml.flag(value, name);
                       ++answered;
                   }};
    };
    Asked asked(yaml, node, "answer");
    asked.read({asked.job(answer.job), to("start", false), to("stop", true)});
    if (answered != 1 && node.IsMap())
        yaml.complain(locationOf(node), "an answer is one to onStartJob or to onStopJob; write one of start and stop");
    return answer;
}

Action readRecorded(Yaml& yaml, const Node& node) {
    const std::string text = yaml.text(node, "event");
    action::Recorded recorded;
    if (!node.IsScalar()) return recorded;
    if (auto input = record::inputFrom(text)) {
        recorded.input = *std::move(input);
    } else {
        yaml.complain(locationOf(node), "event: {}", input.error().message);
    }
    return recorded;
}

struct VerbReader {
    std::string_view name;
    Action (*read)(Yaml&, const Node&);
};

// In the order of scenario.md.
constexpr std::array verbs{
    VerbReader{"device",
               [](Yaml& yaml, const Node& node) -> Action { return action::ChangeDevice{readDevice(yaml, node)}; }},
    VerbReader{"reboot", readReboot},
    VerbReader{"clock", readClock},
    VerbReader{"restart_daemon", readRestart},
    VerbReader{"app", readChangeApp},
    VerbReader{"tap", readAbout<action::Tap>},
    VerbReader{"use", readUse},
    VerbReader{"foreground_service", readForegroundService},
    VerbReader{"stop_app", readAbout<action::StopApp>},
    VerbReader{"force_stop", readAbout<action::ForceStop>},
    VerbReader{"crash", readAbout<action::Crash>},
    VerbReader{"uninstall", readAbout<action::Uninstall>},
    VerbReader{"update", readAbout<action::Update>},
    VerbReader{"install", readInstall},
    VerbReader{"restrict", readRestrict},
    VerbReader{"predict", readPredict},
    VerbReader{"policy", readPolicy},
    VerbReader{"schedule", [](Yaml& yaml, const Node& node) -> Action { return readSchedule(yaml, node); }},
    VerbReader{"schedule_all", [](Yaml& yaml, const Node& node) -> Action { return readScheduleAll(yaml, node); }},
    VerbReader{"cancel", readCancel},
    VerbReader{"cancel_all", readCancelAll},
    VerbReader{"cancel_in_all_namespaces", readCancelEverywhere},
    VerbReader{"hold", readOfJob<action::Hold>},
    VerbReader{"resume", readOfJob<action::Resume>},
    VerbReader{"retry", readOfJob<action::Retry>},
    VerbReader{"edit", readEdit},
    VerbReader{"move", readMove},
    VerbReader{"finish", readFinish},
    VerbReader{"enqueue", readWork<action::Enqueue>},
    VerbReader{"complete_work", readWork<action::CompleteWork>},
    VerbReader{"work", readWorkLayer},
    VerbReader{"content_changed", readContentChanged},
    VerbReader{"notify", readNotify},
    VerbReader{"dismiss", readDismiss},
    VerbReader{"update_bytes", readUpdateBytes},
    VerbReader{"transferred", readTransferred},
    VerbReader{"alarm", readAlarm},
    VerbReader{"cancel_alarm", readCancelAlarm},
    VerbReader{"message", readMessage},
    VerbReader{"line", readLine},
    VerbReader{"server", readServer},
    VerbReader{"run", readRun},
    VerbReader{"event", readRecorded},
    VerbReader{"tick", readTick},
    VerbReader{"connected", readOfJob<action::Connected>},
    VerbReader{"answer", readAnswer},
    VerbReader{"lost", readOfJob<action::Lost>},
};

constexpr auto names = [] {
    std::array<std::string_view, verbs.size()> all;
    for (std::size_t n = 0; n < verbs.size(); ++n)
        all[n] = verbs[n].name;
    return all;
}();

} // namespace

std::span<const std::string_view> verbNames() { return names; }

Action readAction(Yaml& yaml, std::string_view verb, const Node& node) {
    const auto* found = std::ranges::find(verbs, verb, &VerbReader::name);
    STINT_CHECK(found != verbs.end());
    return found->read(yaml, node);
}

} // namespace stint::sim
