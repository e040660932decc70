#include "sim/scenario/parts.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"

namespace stint::sim {
namespace {

// Takes exactly `digits` digits from the front of `text`, and then `after`.
std::optional<int> taken(std::string_view& text, std::size_t digits, std::string_view after) {
    if (text.size() < digits) return std::nullopt;
    const auto value = numberIn<int>(text.substr(0, digits));
    if (!value || *value < 0) return std::nullopt;
    text.remove_prefix(digits);
    if (!text.starts_with(after)) return std::nullopt;
    text.remove_prefix(after.size());
    return value;
}

// Reads the rest of a second: ".5Z" is half of it, "Z" nothing.
std::optional<Duration> takenDecimals(std::string_view text) {
    if (text == "Z") return Duration{0};
    if (!text.starts_with('.') || !text.ends_with('Z')) return std::nullopt;
    std::string_view digits = text.substr(1, text.size() - 2);
    if (digits.empty() || digits.size() > 3) return std::nullopt;
    const std::size_t count = digits.size();
    auto value = taken(digits, count, "");
    if (!value) return std::nullopt;
    for (std::size_t n = count; n < 3; ++n)
        *value *= 10;
    return Duration{*value};
}

std::optional<WallTime> timeOfDay(std::string_view text) {
    const auto year = taken(text, 4, "-");
    const auto month = year ? taken(text, 2, "-") : std::nullopt;
    const auto day = month ? taken(text, 2, "T") : std::nullopt;
    const auto hour = day ? taken(text, 2, ":") : std::nullopt;
    const auto minute = hour ? taken(text, 2, ":") : std::nullopt;
    const auto second = minute ? taken(text, 2, "") : std::nullopt;
    const auto rest = second ? takenDecimals(text) : std::nullopt;
    if (!rest || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month(*month),
                                           std::chrono::day(*day)};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second} + *rest;
}

bool isName(std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

Error noJob(std::string_view text, std::string_view why) {
    return fail(Errc::ILLEGAL_ARGUMENT,
                "\"{}\" is not a job: {}; write package/id or package/namespace#id, such as com.example.mail/7", text,
                why);
}

} // namespace

Result<WallTime> parseTimeOfDay(std::string_view text) {
    if (const auto time = timeOfDay(text)) return *time;
    return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not a time of day; write one in UTC such as 2026-01-05T08:00:00Z",
                text);
}

Result<AppId> parseApp(std::string_view text) {
    std::string_view rest = text;
    std::size_t parts = 0;
    bool named = true;
    while (named) {
        const std::size_t end = std::min(rest.find('.'), rest.size());
        named = isName(rest.substr(0, end));
        ++parts;
        if (end == rest.size()) break;
        rest.remove_prefix(end + 1);
    }
    if (named && parts > 1) return AppId{std::string(text)};
    return fail(Errc::ILLEGAL_ARGUMENT,
                "\"{}\" is not an app; write its package, a reverse-DNS name such as com.example.mail", text);
}

Result<JobKey> parseJob(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return noJob(text, "there is no '/' in it");
    JobKey key;
    key.app = STINT_TRY(parseApp(text.substr(0, slash)));
    std::string_view number = text.substr(slash + 1);
    if (const std::size_t hash = number.rfind('#'); hash != std::string_view::npos) {
        key.space = number.substr(0, hash);
        if (key.space.empty()) return noJob(text, "its namespace is empty");
        number.remove_prefix(hash + 1);
    }
    const auto id = numberIn<std::int32_t>(number);
    if (!id) return noJob(text, fmt::format("\"{}\" is not a number of 32 bits", number));
    key.id.value = *id;
    return key;
}

Result<std::pair<AppId, std::string>> parseHandle(std::string_view text) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    AppId app = STINT_TRY(parseApp(text.substr(0, slash)));
    if (slash == text.size()) return std::pair{std::move(app), std::string{}};
    std::string_view space = text.substr(slash + 1);
    if (space.size() < 2 || !space.ends_with('#'))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "\"{}\" is not a handle; write the package alone for the root, or package/namespace#", text);
    space.remove_suffix(1);
    return std::pair{std::move(app), std::string(space)};
}

std::vector<std::string> wordsOf(std::string_view line) {
    std::vector<std::string> words;
    std::optional<std::string> word;
    char quote = 0;
    for (const char c : line) {
        if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? char{0} : c;
            if (!word) word.emplace();
        } else if (c == ' ' && !quote) {
            if (word) words.push_back(*std::exchange(word, std::nullopt));
        } else {
            if (!word) word.emplace();
            *word += c;
        }
    }
    if (word) words.push_back(*std::move(word));
    return words;
}

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
