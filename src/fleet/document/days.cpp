#include "fleet/document/days.hpp"

#include <algorithm>
#include <chrono>
#include <map>

#include "contract/rules/device_state.hpp"

namespace stint::fleet {
namespace {

constexpr char firstLetter = 'a';
constexpr int lineKinds = 3, quarterLetters = 12;

/// The device's lanes by what they were last.
using Lanes = std::map<std::string_view, std::string_view>;

char letterNow(const Lanes& lanes) {
    const auto value = [&](std::string_view lane) {
        const auto found = lanes.find(lane);
        return found == lanes.end() ? unknownValue : found->second;
    };
    if (value(presenceLane) == isDown || value("sleeping") == "yes") return offQuarter;
    for (const std::string_view lane : {presenceLane, std::string_view("charging"), std::string_view("screen"),
                                        std::string_view("network"), std::string_view("metered")})
        if (value(lane) == unknownValue) return unknownQuarter;
    using enum Quarter::Line;
    return letterOf({.isCharging = value("charging") == "yes",
                     .isScreenOn = value("screen") == "on",
                     .line = value("network") == "none"  ? None
                             : value("metered") == "yes" ? Metered
                                                         : Unmetered});
}

} // namespace

char letterOf(const Quarter& quarter) {
    const int number = (quarter.isCharging ? 2 * lineKinds : 0) + (quarter.isScreenOn ? lineKinds : 0) +
                       static_cast<int>(quarter.line);
    return static_cast<char>(firstLetter + number);
}

std::optional<Quarter> quarterIn(char letter) {
    const int number = letter - firstLetter;
    if (number < 0 || number >= quarterLetters) return std::nullopt;
    return Quarter{.isCharging = number >= 2 * lineKinds,
                   .isScreenOn = number / lineKinds % 2 == 1,
                   .line = static_cast<Quarter::Line>(number % lineKinds)};
}

std::size_t placeOf(WallTime time) {
    constexpr auto all = static_cast<std::int64_t>(quartersTold);
    const std::int64_t quarter = std::chrono::floor<Quarters>(time.time_since_epoch()).count();
    return static_cast<std::size_t>((quarter % all + all) % all);
}

std::string_view daysRule(std::string_view text) {
    const auto isOne = [](char letter) {
        return letter == offQuarter || letter == unknownQuarter || quarterIn(letter).has_value();
    };
    return text.size() == quartersTold && std::ranges::all_of(text, isOne)
               ? ""
               : "a letter from a to l, - or . for each quarter of an hour of 14 days";
}

std::string daysOf(std::span<const DeviceChange> history, WallTime now) {
    std::string days(quartersTold, unknownQuarter);
    Lanes lanes;
    auto next = history.begin();
    const auto last = std::chrono::floor<Quarters>(now);
    for (auto quarter = last - Quarters(quartersTold - 1); quarter <= last; quarter += Quarters(1)) {
        const WallTime end = std::min<WallTime>(quarter + Quarters(1) - Duration(1), now);
        for (; next != history.end() && next->when <= end; ++next)
            lanes[next->key] = next->value;
        days[placeOf(quarter)] = letterNow(lanes);
    }
    return days;
}

} // namespace stint::fleet
