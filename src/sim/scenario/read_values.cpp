#include <array>

#include "base/result/try.hpp"
#include "base/time/time.hpp"
#include "sim/scenario/parts.hpp"
#include "sim/scenario/values.hpp"

namespace stint::sim {

WallTime readTimeOfDay(Yaml& yaml, const Node& node, std::string_view what) {
    return yaml.parsed<WallTime>(node, what, parseTimeOfDay);
}

Duration readDuration(Yaml& yaml, const Node& node, std::string_view what) {
    return yaml.parsed<Duration>(node, what, parseDuration);
}

Bytes readSize(Yaml& yaml, const Node& node, std::string_view what) {
    return yaml.parsed<Bytes>(node, what, parseSize);
}

Duration readBalance(Yaml& yaml, const Node& node, std::string_view what) {
    return yaml.parsed<Duration>(node, what, [](std::string_view given) -> Result<Duration> {
        const bool below = given.starts_with('-');
        const Duration size = STINT_TRY(parseDuration(given.substr(below ? 1 : 0)));
        return below ? -size : size;
    });
}

AppId readAppId(Yaml& yaml, const Node& node) { return yaml.parsed<AppId>(node, "app", parseApp); }

JobKey readJobKey(Yaml& yaml, const Node& node) { return yaml.parsed<JobKey>(node, "job", parseJob); }

void checkLength(Yaml& yaml, const Node& node, Duration length) {
    constexpr Duration longest = 24h * 3653;
    if (length > longest)
        yaml.complain(locationOf(node), "{} is too long; a scenario plays for ten years ({}) at most",
                      formatDuration(length), formatDuration(longest));
}

namespace {

Duration momentOf(Yaml& yaml, const Node& node, WallTime start) {
    const std::string given = yaml.text(node, "a time");
    if (!node.IsScalar()) return {};
    if (const auto day = parseTimeOfDay(given)) {
        if (*day >= start) return *day - start;
        yaml.complain(locationOf(node), "{} is before the start of the run, {}", given, formatWall(start));
        return {};
    }
    if (const auto since = parseDuration(given)) return *since;
    const auto wrong =
        given.find('T') == std::string::npos ? parseDuration(given).error() : parseTimeOfDay(given).error();
    yaml.complain(locationOf(node), "{}", wrong.message);
    return {};
}

} // namespace

Duration readMoment(Yaml& yaml, const Node& node, WallTime start) {
    const Duration moment = momentOf(yaml, node, start);
    checkLength(yaml, node, moment);
    return moment;
}

Span readSpan(Yaml& yaml, const Node& node, WallTime start) {
    if (!node.IsSequence()) {
        const Duration moment = readMoment(yaml, node, start);
        return {moment, moment};
    }
    if (node.size() != 2) {
        yaml.complain(locationOf(node), "a range has two ends, [10min, 11min]; this list has {}", node.size());
        return {};
    }
    const Span span{readMoment(yaml, node[0], start), readMoment(yaml, node[1], start)};
    if (span.to < span.from)
        yaml.complain(locationOf(node), "the range ends before it begins; write the earlier time first");
    return span;
}

std::string readWord(Yaml& yaml, const Node& node, std::string_view what, std::span<const std::string_view> words) {
    const std::string given = yaml.text(node, what);
    const bool known = words.empty() || std::ranges::find(words, given) != words.end();
    if (node.IsScalar() && !known)
        yaml.complain(locationOf(node), "{}", Yaml::unknownWord(given, what, {words.begin(), words.end()}));
    return given;
}

std::set<std::string, std::less<>> readWords(Yaml& yaml, const Node& node, std::string_view what,
                                             std::span<const std::string_view> words) {
    std::set<std::string, std::less<>> read;
    yaml.list(node, what, [&](const Node& item) { read.insert(readWord(yaml, item, what, words)); });
    return read;
}

std::string readPolicyName(Yaml& yaml, const Node& node) {
    static constexpr std::array<std::string_view, 2> names{"android16", "android15"};
    return readWord(yaml, node, "policy", names);
}

} // namespace stint::sim
