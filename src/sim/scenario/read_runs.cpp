// scenario.md, runs: an app's behaviour when its job is started.
#include "sim/scenario/parts.hpp"

namespace stint::sim {
namespace {

// Reads a time; nullopt: "never".
std::optional<Duration> readOrNever(Yaml& yaml, const Node& node, std::string_view what) {
    if (node.IsScalar() && node.Scalar() == "never") return std::nullopt;
    return readDuration(yaml, node, what);
}

Behaviour::Payload readPayload(Yaml& yaml, const Node& node) {
    Behaviour::Payload payload;
    yaml.map(node, "bytes",
             {{"down", [&](const Node& value) { payload.down = readSize(yaml, value, "down"); }},
              {"up", [&](const Node& value) { payload.up = readSize(yaml, value, "up"); }}});
    return payload;
}

void readNotifiesAfter(Yaml& yaml, const Node& node, Behaviour& runs) {
    const auto after = readOrNever(yaml, node, "notifies_after");
    runs.notifies = after.has_value();
    runs.neverNotifies = !after;
    runs.notifiesAfter = after.value_or(Duration{0});
}

} // namespace

JobEndNotificationPolicy readEndPolicy(Yaml& yaml, const Node& node) {
    return yaml.word<JobEndNotificationPolicy>(
        node, "the end policy",
        {{"detach", JOB_END_NOTIFICATION_POLICY_DETACH}, {"remove", JOB_END_NOTIFICATION_POLICY_REMOVE}});
}

Behaviour readRuns(Yaml& yaml, const Node& node) {
    Behaviour runs;
    if (node.IsScalar()) {
        runs.external = yaml.word<bool>(node, "runs", {{"external", true}});
        return runs;
    }
    bool ends = false;
    yaml.map(
        node, "runs",
        {{"for", [&](const Node& value) { runs.works = readDuration(yaml, value, "for"); }},
         {"bytes", [&](const Node& value) { runs.payload = readPayload(yaml, value); }},
         {"resumes", [&](const Node& value) { runs.resumes = yaml.flag(value, "resumes"); }},
         {"then",
          [&](const Node& value) {
              using enum Behaviour::Then;
              ends = true;
              runs.then = yaml.word<Behaviour::Then>(
                  value, "then", {{"done", Done}, {"retry", Retry}, {"hang", Hang}, {"abandon", Abandon}});
          }},
         {"connects_after",
          [&](const Node& value) { runs.connectsAfter = readOrNever(yaml, value, "connects_after"); }},
         {"start",
          [&](const Node& value) {
              using enum Behaviour::Start;
              runs.start = yaml.word<Behaviour::Start>(
                  value, "start", {{"ok", Ok}, {"returns_false", ReturnsFalse}, {"hang", Hang}, {"crash", Crash}});
          }},
         {"answers_after", [&](const Node& value) { runs.answersAfter = readDuration(yaml, value, "answers_after"); }},
         {"notifies_after", [&](const Node& value) { readNotifiesAfter(yaml, value, runs); }},
         {"notification_end", [&](const Node& value) { runs.notificationEnd = readEndPolicy(yaml, value); }},
         {"on_stop",
          [&](const Node& value) {
              using enum Behaviour::OnStop;
              runs.onStop =
                  yaml.word<Behaviour::OnStop>(value, "on_stop", {{"retry", Retry}, {"drop", Drop}, {"hang", Hang}});
          }},
         {"crash_after", [&](const Node& value) { runs.crashAfter = readDuration(yaml, value, "crash_after"); }}});
    if (runs.works && runs.payload)
        yaml.complain(locationOf(node), "runs works for a time or transfers bytes; leave out one of for and bytes");
    // Without any work, the run ends at once.
    if (ends && !runs.works && !runs.payload) runs.works = Duration{0};
    return runs;
}

} // namespace stint::sim
