#include "base/time/time.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <span>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"

namespace stint {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t worth;
};

// clang-format off
constexpr std::array durationUnits{ // largest first
    Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"min", 60'000}, Unit{"s", 1'000}, Unit{"ms", 1}};
constexpr std::array sizeUnits{ // largest first
    Unit{"GiB", 1_GiB}, Unit{"GB", 1_GB}, Unit{"MiB", 1_MiB}, Unit{"MB", 1_MB}, Unit{"KiB", 1_KiB}, Unit{"KB", 1_KB},
    Unit{"B", 1}};
constexpr std::array rateUnits{ // largest first
    Unit{"Gbps", 1'000'000}, Unit{"Mbps", 1'000}, Unit{"kbps", 1}};
// clang-format on

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Takes the characters off the front of `text` that are digits, or that are none.
std::string_view take(std::string_view& text, bool digits) {
    std::size_t n = 0;
    while (n < text.size() && isDigit(text[n]) == digits)
        ++n;
    const std::string_view taken = text.substr(0, n);
    text.remove_prefix(n);
    return taken;
}

// The value of digits alone; nullopt where it does not fit.
std::optional<std::int64_t> numberOf(std::string_view digits) {
    std::int64_t value = 0;
    for (const char c : digits)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value))
            return std::nullopt;
    return value;
}

const Unit* unitNamed(std::span<const Unit> units, std::string_view name) {
    for (const Unit& unit : units)
        if (unit.name == name) return &unit;
    return nullptr;
}

// A bounded piece of a stranger's text, for a message.
std::string quoted(std::string_view text) {
    const std::string_view some = headOf(text, 60);
    return fmt::format("\"{}{}\"", some, some == text ? "" : "…");
}

Error notADuration(std::string_view text, std::string_view why) {
    return fail(Errc::ILLEGAL_ARGUMENT,
                "{} is not a duration: {}; write numbers with the units d h min s ms, largest first and without "
                "spaces, such as 1h30min or 250ms",
                quoted(text), why);
}

struct Amount {
    std::int64_t value = 0;
    std::string why; ///< the reason why it is no number; empty if it is one
};

// A number of at most nine decimals and its unit, "1.5MB", in whole units of the last of `units`; the rest is cut off.
Amount amountOf(std::string_view text, std::span<const Unit> units) {
    std::string_view rest = text;
    const std::string_view whole = take(rest, true);
    std::string_view decimals;
    if (whole.empty()) return {.why = "it does not begin with a number"};
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        decimals = take(rest, true);
        if (decimals.empty() || decimals.size() > 9) return {.why = "a point is followed by one to nine digits"};
    }
    const Unit* unit = unitNamed(units, rest);
    if (!unit) return {.why = rest.empty() ? "it has no unit" : fmt::format("{} is not a unit of it", quoted(rest))};

    auto count = numberOf(whole);
    std::int64_t value = 0;
    if (!count || __builtin_mul_overflow(*count, unit->worth, &value)) return {.why = "it is too large"};
    std::int64_t scale = 1;
    for (std::size_t i = 0; i < decimals.size(); ++i)
        scale *= 10;
    // At most 10^9 times the largest unit: this cannot overflow.
    const std::int64_t part = decimals.empty() ? 0 : *numberOf(decimals) * unit->worth / scale;
    if (__builtin_add_overflow(value, part, &value)) return {.why = "it is too large"};
    return {.value = value, .why = {}};
}

// The largest unit that divides `value`, so that nothing is lost.
std::string exactly(std::int64_t value, std::span<const Unit> units) {
    if (value == 0) return "0";
    for (const Unit& unit : units)
        if (value % unit.worth == 0) return fmt::format("{}{}", value / unit.worth, unit.name);
    return {};
}

} // namespace

