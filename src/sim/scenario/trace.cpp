#include "sim/scenario/trace.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/result/containers.hpp"
#include "base/time/time.hpp"
#include "contract/model/bucket.hpp"
#include "contract/model/reasons.hpp"

namespace stint::sim {
namespace {

using enum FieldKind;

constexpr std::array<std::string_view, 3> kinds{"regular", "expedited", "user_initiated"};
constexpr std::array<std::string_view, 4> silences{"bind", "start", "stop", "notification"};
constexpr std::array<std::string_view, 2> accesses{"allowed", "blocked"};
constexpr std::array<std::string_view, 2> machines{"deep", "light"};
constexpr std::array<std::string_view, 3> sleeps{"waiting", "asleep", "awake"};
constexpr std::array<std::string_view, 5> holds{"doze", "battery", "power", "network", "app"};
constexpr std::array<std::string_view, 2> ways{"spot", "line"};
constexpr std::array<std::string_view, 1> lineCloses{"flood"};
constexpr std::array<std::string_view, 5> rotations{"rotates", "rotated", "retired", "revoked", "gone"};
constexpr std::array<std::string_view, 1> lineWakes{"keepalive"};
constexpr std::array<std::string_view, 4> urgencyLetters{"h", "n", "l", "v"};
constexpr auto buckets = [] {
    std::array<std::string_view, bucketTable.size()> names;
    std::ranges::transform(bucketTable, names.begin(), &BucketRow::name);
    return names;
}();
constexpr std::array<std::string_view, 6> results{
    "success", "failure", "limit_exceeded", "SecurityException", "IllegalArgumentException", "IllegalStateException"};

std::vector<std::string_view> allStopReasons() {
    std::vector<std::string_view> names;
    for (const StopRow& row : stopRows())
        names.push_back(row.name);
    return names;
}

// In the order of scenario.md's table.
std::vector<EffectWord> table() {
    const EffectField result{"result", Word, results};
    const EffectField reason{"reason", Word, stopReasonNames()};
    const EffectField id{"id", Count};
    const EffectField userInitiated{"user_initiated", Truth};
    return {
        {"scheduled", Whom::Job, {result}},
        {"replaced", Whom::Job, {result}},
        {"refused", Whom::Job, {result, {"because"}}},
        {"cancelled", Whom::Job, {result}},
        {"started", Whom::Job, {{"overdue", Truth}, {"kind", Word, kinds}}},
        {"stopped", Whom::Job, {reason, {"asked", Truth}}},
        {"finished", Whom::Job, {{"rescheduled", Truth}}},
        {"rescheduled", Whom::Job, {{"earliest", Time}, {"failures", Count}}},
        {"dropped", Whom::Job, {reason}},
        {"notified", Whom::Job, {id, userInitiated}},
        {"notification_removed", Whom::Job, {id, userInitiated}},
        {"network_changed", Whom::Job, {}},
        {"work", Whom::Job, {{"item"}, {"count", Count}}},
        {"unresponsive", Whom::Job, {{"during", Word, silences}}},
        {"killed", Whom::App, {{"reason"}}},
        {"alarm", Whom::App, {{"tag"}, {"late_by", Time}, {"count", Count}}},
        {"arrived", Whom::App, {{"original", Word, urgencyWords}, {"via", Word, ways}, {"topic"}}},
        {"message",
         Whom::App,
         {{"priority", Word, urgencyWords},
          {"original", Word, urgencyWords},
          {"late_by", Time},
          {"held_by", Word, holds},
          {"expired", Truth},
          {"replaced", Truth},
          {"deleted", Truth},
          {"unregistered", Truth},
          {"deleted_note", Truth}}},
        {"taken", Whom::App, {{"original", Word, urgencyWords}}},
        {"not_taken", Whom::App, {{"original", Word, urgencyWords}, {"again", Time}}},
        {"line",
         Whom::Device,
         {{"subscribed", Words, urgencyLetters},
          {"wake", Word, lineWakes},
          {"closed", Word, lineCloses},
          {"anew", Truth}}},
        {"registration", Whom::App, {{"is", Word, rotations}}},
        {"network", Whom::App, {{"is", Word, accesses}, {"because"}}},
        {"bucket", Whom::App, {{"from", Word, buckets}, {"to", Word, buckets}, {"because"}, {"until"}}},
        {"held_back", Whom::App, {{"because"}}},
        {"doze", Whom::Device, {{"machine", Word, machines}, {"from"}, {"to"}}},
        {"sleep", Whom::Device, {{"to", Word, sleeps}}},
        {"wake", Whom::Device, {{"because"}}},
        {"frozen", Whom::Job, {{"because"}}},
        {"thawed", Whom::Job, {}},
        {"survived", Whom::App, {{"count", Count}}},
        {"digest", Whom::Device, {{"count", Count}, {"because"}}},
    };
}

} // namespace

std::span<const EffectWord> effectWords() {
    static const std::vector<EffectWord> all = table();
    return all;
}

const EffectWord* effectNamed(std::string_view what) {
    const auto all = effectWords();
    const auto found = std::ranges::find(all, what, &EffectWord::what);
    return found == all.end() ? nullptr : &*found;
}

const EffectField* fieldOf(const EffectWord& word, std::string_view key) {
    const auto found = std::ranges::find(word.fields, key, &EffectField::key);
    return found == word.fields.end() ? nullptr : &*found;
}

std::span<const std::string_view> stopReasonNames() {
    static const std::vector<std::string_view> all = allStopReasons();
    return all;
}

std::span<const std::string_view> callResults() { return results; }
std::span<const std::string_view> bucketNames() { return buckets; }

std::string textOf(const FieldValue& value) {
    return std::visit(Overloaded{[](bool truth) -> std::string { return truth ? "true" : "false"; },
                                 [](std::int64_t number) { return fmt::format("{}", number); },
                                 [](Duration time) { return formatDuration(time); },
                                 [](const std::string& word) { return word; }},
                      value);
}

bool resembles(const ExpectedEffect& expected, const Happening& happening) {
    if (expected.what != happening.what) return false;
    if (expected.job && expected.job != happening.job) return false;
    return !expected.app || expected.app == happening.app;
}

bool matches(const ExpectedEffect& expected, const Happening& happening) {
    if (!resembles(expected, happening)) return false;
    if (expected.at && !expected.at->holds(happening.at)) return false;
    return std::ranges::all_of(expected.fields, [&](const Field& field) {
        return std::ranges::find(happening.fields, field) != happening.fields.end();
    });
}

} // namespace stint::sim
