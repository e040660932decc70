// scenario.md, timeline: each entry has a time and exactly one verb; some verbs take further keys beside them.
#include <algorithm>
#include <array>
#include <map>

#include "base/result/containers.hpp"
#include "base/text/words.hpp"
#include "sim/scenario/parts.hpp"
#include "sim/scenario/trace.hpp"

namespace stint::sim {
namespace {

constexpr std::array<std::string_view, 9> besideApp{
    "state",        "bucket",      "battery_usage",  "data_saver_exempt", "may_start_from_background",
    "recents_task", "permissions", "temp_allowlist", "maybe_visible"};
constexpr std::array<std::string_view, 1> besideUse{"kind"};
constexpr std::array<std::string_view, 1> besideRun{"expect_exit"};
constexpr std::array<std::string_view, 2> besideEvent{"wall", "effects"};
constexpr std::array<std::string_view, 1> besideCall{"expect"};
constexpr std::array<std::string_view, 6> calls{"schedule", "schedule_all",       "enqueue",
                                                "alarm",    "foreground_service", "work"};
constexpr std::array<std::string_view, 2> workResults{"success", "IllegalArgumentException"};
constexpr std::array<std::string_view, 4> uses{"interaction", "notification_seen", "system_interaction", "sync"};
constexpr std::array<std::string_view, 2> serviceResults{"success", "ForegroundServiceStartNotAllowed"};

template <class All> bool isIn(const All& all, std::string_view word) {
    return std::ranges::find(all, word) != all.end();
}

/// The keys that may stand beside a verb.
std::span<const std::string_view> besides(std::string_view verb) {
    if (verb == "app") return besideApp;
    if (verb == "use") return besideUse;
    if (verb == "run") return besideRun;
    if (verb == "event") return besideEvent;
    if (isIn(calls, verb)) return besideCall;
    return {};
}

/// An entry's keys, in the order of the file.
class EntryKeys {
public:
    EntryKeys(Yaml& yaml, const Node& entry) {
        yaml.names(entry, "an entry of the timeline",
                   [this](const Node& name, const Node& value) { all_.emplace_back(name, value); });
    }
    const Node* find(std::string_view key) const {
        const auto found = std::ranges::find_if(all_, [&](const auto& part) { return part.first.Scalar() == key; });
        return found == all_.end() ? nullptr : &found->second;
    }
    const std::vector<std::pair<Node, Node>>& all() const { return all_; }

