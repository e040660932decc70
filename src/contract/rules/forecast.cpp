#include "contract/rules/forecast.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/limit_gates.hpp"
#include "contract/rules/standby.hpp"

namespace stint {
namespace {

// More steps than time alone can take; a gate that has not opened by then does not open.
constexpr int mostSteps = 1000;

// True if Doze ever holds this job (limits.md §6.6).
bool dozeHolds(const Context& c) {
    if (!c.app || powerAllowlisted(*c.app)) return false;
    return !(c.gateKey.kind == JobClass::UserInitiated ||
             (treatedAs(c) == JobClass::Expedited && !c.gateKey.exemptionLost));
}

// True if, undisturbed, time alone will have shut what is open now: an app counts as used for a while after its use
// (limits.md §1.2), and then the user's restriction or battery saver holds it back.
bool shutsMeanwhile(const Context& c, Instant then) {
    const Now later{then, c.world.now.wall + (then - c.world.now.elapsed)};
    const World world{c.world.constants, c.world.device, c.world.state, later, c.world.zone};
    const Context context{world, c.gateKey, c.app};
    return !restrictionGate(context).open || !saverGate(context).open;
}

// The first instant, not before `from`, at which the job is in quota. What is open now may shut before then: an app
// that left the front may be allowed less a minute later (limits.md §3.5), and its bucket sinks.
std::optional<Instant> quotaOpens(const Context& c, const Foresight& foresight, Instant from) {
    STINT_CHECK(c.app);
    const bool screenOn = c.world.device.screenOn;
    const Instant start = c.world.now.elapsed;
    const auto usageAt = [&](Instant when) {
        const Duration passed = when - start;
        return UsageTime{foresight.usage.running + passed,
                         foresight.usage.screenOn + (screenOn ? passed : Duration{0})};
    };
    const App* app = c.app;
    std::optional<App> sunk; ///< the app once its usage has changed; most jobs are asked about before that
    Now now = c.world.now;
    DeviceState state = c.world.state;
    for (int step = 0; step < mostSteps; ++step) {
        const World world{c.world.constants, c.world.device, state, now, c.world.zone};
        const Verdict verdict = quotaGate({world, c.gateKey, app});
        if (verdict.open && now.elapsed >= from) return now.elapsed;
        const auto sinks = nextChange(app->memory.usage, usageAt(now.elapsed), screenOn, *app, c.world.constants);
        std::optional<Instant> next = verdict.askAgain;
        const auto sooner = [&](std::optional<Instant> when) {
            if (when && *when > now.elapsed && (!next || *when < *next)) next = when;
        };
        if (sinks) sooner(now.elapsed + std::max(*sinks, Duration{1}));
        sooner(state.chargingAt);
        sooner(from);
        if (!next) return std::nullopt;
        now = {*next, now.wall + (*next - now.elapsed)};
        if (state.chargingAt && *state.chargingAt <= now.elapsed) state.charging = true;
        if (state.idleAt && *state.idleAt <= now.elapsed) state.idle = true;
        Usage usage = aged(app->memory.usage, usageAt(now.elapsed), *app, c.world.constants, false);
        if (usage == app->memory.usage) continue;
        if (!sunk) app = &sunk.emplace(*app);
        sunk->memory.usage = std::move(usage);
    }
    return std::nullopt;
}

} // namespace

AfterIdle afterIdle(const Context& c) {
    const bool inFront = c.app && stateOf(*c.app) <= ProcessState::ForegroundService;
    return c.gateKey.requested != JobClass::Regular || inFront ? AfterIdle::AtOnce : AfterIdle::Settled;
}

std::optional<Instant> dozeOpens(const World& world, const DozeInputs& inputs, Instant from, AfterIdle when) {
    Doze doze = world.state.doze;
    Instant now = world.now.elapsed;
    const DozeInputs quiet{inputs.alarmClock, false};
    std::vector<DozeChange> unheard;
    for (int step = 0; step < mostSteps; ++step) {
        const auto next = nextDozeChange(doze, world.device, quiet, world.constants);
        const Instant settled = when == AfterIdle::Settled ? doze.settledAt.value_or(now) : now;
        const Instant opens = std::max({from, now, settled});
        if (!doze.idle() && (!next || opens < *next)) return opens;
        if (!next) return std::nullopt;
        now = std::max(now, *next);
        doze = nextDoze(doze, world.device, world.device, quiet, now, world.constants, unheard);
    }
    return std::nullopt;
}

std::optional<Instant> dozeGateOpens(const Context& c, const Verdict& verdict, const Foresight& foresight) {
    const auto opens = dozeOpens(c.world, foresight.doze, c.world.now.elapsed, afterIdle(c));
    if (verdict.forecast || !verdict.askAgain) return opens;
    return std::min(opens.value_or(*verdict.askAgain), *verdict.askAgain); // its own quota is back then
}

std::optional<Instant> quotaGateOpens(const Context& c, const Verdict&, const Foresight& foresight) {
    return quotaOpens(c, foresight, c.world.now.elapsed);
}

std::optional<Instant> startsFrom(const Context& c, const Foresight& foresight, Instant from) {
    if (c.gateKey.isGuard()) return from; // jobs.md §14.5: neither Doze nor what follows concerns it
    for (int step = 0; step < mostSteps; ++step) {
        const auto free = dozeHolds(c) ? dozeOpens(c.world, foresight.doze, from, afterIdle(c)) : std::optional(from);
        if (!free || shutsMeanwhile(c, *free)) return std::nullopt;
        const auto inQuota = quotaOpens(c, foresight, *free);
        if (!inQuota || *inQuota == *free) return inQuota;
        from = *inQuota; // Doze may be back by then
    }
    return std::nullopt;
}

namespace {

struct Phrase {
    std::string_view key;
    std::string_view value; ///< in a person's words
    std::string_view says;
};
// clang-format off
constexpr std::array phrases{
    Phrase{"charging", "no", "you unplug now"}, Phrase{"charging", "yes", "you plug in now"},
    Phrase{"plugged", "no", "you unplug now"},  Phrase{"plugged", "yes", "you plug in now"},
    Phrase{"network", "none", "you go offline now"},
    Phrase{"network.metered", "yes", "the network is metered"}, Phrase{"network.metered", "no", "the network is unmetered"},
    Phrase{"network.roaming", "yes", "the network roams"},
    Phrase{"screen", "off", "the screen is off"}, Phrase{"screen", "on", "the screen is on"},
    Phrase{"battery_saver", "yes", "the battery saver is on"}, Phrase{"battery_saver", "no", "the battery saver is off"},
    Phrase{"data_saver", "yes", "the data saver is on"}, Phrase{"data_saver", "no", "the data saver is off"},
    Phrase{"doze", "idle", "the device dozes"}, Phrase{"doze", "light_idle", "the device dozes lightly"},
    Phrase{"doze", "active", "the device does not doze"},
};
// clang-format on

std::string_view asSaid(std::string_view value) {
    if (value == "true") return "yes";
    if (value == "false") return "no";
    return value;
}

std::string phraseOf(std::string_view key, std::string_view value) {
    if (key == "bucket") return fmt::format("its app is in the bucket {}", value);
    for (const Phrase& phrase : phrases)
        if (phrase.key == key && phrase.value == asSaid(value)) return std::string(phrase.says);
    return fmt::format("{} is {}", key, value);
}

std::string conditionOf(const Supposed& supposed) {
    if (supposed.words.empty()) return "as things are, ";
    std::vector<std::string> all;
    for (const auto& [key, value] : supposed.words)
        all.push_back(phraseOf(key, value));
    return fmt::format("if {}, ", fmt::join(all, " and "));
}

std::string endOf(const Forecast& forecast, WallTime now, const TimeZone& zone) {
    if (!forecast.ends) return "";
    const std::string when = timePhrase(*forecast.ends, now, zone);
    return forecast.atLatest ? fmt::format(" and ends {} at the latest", when) : fmt::format(" and finishes {}", when);
}

} // namespace

std::string timePhrase(WallTime when, WallTime now, const TimeZone& zone) {
    using namespace std::chrono;
    const auto local = zone.localOf(when);
    const local_days day = floor<days>(local), today = floor<days>(zone.localOf(now));
    const auto sinceMidnight = duration_cast<minutes>(local - day);
    std::string clock = fmt::format("at {:02}:{:02}", sinceMidnight / 1h, (sinceMidnight % 1h).count());
    if (day == today) return clock;
    if (day == today + days{1}) return "tomorrow " + clock;
    constexpr std::array weekdays{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    if (day > today && day < today + days{7})
        return fmt::format("on {} {}", weekdays[weekday(day).c_encoding()], clock);
    const year_month_day date(day);
    return fmt::format("on {}-{:02}-{:02} {}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), clock);
}

std::string sentenceOf(const Supposed& supposed, const Forecast& forecast, bool tracked, WallTime now,
                       const TimeZone& zone) {
    const std::string condition = conditionOf(supposed);
    if (!tracked) return condition + "it ends at once";
    if (forecast.runs) return fmt::format("{}it runs now{}", condition, endOf(forecast, now, zone));
    if (forecast.starts && *forecast.starts <= now)
        return fmt::format("{}it starts now{}", condition, endOf(forecast, now, zone));
    if (forecast.starts) {
        // The end names the day again only if it is another.
        std::string end = endOf(forecast, now, zone);
        if (forecast.ends) end = endOf(forecast, *forecast.starts, zone);
        return fmt::format("{}it starts {}{}", condition, timePhrase(*forecast.starts, now, zone), end);
    }
    if (forecast.blockers.empty()) return condition + "nobody can say when it starts";
    const Blocker& first = forecast.blockers.front();
    const std::string clears = first.clears.empty() ? "" : fmt::format("; what clears it: {}", first.clears);
    return fmt::format("{}it waits, and nobody can say until when: {}{}", condition, first.detail, clears);
}

} // namespace stint