Result<Duration> parseDuration(std::string_view text) {
    if (text.empty()) return notADuration(text, "it is empty");
    std::int64_t sum = 0;
    const Unit* previous = nullptr;
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view digits = take(rest, true);
        const std::string_view name = take(rest, false);
        const Unit* unit = unitNamed(durationUnits, name);
        if (digits.empty()) return notADuration(text, fmt::format("a number must stand before {}", quoted(name)));
        if (name.empty()) return notADuration(text, fmt::format("{} has no unit", quoted(digits)));
        if (!unit) return notADuration(text, fmt::format("{} is not a unit", quoted(name)));
        if (previous && unit->worth >= previous->worth)
            return notADuration(text, fmt::format("{} comes after {}", unit->name, previous->name));
        auto count = numberOf(digits);
        std::int64_t part = 0;
        if (!count || __builtin_mul_overflow(*count, unit->worth, &part) || __builtin_add_overflow(sum, part, &sum))
            return notADuration(text, "it is too long");
        previous = unit;
    }
    return Duration{sum};
}

std::string formatDuration(Duration duration) {
    if (duration == Duration::zero()) return "0s";
    std::string text = duration < Duration::zero() ? "-" : "";
    std::int64_t rest = duration.count();
    for (const Unit& unit : durationUnits) {
        // Only the quotient is turned positive: the most negative duration has no positive counterpart.
        if (const std::int64_t count = rest / unit.worth) text += fmt::format("{}{}", std::abs(count), unit.name);
        rest %= unit.worth;
    }
    return text;
}

std::string roughDuration(Duration duration) {
    // The two largest neighbouring units; milliseconds do not matter once there are seconds.
    for (std::size_t i = 0; i + 1 < durationUnits.size(); ++i) {
        if (duration.count() / durationUnits[i].worth == 0) continue;
        const std::size_t last = std::min(i + 1, durationUnits.size() - 2);
        return formatDuration(duration - duration % Duration{durationUnits[last].worth});
    }
    return formatDuration(duration);
}

Result<Bytes> parseSize(std::string_view text) {
    if (text == "0") return Bytes{0};
    Amount amount = amountOf(text, sizeUnits);
    if (amount.why.empty()) return amount.value;
    return fail(Errc::ILLEGAL_ARGUMENT,
                "{} is not a size: {}; write a number with one of the units B KB MB GB KiB MiB GiB, such as 1.5MB",
                quoted(text), amount.why);
}

Result<Bytes> parseShortSize(std::string_view text) {
    std::string size(text);
    const auto isNumber = [](std::string_view part) { return !part.empty() && isDigit(part.back()); };
    if (isNumber(size)) {
        size += "B";
    } else if (size.size() > 1 && isNumber(text.substr(0, text.size() - 1))) {
        constexpr std::string_view letters = "kKmMgG";
        const auto at = letters.find(size.back());
        if (at != std::string_view::npos)
            size = fmt::format("{}{}iB", text.substr(0, text.size() - 1), letters[at | 1]);
    }
    auto parsed = parseSize(size);
    return parsed.ok() ? parsed : parseSize(text);
}

std::string formatSize(Bytes size) {
    if (size < 0) return "unknown";
    constexpr std::array names{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    // Tenths of the unit, rounded half up; from 1023.95 on it is 1.0 of the next one.
    std::size_t i = 0;
    unsigned __int128 worth = 1;
    auto tenths = [&] {
        return static_cast<std::uint64_t>((static_cast<unsigned __int128>(size) * 10 + worth / 2) / worth);
    };
    while (i + 1 < names.size() && tenths() >= 10240) {
        worth *= 1024;
        ++i;
    }
    if (tenths() % 10 == 0) return fmt::format("{} {}", tenths() / 10, names[i]);
    return fmt::format("{}.{} {}", tenths() / 10, tenths() % 10, names[i]);
}

std::string exactSize(Bytes size) { return exactly(size, sizeUnits); }

Result<Kbps> parseRate(std::string_view text) {
    if (text == "0") return Kbps{0};
    Amount amount = amountOf(text, rateUnits);
    // A rate of 0 means unknown: a known rate must not become 0.
    if (amount.why.empty() && amount.value == 0) amount.why = "it is less than 1kbps";
    if (amount.why.empty()) return amount.value;
    return fail(Errc::ILLEGAL_ARGUMENT,
                "{} is not a rate: {}; write a number with one of the units kbps Mbps Gbps, such as 800kbps, or 0 "
                "where it is unknown",
                quoted(text), amount.why);
}

std::string formatRate(Kbps rate) { return exactly(rate, rateUnits); }

std::string formatWall(WallTime wall) {
    auto day = std::chrono::floor<std::chrono::days>(wall);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{wall - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

} // namespace stint