    std::vector<std::string> verbs() const {
        std::vector<std::string> verbs;
        for (const auto& [name, value] : all_)
            if (isIn(verbNames(), name.Scalar())) verbs.push_back(name.Scalar());
        // `expect` alone is an expectation of state; beside a call it is the expected result.
        if (verbs.empty() && find("expect")) verbs.emplace_back("expect");
        return verbs;
    }

private:
    std::vector<std::pair<Node, Node>> all_;
};

// Complains of an entry without a verb: most likely one is misspelt.
void complainOfNoVerb(Yaml& yaml, const Node& entry, const EntryKeys& keys) {
    std::vector<std::string_view> known{verbNames().begin(), verbNames().end()};
    known.emplace_back("expect");
    for (const auto& [name, value] : keys.all()) {
        if (name.Scalar() == "at") continue;
        const auto meant = nearest(name.Scalar(), known);
        return yaml.complain(locationOf(name), "unknown verb \"{}\"{}", name.Scalar(),
                             meant ? fmt::format(" (did you mean \"{}\"?)", *meant)
                                   : "; scenario.md lists the verbs of a timeline");
    }
    yaml.complain(locationOf(entry), "an entry lacks its verb: what happens at its time");
}

void complainOfBeside(Yaml& yaml, const Node& name, std::string_view verb) {
    const auto allowed = besides(verb);
    if (const auto meant = nearest(name.Scalar(), allowed))
        return yaml.complain(locationOf(name), "unknown key \"{}\" (did you mean \"{}\"?)", name.Scalar(), *meant);
    std::string words;
    for (std::string_view word : allowed)
        words += fmt::format(", {}", word);
    yaml.complain(locationOf(name), "unknown key \"{}\"; beside {} may stand at{}", name.Scalar(), verb, words);
}

void readBeside(Yaml& yaml, const EntryKeys& keys, action::ChangeApp& change) {
    if (const Node* value = keys.find("state")) change.state = readState(yaml, *value);
    if (const Node* value = keys.find("bucket")) change.bucket = readBucket(yaml, *value);
    if (const Node* value = keys.find("battery_usage")) change.batteryUsage = readBatteryUsage(yaml, *value);
    if (const Node* value = keys.find("data_saver_exempt"))
        change.dataSaverExempt = yaml.flag(*value, "data_saver_exempt");
    if (const Node* value = keys.find("may_start_from_background")) change.conditions = readConditions(yaml, *value);
    if (const Node* value = keys.find("maybe_visible")) change.maybeVisible = yaml.flag(*value, "maybe_visible");
    if (const Node* value = keys.find("recents_task")) change.recentsTask = yaml.flag(*value, "recents_task");
    if (const Node* value = keys.find("permissions")) change.permissions = readPermissions(yaml, *value);
    if (const Node* value = keys.find("temp_allowlist"))
        change.tempAllowlist = readDuration(yaml, *value, "temp_allowlist");
}

void readBeside(Yaml& yaml, const EntryKeys& keys, action::Recorded& recorded) {
    if (const Node* value = keys.find("wall")) recorded.wall = readTimeOfDay(yaml, *value, "wall");
    if (const Node* value = keys.find("effects"))
        yaml.list(*value, "effects",
                  [&](const Node& line) { recorded.effects.push_back(yaml.text(line, "an effect")); });
}

void readBesides(Yaml& yaml, const EntryKeys& keys, Action& action) {
    const auto result = [&](std::span<const std::string_view> words) -> std::optional<std::string> {
        const Node* expect = keys.find("expect");
        if (!expect) return std::nullopt;
        return readWord(yaml, *expect, "expect", words);
    };
    const Node* kind = keys.find("kind");
    const Node* code = keys.find("expect_exit");
    std::visit(Overloaded{[&](action::ChangeApp& change) { readBeside(yaml, keys, change); },
                          [&](action::Use& use) {
                              if (kind) use.kind = readWord(yaml, *kind, "kind", uses);
                          },
                          [&](action::RunVerb& verb) {
                              if (code) verb.expectExit = yaml.number(*code, "expect_exit", 0, 255);
                          },
                          [&](action::Recorded& recorded) { readBeside(yaml, keys, recorded); },
                          [&](action::Schedule& call) { call.expect = result(callResults()); },
                          [&](action::ScheduleAll& call) { call.expect = result(callResults()); },
                          [&](action::Enqueue& call) { call.expect = result(callResults()); },
                          [&](action::EnqueueWork& call) { call.expect = result(workResults); },
                          [&](action::SetAlarm& call) { call.expect = result(callResults()); },
                          [&](action::ForegroundService& call) { call.expect = result(serviceResults); }, [](auto&) {}},
               action);
}

std::optional<Entry> readEntry(Yaml& yaml, const Node& node, WallTime start) {
    const EntryKeys keys(yaml, node);
    if (!node.IsMap()) return std::nullopt;
    const auto verbs = keys.verbs();
    if (verbs.size() > 1)
        yaml.complain(locationOf(node),
                      "an entry has exactly one verb, and this one has {} and {}; write two entries with "
                      "the same time",
                      verbs[0], verbs[1]);
    else if (verbs.empty())
        complainOfNoVerb(yaml, node, keys);
    if (verbs.size() != 1) return std::nullopt;
    const std::string& verb = verbs.front();
    for (const auto& [name, value] : keys.all())
        if (name.Scalar() != "at" && name.Scalar() != verb && !isIn(besides(verb), name.Scalar()))
            complainOfBeside(yaml, name, verb);
    const Node* at = keys.find("at");
    if (!at) yaml.complain(locationOf(node), "the entry lacks at, its time since 0s, such as 10min");
    const Node& about = *keys.find(verb);
    Entry entry{.location = locationOf(node),
                .at = at ? readMoment(yaml, *at, start) : Duration{0},
                .action = verb == "expect" ? readExpect(yaml, about) : readAction(yaml, verb, about)};
    readBesides(yaml, keys, entry.action);
    return entry;
}

} // namespace

std::vector<Entry> readTimeline(Yaml& yaml, const Node& node, WallTime start) {
    std::vector<Entry> timeline;
    yaml.list(node, "timeline", [&](const Node& item) {
        if (auto entry = readEntry(yaml, item, start)) timeline.push_back(*std::move(entry));
    });
    return timeline;
}

} // namespace stint::sim
