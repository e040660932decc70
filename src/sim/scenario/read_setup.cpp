#include <array>
#include <charconv>

#include "base/time/time.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/device_fields.hpp"
#include "sim/scenario/parts.hpp"
#include "sim/scenario/trace.hpp"

namespace stint::sim {

// scenario.md, device: the keys of contract/model/device_fields.hpp, kept as words; the world makes a device of them.

namespace {

// The row of the key decides which values are right. Choices are looked at apart only for a better complaint.
std::string readText(Yaml& yaml, const Node& value, const DeviceField& field, std::string_view name) {
    const auto choices = field.played.empty() ? field.choices : field.played;
    if (!choices.empty()) return readWord(yaml, value, name, choices);
    std::string text = yaml.text(value, name);
    Device scratch;
    const bool spoken = text == "yes" || text == "no"; // the command line's words
    if (value.IsScalar() && (spoken || !field.set(scratch, text, {})))
        yaml.complain(locationOf(value), "{} cannot be \"{}\"; it is {}", name, text, field.takes);
    return text;
}

void readNetwork(Yaml& yaml, const Node& node, DeviceWords& words) {
    if (node.IsScalar()) {
        yaml.word<bool>(node, "network", {{noNetwork, true}});
        words["network"] = noNetwork;
        return;
    }
    words["network"] = someNetwork;
    std::vector<Key> keys;
    for (const DeviceField& field : deviceFields())
        if (field.key.starts_with(networkPrefix)) {
            const std::string_view name = field.key.substr(networkPrefix.size());
            keys.push_back({name, [&yaml, &words, &field, name](const Node& value) {
                                words[std::string(field.key)] = readText(yaml, value, field, name);
                            }});
        }
    yaml.mapOf(node, "network", keys);
}

} // namespace

DeviceWords readDevice(Yaml& yaml, const Node& node) {
    DeviceWords words;
    std::vector<Key> keys;
    for (const DeviceField& field : deviceFields()) {
        if (!field.scenario || field.key.starts_with(networkPrefix)) continue;
        if (field.key == "network")
            keys.push_back({field.key, [&](const Node& value) { readNetwork(yaml, value, words); }});
        else
            keys.push_back({field.key, [&yaml, &words, &field](const Node& value) {
                                words[std::string(field.key)] = readText(yaml, value, field, field.key);
                            }});
    }
    yaml.mapOf(node, "device", keys);
    return words;
}

// scenario.md, apps.

namespace {

// jobs.md §2.3, the names of the allowed states.
constexpr std::array<std::string_view, 9> conditionNames{"bound_by_visible", "bound_by_system", "just_in_front",
                                                         "foreground_task",  "ui_broadcast",    "overlay",
                                                         "background_start", "companion",       "device_owner"};
constexpr std::array<std::string_view, 3> usages{"unrestricted", "optimized", "restricted"};

Service readService(Yaml& yaml, const std::string& name, const Node& node) {
    Service service{.name = name, .command = {}, .permission = std::string(bindJobService)};
    yaml.map(node, "service",
             {{"exported", [&](const Node& value) { service.exported = yaml.flag(value, "exported"); }},
              {"permission", [&](const Node& value) { service.permission = yaml.text(value, "permission"); }}});
    return service;
}

} // namespace

ProcessState readState(Yaml& yaml, const Node& node) {
    using enum ProcessState;
    return yaml.word<ProcessState>(node, "state",
                                   {{"top", Top},
                                    {"visible", Visible},
                                    {"foreground_service", ForegroundService},
                                    {"background", Background},
                                    {"not_running", NotRunning}});
}

std::string readBucket(Yaml& yaml, const Node& node) { return readWord(yaml, node, "bucket", bucketNames()); }

std::string readBatteryUsage(Yaml& yaml, const Node& node) { return readWord(yaml, node, "battery_usage", usages); }

std::set<std::string, std::less<>> readConditions(Yaml& yaml, const Node& node) {
    return readWords(yaml, node, "may_start_from_background", conditionNames);
}

std::set<std::string, std::less<>> readPermissions(Yaml& yaml, const Node& node) {
    return readWords(yaml, node, "permissions");
}

namespace {

std::int64_t readRegistrations(Yaml& yaml, const Node& node) {
    std::int64_t registrations = 1;
    yaml.map(
        node, "push",
        {{"registrations", [&](const Node& value) { registrations = yaml.number(value, "registrations", 0, many); }},
         // The simulated server takes what is signed and what is not.
         {"vapid", [&](const Node& value) { yaml.flag(value, "vapid"); }}});
    return registrations;
}

} // namespace

AppSetup readApp(Yaml& yaml, const Node& node) {
    AppSetup app{.location = locationOf(node)};
    yaml.map(
        node, "app",
        {{"state", [&](const Node& value) { app.state = readState(yaml, value); }},
         {"bucket", [&](const Node& value) { app.bucket = readBucket(yaml, value); }},
         {"last_used", [&](const Node& value) { app.lastUsed = readDuration(yaml, value, "last_used"); }},
         {"screen_on_since",
          [&](const Node& value) { app.screenOnSince = readDuration(yaml, value, "screen_on_since"); }},
         {"battery_usage", [&](const Node& value) { app.batteryUsage = readBatteryUsage(yaml, value); }},
         {"data_saver_exempt", [&](const Node& value) { app.dataSaverExempt = yaml.flag(value, "data_saver_exempt"); }},
         {"permissions", [&](const Node& value) { app.permissions = readPermissions(yaml, value); }},
         {"services",
          [&](const Node& value) {
              app.services.clear();
              yaml.names(value, "services", [&](const Node& name, const Node& service) {
                  app.services[name.Scalar()] = readService(yaml, name.Scalar(), service);
              });
          }},
         {"may_start_from_background", [&](const Node& value) { app.conditions = readConditions(yaml, value); }},
         {"maybe_visible", [&](const Node& value) { app.maybeVisible = yaml.flag(value, "maybe_visible"); }},
         {"recents_task", [&](const Node& value) { app.recentsTask = yaml.flag(value, "recents_task"); }},
         {"system", [&](const Node& value) { app.system = yaml.flag(value, "system"); }},
         {"hidden", [&](const Node& value) { app.hidden = yaml.flag(value, "hidden"); }},
         {"push", [&](const Node& value) { app.registrations = readRegistrations(yaml, value); }},
         {"debuggable", [&](const Node& value) { app.debuggable = yaml.flag(value, "debuggable"); }},
         {"legacy_fgs_jobs_free",
          [&](const Node& value) { app.legacyFgsJobsFree = yaml.flag(value, "legacy_fgs_jobs_free"); }},
         {"legacy_top_started_jobs_free", [&](const Node& value) {
              app.legacyTopStartedJobsFree = yaml.flag(value, "legacy_top_started_jobs_free");
          }}});
    return app;
}

// scenario.md, runs: an app's behaviour when its job is started.

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

// scenario.md, constants: overrides of the spec's numbers by their names (limits.md §11, jobs.md §0). network_budget:
// the amount that apps may use of networks that cost something (limits.md §14).

std::vector<Setting> readConstants(Yaml& yaml, const Node& node) {
    std::vector<Setting> settings;
    Constants scratch;
    yaml.names(node, "constants", [&](const Node& name, const Node& value) {
        Setting setting{locationOf(value), name.Scalar(), yaml.text(value, name.Scalar())};
        if (!value.IsScalar()) return;
        const auto checked = setConstant(scratch, setting.key, setting.text);
        const bool known = constantRow(setting.key).ok();
        if (!checked) yaml.complain(known ? setting.location : locationOf(name), "{}", checked.error().message);
        settings.push_back(std::move(setting));
    });
    if (const auto error = contradiction(scratch)) yaml.complain(locationOf(node), "{}", error->message);
    return settings;
}

std::vector<Key> lineKeys(Yaml& yaml, action::ChangeLine& line) {
    return {{"up", [&](const Node& value) { line.up = yaml.flag(value, "up"); }},
            {"keepalive", [&](const Node& value) { line.keepAlive = readDuration(yaml, value, "keepalive"); }}};
}

std::vector<Entry> readLineSetup(Yaml& yaml, const Node& node, WallTime start) {
    action::ChangeLine line;
    std::vector<Entry> entries;
    auto keys = lineKeys(yaml, line);
    keys.push_back({"server_down", [&](const Node& value) {
                        const Span down = readSpan(yaml, value, start);
                        entries.push_back({locationOf(value), down.from, action::ChangeServer{false}});
                        entries.push_back({locationOf(value), down.to, action::ChangeServer{true}});
                    }});
    yaml.mapOf(node, "line", keys);
    entries.insert(entries.begin(), {locationOf(node), Duration{0}, line});
    return entries;
}

std::vector<NetworkBudget> readBudgets(Yaml& yaml, const Node& node) {
    std::vector<NetworkBudget> budgets;
    yaml.list(node, "network_budget", [&](const Node& item) {
        BudgetWords words;
        yaml.map(item, "a budget",
                 {{"app", [&](const Node& value) { words.app = yaml.text(value, "app"); }},
                  {"class", [&](const Node& value) { words.cost = yaml.text(value, "class"); }},
                  {"bytes", [&](const Node& value) { words.bytes = yaml.text(value, "bytes"); }},
                  {"period", [&](const Node& value) { words.period = yaml.text(value, "period"); }}});
        if (!item.IsMap()) return;
        auto budget = networkBudget(words);
        if (!budget) return yaml.complain(locationOf(item), "{}", budget.error().message);
        if (const auto done = addBudget(budgets, *std::move(budget)); !done)
            yaml.complain(locationOf(item), "{}", done.error().message);
    });
    return budgets;
}

} // namespace stint::sim
