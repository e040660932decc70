#include "sim/foretelling/days.hpp"

#include <algorithm>
#include <string_view>

#include "sim/foretelling/recorded.hpp"
#include "sim/judge/play.hpp"

namespace stint::foretelling {
namespace {

constexpr Duration dayLength = std::chrono::hours(24);
constexpr int weekDays = 7;
constexpr Duration week = weekDays * dayLength;

bool isExpected(const sim::Action& action) {
    return std::holds_alternative<sim::action::ExpectJob>(action) ||
           std::holds_alternative<sim::action::ExpectWork>(action) ||
           std::holds_alternative<sim::action::ExpectApp>(action) ||
           std::holds_alternative<sim::action::ExpectDevice>(action);
}

sim::Entry entryAt(Duration at, sim::Action action) { return {.location = {}, .at = at, .action = std::move(action)}; }

using Stretches = std::vector<sim::Span>;

/// The stretches of a week, in their order, none of which touches another: what goes beyond its end is at its begin.
Stretches stretchesOf(const Daily& daily, std::uint64_t which, std::uint64_t who, const Chance& chance) {
    Stretches all;
    for (int day = 0; day < weekDays; ++day) {
        const std::uint64_t nth = (which * weekDays + static_cast<std::uint64_t>(day)) * 3;
        if (!chance.happens(daily.days, Draw::Day, who, nth)) continue;
        const Duration from =
            day * dayLength + daily.at + chance.between(-daily.give, daily.give, Draw::Day, who, nth + 1);
        const Duration to =
            day * dayLength + daily.at + daily.lasts + chance.between(-daily.give, daily.give, Draw::Day, who, nth + 2);
        if (from < Duration(0)) all.push_back({from + week, week});
        all.push_back({std::max(from, Duration(0)), std::min(to, week)});
        if (to > week) all.push_back({Duration(0), to - week});
    }
    std::ranges::sort(all, {}, &sim::Span::from);
    Stretches apart;
    for (const sim::Span& each : all)
        if (!apart.empty() && each.from <= apart.back().to)
            apart.back().to = std::max(apart.back().to, each.to);
        else
            apart.push_back(each);
    return apart;
}

/// The device's words within the stretches, and outside of them; its words at 0s go to `begin`.
void alternate(const Stretches& stretches, const DeviceWords& within, const DeviceWords& outside, DeviceWords& begin,
               std::vector<sim::Entry>& timeline) {
    const bool isWithin = !stretches.empty() && stretches.front().from == Duration(0);
    for (const auto& [key, word] : isWithin ? within : outside)
        begin[key] = word;
    for (const sim::Span& each : stretches) {
        if (each.from > Duration(0)) timeline.push_back(entryAt(each.from, sim::action::ChangeDevice{within}));
        if (each.to < week) timeline.push_back(entryAt(each.to, sim::action::ChangeDevice{outside}));
    }
}

sim::Scenario scenarioOf(const Habit& habit, const FleetFile& fleet, std::uint64_t who, const Chance& chance) {
    sim::Scenario days;
    days.start = std::chrono::floor<std::chrono::days>(fleet.start);
    days.until = week;
    const auto part = [&](const std::optional<Daily>& daily, std::uint64_t which, bool isUsual,
                          const DeviceWords& within, const DeviceWords& outside) {
        Stretches stretches;
        if (daily)
            stretches = stretchesOf(*daily, which, who, chance);
        else if (isUsual)
            stretches.push_back({Duration(0), week});
        alternate(stretches, within, outside, days.device, days.timeline);
    };
    using enum fleet::Quarter::Line;
    part(habit.charger, 0, false, chargerWords(true), chargerWords(false));
    part(habit.wifi, 1, true, lineWords(Unmetered), lineWords(habit.hasCellular ? Metered : None));
    part(habit.screen, 2, true, screenWords(true), screenWords(false));
    if (habit.off > Duration(0) && chance.happens(habit.offWeeks, Draw::Off, who)) {
        const Duration at = chance.between(Duration(1), week - habit.off, Draw::Off, who, 1);
        days.timeline.push_back(entryAt(at, sim::action::Reboot{.offFor = habit.off, .clock = {}}));
    }
    std::ranges::stable_sort(days.timeline, {}, &sim::Entry::at);
    return days;
}

} // namespace

Days daysOf(const FleetFile& fleet, std::size_t kind, std::uint64_t life, const Chance& chance) {
    Days days;
    if (const auto* habit = std::get_if<Habit>(&fleet.kinds[kind].days))
        days.scenario = scenarioOf(*habit, fleet, life * fleet.kinds.size() + kind, chance);
    else if (const auto* recorded = std::get_if<Recorded>(&fleet.kinds[kind].days))
        days.scenario = recordedDays(recorded->lives[life], fleet.start);
    else
        days.scenario = std::get<sim::Scenario>(fleet.kinds[kind].days);
    auto& timeline = days.scenario.timeline;
    std::erase_if(timeline, [](const sim::Entry& entry) { return isExpected(entry.action); });
    const auto whole = std::chrono::ceil<std::chrono::days>(sim::endOf(days.scenario));
    days.cycle = std::max<Duration>(whole, dayLength);
    DeviceWords begin = days.scenario.device;
    for (const auto& [key, word] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {"network", someNetwork}, {"charging", "false"}, {"screen", "on"}})
        begin.try_emplace(std::string(key), word);
    timeline.insert(timeline.begin(), entryAt(Duration(0), sim::action::ChangeDevice{begin}));
    const Duration since = (fleet.start - days.scenario.start) % days.cycle;
    days.offset = since < Duration(0) ? since + days.cycle : since;
    return days;
}

} // namespace stint::foretelling
