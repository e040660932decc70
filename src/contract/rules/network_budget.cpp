#include "contract/rules/network_budget.hpp"

#include <algorithm>
#include <limits>

#include <fmt/core.h>

namespace stint {
namespace {

namespace chrono = std::chrono;

const TimeZone& zoneOf(const World& world) {
    static const TimeZone utc;
    return world.zone ? *world.zone : utc;
}

chrono::local_days localDay(const World& world) {
    return chrono::floor<chrono::days>(zoneOf(world).localOf(world.now.wall));
}

std::int32_t dayNumber(chrono::local_days day) { return static_cast<std::int32_t>(day.time_since_epoch().count()); }

struct BudgetTime {
    chrono::local_days first;
    chrono::local_days next; ///< when the period after it begins
};

BudgetTime timeAround(chrono::local_days day, BudgetPeriod period) {
    switch (period) {
    case BudgetPeriod::Day:
        break;
    case BudgetPeriod::Week: {
        const auto monday = day - (chrono::weekday{day} - chrono::Monday);
        return {monday, monday + chrono::weeks{1}};
    }
    case BudgetPeriod::Month: {
        const chrono::year_month_day date{day};
        const auto month = date.year() / date.month();
        return {chrono::local_days{month / 1}, chrono::local_days{(month + chrono::months{1}) / 1}};
    }
    }
    return {day, day + chrono::days{1}};
}

Bytes usedSince(const std::vector<AppDay>& days, NetworkCost cost, chrono::local_days first) {
    Bytes used = 0;
    for (const AppDay& day : days)
        if (day.day >= dayNumber(first)) addBytes(used, cost == NetworkCost::Metered ? day.metered : day.roaming);
    return used;
}

/// A budget that holds for this app and network, and how much of it is used.
struct BudgetStanding {
    const NetworkBudget* budget;
    Bytes used;
    BudgetTime period;

