// scenario.md, timeline: each entry has a time and exactly one verb, and some verbs take further keys beside them.
#include <algorithm>
#include <array>
#include <map>

#include "base/nearest.hpp"
#include "base/overloaded.hpp"
#include "sim/parts.hpp"
#include "sim/vocabulary.hpp"

namespace stint::sim {
namespace {

constexpr std::array<std::string_view, 8> besideApp{
    "state",        "bucket",      "battery_usage", "data_saver_exempt", "may_start_from_background",
    "recents_task", "permissions", "temp_allowlist"};
constexpr std::array<std::string_view, 1> besideUse{"kind"};
constexpr std::array<std::string_view, 1> besideCall{"expect"};
constexpr std::array<std::string_view, 1> besideRun{"expect_exit"};

/// What may stand beside a verb.
std::span<const std::string_view> besides(std::string_view verb) {
    if (verb == "app") return besideApp;
    if (verb == "use") return besideUse;
    if (verb == "run") return besideRun;
    for (std::string_view call : {"schedule", "enqueue", "alarm", "foreground_service"})
        if (verb == call) return besideCall;
    return {};
}

/// An entry's keys, each once.
using Parts = std::map<std::string, Node, std::less<>>;

bool isVerb(std::string_view key) { return std::ranges::find(verbNames(), key) != verbNames().end(); }

// The one verb among the keys; `expect` is one where it stands alone.
std::optional<std::string> verbOf(Yaml& yaml, const Node& entry, const Parts& parts) {
    std::vector<std::string> verbs;
    for (const auto& [key, value] : parts)
        if (isVerb(key)) verbs.push_back(key);
    if (verbs.empty() && parts.contains("expect")) return "expect";
    if (verbs.size() == 1) return verbs.front();
    if (verbs.size() > 1) {
        yaml.complain(placeOf(entry),
                      "an entry has exactly one verb; this one has {} and {}: write two entries with "
                      "the same time",
                      verbs[0], verbs[1]);
    }
    return std::nullopt;
}

Error unknownKey(const std::string& key, std::string_view verb, std::span<const std::string_view> allowed) {
    std::vector<std::string_view> known{allowed.begin(), allowed.end()};
    if (const auto meant = nearest(key, known))
        return {Errc::IllegalArgument, fmt::format("unknown key \"{}\" (did you mean \"{}\"?)", key, *meant)};
    std::string words;
    for (std::string_view word : allowed)
        words += fmt::format(", {}", word);
    return {Errc::IllegalArgument, fmt::format("unknown key \"{}\"; beside {} may stand at{}", key, verb, words)};
}

// A key that is no verb, in an entry without one: most likely a verb that was misspelt.
void complainOfNoVerb(Yaml& yaml, const Node& entry, const Parts& parts) {
    std::vector<std::string_view> known{verbNames().begin(), verbNames().end()};
    known.emplace_back("expect");
    for (const auto& pair : entry) {
        const std::string& key = pair.first.Scalar();
        if (key == "at") continue;
        const auto meant = nearest(key, known);
        return yaml.complain(placeOf(pair.first), "unknown verb \"{}\"{}", key,
                             meant ? fmt::format(" (did you mean \"{}\"?)", *meant)
                                   : "; scenario.md lists the verbs of a timeline");
    }
    yaml.complain(placeOf(entry), "an entry lacks its verb{}",
                  parts.contains("at") ? ", what happens then" : "; it has at, a time, and one verb");
}

void readBesideApp(Yaml& yaml, const Parts& parts, deed::ChangeApp& change) {
    const auto read = [&](std::string_view key, auto reader) {
        if (const auto found = parts.find(key); found != parts.end()) reader(found->second);
    };
    read("state", [&](const Node& value) { change.state = readState(yaml, value); });
    read("bucket", [&](const Node& value) { change.bucket = readBucket(yaml, value); });
    read("battery_usage", [&](const Node& value) { change.batteryUsage = readBatteryUsage(yaml, value); });
    read("data_saver_exempt",
         [&](const Node& value) { change.dataSaverExempt = yaml.flag(value, "data_saver_exempt"); });
    read("may_start_from_background", [&](const Node& value) { change.conditions = readConditions(yaml, value); });
    read("recents_task", [&](const Node& value) { change.recentsTask = yaml.flag(value, "recents_task"); });
    read("permissions", [&](const Node& value) { change.permissions = readPermissions(yaml, value); });
    read("temp_allowlist",
         [&](const Node& value) { change.tempAllowlist = readDuration(yaml, value, "temp_allowlist"); });
}

void readBesides(Yaml& yaml, const Parts& parts, Deed& read) {
    static constexpr std::array<std::string_view, 4> uses{"interaction", "notification_seen", "system_interaction",
                                                          "sync"};
    static constexpr std::array<std::string_view, 2> services{"success", "ForegroundServiceStartNotAllowed"};
    const auto found = [&](std::string_view key) -> const Node* {
        const auto at = parts.find(key);
        return at == parts.end() ? nullptr : &at->second;
    };
    const Node* expect = found("expect");
    const auto result = [&](std::span<const std::string_view> words) -> std::optional<std::string> {
        if (!expect) return std::nullopt;
        return readWord(yaml, *expect, "expect", words);
    };
    std::visit(Overloaded{[&](deed::ChangeApp& change) { readBesideApp(yaml, parts, change); },
                          [&](deed::Use& use) {
                              if (const Node* kind = found("kind")) use.kind = readWord(yaml, *kind, "kind", uses);
                          },
                          [&](deed::RunVerb& verb) {
                              if (const Node* code = found("expect_exit"))
                                  verb.expectExit = yaml.number(*code, "expect_exit", 0, 255);
                          },
                          [&](deed::Schedule& call) { call.expect = result(callResults()); },
                          [&](deed::Enqueue& call) { call.expect = result(callResults()); },
                          [&](deed::Alarm& call) { call.expect = result(callResults()); },
                          [&](deed::ForegroundService& call) { call.expect = result(services); }, [](auto&) {}},
               read);
}

void readEntry(Yaml& yaml, const Node& node, WallTime start, std::vector<Entry>& timeline) {
    Parts parts;
    std::map<std::string, Place> places;
    yaml.names(node, "an entry of the timeline", [&](const Node& name, const Node& value) {
        parts[name.Scalar()] = value;
        places[name.Scalar()] = placeOf(name);
    });
    if (!node.IsMap()) return;
    const auto verb = verbOf(yaml, node, parts);
    if (!verb)
        return std::ranges::any_of(parts, isVerb, [](const auto& part) -> std::string_view { return part.first; })
                   ? void()
                   : complainOfNoVerb(yaml, node, parts);
    const auto allowed = besides(*verb);
    for (const auto& [key, place] : places)
        if (key != "at" && key != *verb && std::ranges::find(allowed, key) == allowed.end())
            yaml.complain(place, "{}", unknownKey(key, *verb, allowed).message);
    Entry entry{.place = placeOf(node), .deed = deed::Tick{}};
    if (const auto at = parts.find("at"); at != parts.end())
        entry.at = readMoment(yaml, at->second, start);
    else
        yaml.complain(placeOf(node), "the entry lacks at, its time since 0s, such as 10min");
    auto read =
        *verb == "expect" ? readExpect(yaml, parts.at("expect")) : readDeed(yaml, *verb, parts.find(*verb)->second);
    if (!read) return;
    readBesides(yaml, parts, *read);
    entry.deed = *std::move(read);
    timeline.push_back(std::move(entry));
}

} // namespace

std::vector<Entry> readTimeline(Yaml& yaml, const Node& node, WallTime start) {
    std::vector<Entry> timeline;
    yaml.list(node, "timeline", [&](const Node& entry) { readEntry(yaml, entry, start, timeline); });
    return timeline;
}

} // namespace stint::sim
