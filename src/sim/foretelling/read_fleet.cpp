#include <algorithm>
#include <array>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"
#include "base/time/time.hpp"
#include "fleet/document/days.hpp"
#include "fleet/document/fields.hpp"
#include "sim/foretelling/fleet_file.hpp"
#include "sim/judge/play.hpp"
#include "sim/scenario/parts.hpp"

namespace stint::foretelling {
namespace {

using sim::Node;
using sim::Yaml;

constexpr std::int64_t mostDevices = 10'000'000;
constexpr Duration longestPlay = std::chrono::hours(24) * 190; // a campaign's own, and the last slot's
constexpr Duration oneDay = std::chrono::hours(24);

Result<fleet::Share> shareFrom(std::string_view text) {
    fleet::Share share = 0;
    if (text == "0%") return share;
    auto taken = fleet::takeShare(fleet::give(std::string(text)), {0, fleet::wholeShare}, share);
    if (!taken.ok()) return fail(Errc::ILLEGAL_ARGUMENT, "it {}", taken.error().message);
    return share;
}

fleet::Share readShare(Yaml& yaml, const Node& node, std::string_view what) {
    return yaml.parsed<fleet::Share>(node, what, shareFrom);
}

void readTwo(Yaml& yaml, const Node& node, std::string_view what, Duration& least, Duration& most) {
    if (!node.IsSequence()) {
        least = most = sim::readDuration(yaml, node, what);
        return;
    }
    const sim::Span span = sim::readSpan(yaml, node, {});
    least = span.from;
    most = span.to;
}

Daily readDaily(Yaml& yaml, const Node& node, std::string_view what) {
    Daily daily;
    yaml.map(node, what,
             {{"at", [&](const Node& value) { daily.at = sim::readDuration(yaml, value, "at"); }},
              {"lasts", [&](const Node& value) { daily.lasts = sim::readDuration(yaml, value, "lasts"); }},
              {"give", [&](const Node& value) { daily.give = sim::readDuration(yaml, value, "give"); }},
              {"days", [&](const Node& value) { daily.days = readShare(yaml, value, "days"); }}});
    if (!node.IsMap()) return daily;
    if (daily.at >= oneDay) yaml.complain(sim::locationOf(node), "{} begins within a day, before 24h", what);
    if (daily.lasts <= Duration(0) || daily.lasts + 2 * daily.give >= oneDay)
        yaml.complain(sim::locationOf(node), "{} lasts for some time, and with its give less than a day", what);
    if (2 * daily.give > daily.lasts)
        yaml.complain(sim::locationOf(node), "{} may give half of what it lasts at most", what);
    return daily;
}

/// The keys of a habit; `given`: one stood there.
std::vector<sim::Key> habitKeys(Yaml& yaml, Habit& habit, bool& given) {
    const auto daily = [&](std::string_view name, std::optional<Daily> Habit::*part) {
        return sim::Key{name, [&yaml, &habit, &given, name, part](const Node& value) {
                            given = true;
                            habit.*part = readDaily(yaml, value, name);
                        }};
    };
    return {daily("charger", &Habit::charger),
            daily("wifi", &Habit::wifi),
            daily("screen", &Habit::screen),
            {"else",
             [&](const Node& value) {
                 given = true;
                 habit.hasCellular = yaml.word<bool>(value, "else", {{"cellular", true}, {"none", false}});
             }},
            {"off", [&](const Node& value) {
                 given = true;
                 yaml.map(value, "off",
                          {{"weeks", [&](const Node& share) { habit.offWeeks = readShare(yaml, share, "weeks"); }},
                           {"lasts", [&](const Node& time) { habit.off = sim::readDuration(yaml, time, "lasts"); }}});
                 if (value.IsMap() && (habit.off <= Duration(0) || habit.off > 6 * oneDay))
                     yaml.complain(sim::locationOf(value), "off lasts for some time, six days at most");
             }}};
}

/// A file that the fleet's names, made by `make` of its text.
template <class Make>
void readOther(Yaml& yaml, const Node& node, std::string_view what, const Reading& reading, Make make) {
    const std::string name = yaml.text(node, what);
    if (!node.IsScalar()) return;
    const auto text = reading(name);
    if (!text.ok()) return yaml.complain(sim::locationOf(node), "{}", text.error().message);
    const auto made = make(*text, name);
    if (!made.ok()) yaml.complain(sim::locationOf(node), "{}", made.error().message);
}

/// A line for each life.
Result<Recorded> recordedIn(const std::string& text, const std::string& file) {
    Recorded recorded;
    for (const std::string_view line : splitAt(text, "\n")) {
        if (line.empty()) continue;
        if (const auto right = fleet::daysRule(line); !right.empty())
            return fail(Errc::ILLEGAL_ARGUMENT, "{}: its line {} should be {}", file, recorded.lives.size() + 1, right);
        recorded.lives.emplace_back(line);
    }
    if (recorded.lives.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "{} has no days in it", file);
    return recorded;
}

Kind readKind(Yaml& yaml, const Node& node, const Reading& reading) {
    Kind kind;
    Habit habit;
    bool hasHabit = false;
    std::optional<sim::Scenario> scenario;
    std::optional<Recorded> recorded;
    auto keys = habitKeys(yaml, habit, hasHabit);
    keys.push_back({"name", [&](const Node& value) { kind.name = yaml.text(value, "name"); }});
    keys.push_back({"weight", [&](const Node& value) {
                        kind.weight = static_cast<std::uint32_t>(yaml.number(value, "weight", 1, 1'000'000));
                    }});
    keys.push_back({"scenario", [&](const Node& value) {
                        readOther(yaml, value, "scenario", reading, [&](const std::string& text, const auto& name) {
                            auto read = sim::readScenario(text, name);
                            if (read.ok()) scenario = *read;
                            return read;
                        });
                        if (!scenario) return;
                        if (scenario->from)
                            yaml.complain(sim::locationOf(value), "a recording is of one device; name a scenario");
                        if (sim::endOf(*scenario) > longestCycle)
                            yaml.complain(sim::locationOf(value), "its days are {} at most",
                                          formatDuration(longestCycle));
                    }});
    keys.push_back({"recorded", [&](const Node& value) {
                        readOther(yaml, value, "recorded", reading, [&](const std::string& text, const auto& name) {
                            auto read = recordedIn(text, name);
                            if (read.ok()) recorded = *read;
                            return read;
                        });
                    }});
    yaml.mapOf(node, "a kind of devices", keys);
    if ((scenario ? 1 : 0) + (recorded ? 1 : 0) + (hasHabit ? 1 : 0) > 1)
        yaml.complain(sim::locationOf(node), "a kind has a scenario's days, recorded ones or a habit's; leave one out");
    if (scenario)
        kind.days = *std::move(scenario);
    else if (recorded)
        kind.days = *std::move(recorded);
    else
        kind.days = habit;
    return kind;
}

std::vector<sim::Key> lineAndWorkKeys(Yaml& yaml, FleetFile& fleet) {
    return {
        {"line",
         [&](const Node& node) {
             yaml.map(node, "line",
                      {{"delay",
                        [&](const Node& value) { readTwo(yaml, value, "delay", fleet.delayLeast, fleet.delayMost); }},
                       {"lost", [&](const Node& value) { fleet.lost = readShare(yaml, value, "lost"); }}});
             if (fleet.lost >= fleet::wholeShare)
                 yaml.complain(sim::locationOf(node), "lost is less than 100%: nothing would ever be answered");
         }},
        {"server",
         [&](const Node& node) {
             yaml.map(node, "server",
                      {{"down",
                        [&](const Node& value) {
                            yaml.list(value, "down", [&](const Node& span) {
                                fleet.down.push_back(sim::readSpan(yaml, span, fleet.start));
                            });
                        }},
                       {"deaths", [&](const Node& value) {
                            fleet.deaths = static_cast<std::uint32_t>(yaml.number(value, "deaths", 0, 1'000));
                        }}});
         }},
        {"work", [&](const Node& node) {
             yaml.map(node, "work",
                      {{"takes",
                        [&](const Node& value) { readTwo(yaml, value, "takes", fleet.takesLeast, fleet.takesMost); }},
                       {"rate", [&](const Node& value) { fleet.rate = yaml.parsed<Kbps>(value, "rate", parseRate); }},
                       {"fails", [&](const Node& value) { fleet.fails = readShare(yaml, value, "fails"); }},
                       {"dies", [&](const Node& value) { fleet.dies = readShare(yaml, value, "dies"); }}});
             if (fleet.rate <= 0) yaml.complain(sim::locationOf(node), "rate is more than nothing, such as 20Mbps");
         }}};
}

void readDocument(Yaml& yaml, const Node& document, FleetFile& fleet, const Reading& reading) {
    if (document.IsMap() && document["start"]) fleet.start = sim::readTimeOfDay(yaml, document["start"], "start");
    bool hasDevices = false, hasCampaign = false;
    const auto count = [&](std::string_view name, std::uint32_t FleetFile::*number, bool* there) {
        return sim::Key{name, [&yaml, &fleet, name, number, there](const Node& value) {
                            fleet.*number = static_cast<std::uint32_t>(yaml.number(value, name, 1, mostDevices));
                            if (there) *there = true;
                        }};
    };
    auto keys = lineAndWorkKeys(yaml, fleet);
    const std::vector<sim::Key> more{
        {"start", [](const Node&) {}},
        {"seed",
         [&](const Node& value) {
             fleet.seed =
                 static_cast<std::uint64_t>(yaml.number(value, "seed", 0, std::numeric_limits<std::int64_t>::max()));
         }},
        {"campaign",
         [&](const Node& value) {
             hasCampaign = true;
             readOther(yaml, value, "campaign", reading, [&](const std::string& text, const std::string& name) {
                 auto read = fleet::campaignFromFile(text, name, fleet.start);
                 if (read.ok()) fleet.campaign = *read;
                 return read;
             });
         }},
        {"until", [&](const Node& value) { fleet.until = sim::readMoment(yaml, value, fleet.start); }},
        {"clocks",
         [&](const Node& value) {
             fleet.clocks = sim::readDuration(yaml, value, "clocks");
             if (fleet.clocks > oneDay) yaml.complain(sim::locationOf(value), "clocks are a day apart at most");
         }},
        {"mix",
         [&](const Node& value) {
             yaml.list(value, "mix", [&](const Node& kind) { fleet.kinds.push_back(readKind(yaml, kind, reading)); });
         }},
        {"gone", [&](const Node& value) { fleet.gone = readShare(yaml, value, "gone"); }},
        {"refuses", [&](const Node& value) { fleet.refuses = readShare(yaml, value, "refuses"); }}};
    keys.insert(keys.end(), more.begin(), more.end());
    keys.push_back(count("devices", &FleetFile::devices, &hasDevices));
    keys.push_back(count("lives", &FleetFile::lives, nullptr));
    yaml.mapOf(document, "a fleet", keys);
    if (!document.IsMap()) return;
    if (!hasDevices) yaml.complain({}, "a fleet lacks its devices: how many there are");
    if (!hasCampaign) yaml.complain({}, "a fleet lacks its campaign: the file of one, such as night.toml");
    if (fleet.kinds.empty()) yaml.complain({}, "a fleet lacks its mix: how its devices' days go");
    const Duration whole = fleet.campaign.expires + fleet.campaign.plan.endWithin;
    if (fleet.until == Duration(0)) fleet.until = whole;
    if (fleet.until > longestPlay) yaml.complain({}, "a fleet plays for {} at most", formatDuration(longestPlay));
}

} // namespace

Result<FleetFile> readFleet(const std::string& text, const std::string& file, const Reading& reading) {
    Yaml yaml(file);
    FleetFile fleet;
    yaml.read(text, [&](const Node& document) { readDocument(yaml, document, fleet, reading); });
    if (!yaml.clean()) return yaml.error();
    std::ranges::sort(fleet.down, {}, &sim::Span::from);
    return fleet;
}

} // namespace stint::foretelling