    Bytes left() const { return *budget->bytes - used; }
};

// An app's own budget takes the place of everybody's of the same cost and period.
std::vector<BudgetStanding> budgetsFor(const App& app, const Network& network, const World& world) {
    std::vector<BudgetStanding> found;
    const auto& budgets = world.constants.networkBudgets;
    if (budgets.empty()) return found;
    const std::string& name = app.manifest.package.name;
    const auto isOwn = [&](const NetworkBudget& one) { return one.app == name; };
    for (const NetworkBudget& budget : budgets) {
        if (!costs(network, budget.cost)) continue;
        const bool replaced = std::ranges::any_of(budgets, [&](const NetworkBudget& other) {
            return isOwn(other) && other.cost == budget.cost && other.period == budget.period;
        });
        const bool holds = isOwn(budget) || (budget.app == NetworkBudget::everyApp && !replaced);
        if (!holds || !budget.bytes) continue;
        const BudgetTime period = timeAround(localDay(world), budget.period);
        found.push_back({&budget, usedSince(app.memory.days, budget.cost, period.first), period});
    }
    return found;
}

// The used-up budget whose period ends last.
std::optional<BudgetStanding> spentBudget(const Context& c) {
    std::optional<BudgetStanding> longest;
    const auto& network = c.world.device.network;
    if (!c.app || !network) return longest;
    for (const BudgetStanding& one : budgetsFor(*c.app, *network, c.world))
        if (one.left() <= 0 && (!longest || one.period.next > longest->period.next)) longest = one;
    return longest;
}

bool spentByItself(const Context& c) {
    const auto& network = c.world.device.network;
    return c.gateKey.meteredSpent && network && costs(*network, NetworkCost::Metered);
}

} // namespace

bool costs(const Network& network, NetworkCost cost) {
    return !network.has(cost == NetworkCost::Metered ? NET_CAPABILITY_NOT_METERED : NET_CAPABILITY_NOT_ROAMING);
}

std::int32_t dayOf(const World& world) { return dayNumber(localDay(world)); }

AppDay& today(std::vector<AppDay>& days, std::int32_t day) {
    const auto place = std::ranges::lower_bound(days, day, {}, &AppDay::day);
    if (place != days.end() && place->day == day) return *place;
    const bool full = days.size() >= mostAppDays;
    if (full && place == days.begin()) return *place; // a clock that is far behind pushes nothing out
    days.insert(place, {.day = day});
    if (full) days.erase(days.begin());
    return *std::ranges::find(days, day, &AppDay::day);
}

void addDay(AppDay& into, const AppDay& other) {
    addBytes(into.received, other.received);
    addBytes(into.sent, other.sent);
    addBytes(into.metered, other.metered);
    addBytes(into.roaming, other.roaming);
    addBytes(into.again, other.again);
    into.runs += other.runs;
    into.ran += other.ran;
    for (const DayTally& tally : other.cutShort)
        addTally(into.cutShort, tally.of, tally.count);
    for (const DayTally& tally : other.wakeUps)
        addTally(into.wakeUps, tally.of, tally.count);
}

void endTomorrow(std::vector<AppDay>& days, std::int32_t day) {
    if (days.empty() || days.front().day > day) return;
    while (days.back().day > day) {
        const AppDay ahead = std::move(days.back());
        days.pop_back();
        addDay(today(days, day), ahead);
    }
}

void addBytes(Bytes& total, Bytes part) { total += std::clamp<Bytes>(part, 0, mostCountedBytes - total); }

void addTally(std::vector<DayTally>& tallies, std::string_view of, std::int32_t count) {
    const auto found = std::ranges::find(tallies, of, &DayTally::of);
    if (found == tallies.end()) {
        tallies.push_back({std::string(of), count});
    } else {
        found->count += std::min(count, std::numeric_limits<std::int32_t>::max() - found->count);
    }
}

std::optional<Bytes> budgetLeft(const App& app, const Network& network, const World& world) {
    std::optional<Bytes> least;
    for (const BudgetStanding& one : budgetsFor(app, network, world))
        least = std::min(least.value_or(one.left()), one.left());
    return least;
}

std::optional<Bytes> meteredLeft(const Job& job) {
    const StartTerms& terms = *job.details->terms;
    if (terms.meteredBytes < 0) return std::nullopt;
    return terms.meteredBytes - terms.meteredUsed;
}

Verdict budgetGate(const Context& c) {
    if (!c.gateKey.network) return Verdict::yes();
    if (spentByItself(c)) return Verdict::untilEvent(PENDING_JOB_REASON_QUOTA);
    const auto longest = spentBudget(c);
    if (!longest) return Verdict::yes();
    // A clock that is put back over midnight may show the old day once more.
    constexpr Duration soonest = std::chrono::minutes{1};
    const WallTime end = zoneOf(c.world).wallOf(LocalTime(longest->period.next));
    return Verdict::until(c.world.now.elapsed + std::max(end - c.world.now.wall, soonest), PENDING_JOB_REASON_QUOTA);
}

std::string describeBudget(const Context& c) {
    if (spentByItself(c))
        return fmt::format("{} of the job's {} on metered networks used", formatSize(c.gateKey.meteredSpent->used),
                           formatSize(c.gateKey.meteredSpent->most));
    const auto longest = spentBudget(c);
    if (!longest) return "its budget is not used up";
    const auto& [budget, used, period] = *longest;
    const WallTime end = zoneOf(c.world).wallOf(LocalTime(period.next));
    const Duration left = std::max(end - c.world.now.wall, Duration{0});
    constexpr Duration day = std::chrono::hours{24};
    const auto days = left / day;
    const std::string length = days >= 1 ? fmt::format("{} {}", days, days == 1 ? "day" : "days") : roughDuration(left);
    const std::string when =
        budget->period == BudgetPeriod::Day ? "today" : fmt::format("this {}", nameOf(budget->period));
    return fmt::format("{} of {} used on {} networks {}; {}", formatSize(used), formatSize(*budget->bytes),
                       nameOf(budget->cost), when, length);
}

Duration lastsAtLeast(Bytes left, const Network& network, const Constants& constants) {
    const Kbps reported = std::max<Kbps>(network.downstream, 0) + std::max<Kbps>(network.upstream, 0);
    const Kbps rate = reported > 0 ? reported : constants.budgetRate;
    constexpr Bytes bitsPerByte = 8;
    const Bytes bits = std::min(left, mostCountedBytes) * bitsPerByte;
    return std::max(Duration{(bits + rate - 1) / rate}, constants.budgetLook); // kbit/s are bits in a millisecond
}

} // namespace stint
