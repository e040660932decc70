#include "faces/views/app_facts.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "contract/rules/network_budget.hpp"
#include "faces/views/limit_text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {

std::string usedText(const AppDay& day) {
    std::string text = fmt::format("{} received, {} sent", formatSize(day.received), formatSize(day.sent));
    if (day.runs > 0) text = fmt::format("{} in {}, {}", counted(day.runs, "run"), briefly(day.ran), text);
    if (day.metered > 0) text += fmt::format("; {} of it metered", formatSize(day.metered));
    if (day.roaming > 0) text += fmt::format("{} {} roaming", day.metered > 0 ? "," : ";", formatSize(day.roaming));
    return text;
}

std::string tallyText(const std::vector<DayTally>& tallies) {
    std::vector<std::string> texts;
    for (const DayTally& tally : tallies)
        texts.push_back(fmt::format("{} {}", tally.of, tally.count));
    return fmt::format("{}", fmt::join(texts, ", "));
}

std::string wasteText(const AppDay& day) {
    std::vector<std::string> texts;
    if (day.again > 0) texts.push_back(fmt::format("{} moved again", formatSize(day.again)));
    if (!day.cutShort.empty()) texts.push_back("cut short: " + tallyText(day.cutShort));
    if (!day.wakeUps.empty()) texts.push_back("wake-ups: " + tallyText(day.wakeUps));
    return fmt::format("{}", fmt::join(texts, "; "));
}

AppDay together(const std::vector<AppDay>& days) {
    AppDay all;
    for (const AppDay& day : days)
        addDay(all, day);
    return all;
}

namespace {

std::vector<std::string> serviceNames(const Manifest& manifest) {
    std::vector<std::string> names;
    for (const auto& [name, service] : manifest.services)
        names.push_back(name);
    return names;
}

std::string permissionsText(const AppView& app) {
    std::vector<std::string> texts;
    for (const auto& permission : app.manifest.permissions)
        texts.push_back(permission + (app.revoked.contains(permission) ? " (revoked)" : ""));
    return fmt::format("{}", fmt::join(texts, ", "));
}

void addUse(std::vector<AppFact>& facts, const std::vector<AppDay>& days) {
    const AppDay all = together(days);
    const std::string last = dateText(days.back().day), first = dateText(days.front().day);
    facts.push_back({"used", fmt::format("on {}: {}", last, usedText(days.back()))});
    if (first != last) facts.push_back({"", fmt::format("since {}: {}", first, usedText(all))});
    if (std::string waste = wasteText(all); !waste.empty()) facts.push_back({"waste", std::move(waste)});
}

std::string wholeStateText(const AppView& app) {
    if (!app.maybeVisible) return stateText(app);
    return stateText(app) + "; the window in front bears its name, which keeps it from being killed and grants nothing";
}

/// The facts of an app without a manifest.
std::vector<AppFact> unlimitedFacts(const AppView& app) {
    return {{"package", app.manifest.package.name},
            {"messages", messagesText(app.messages)},
            {"manifest", "none: the session bus starts it, and Stint limits nothing of it"}};
}

} // namespace

std::vector<AppFact> factsOf(const AppView& app, WallTime now) {
    if (!isLimited(app)) return unlimitedFacts(app);
    const Manifest& manifest = app.manifest;
    std::vector<AppFact> facts{
        {"package", manifest.package.name},
        {"label", manifest.label},
        {"version", manifest.version},
        {"state", wholeStateText(app)},
        {"importance", std::to_string(app.importance)},
        {"bucket",
         app.bucketSince ? fmt::format("{}, since {}", bucketText(app), clockText(*app.bucketSince)) : bucketText(app)},
        {"battery", std::string(nameOf(app.batteryUse))},
        {"network", networkText(app)},
        {"data saver", app.dataSaverExempt ? "does not hold for it" : "holds for it"},
        {"quota", quotaText(app.quota, now)},
        {"expedited", quotaText(app.expedited, now)},
        {"alarms", allotmentText(app.alarms, now)},
        {"messages", messagesText(app.messages)},
    };
    if (!app.days.empty()) addUse(facts, app.days);
    facts.push_back({"jobs", fmt::format("{}, {} of them running", app.jobs, app.running)});
    facts.push_back({"services", fmt::format("{}", fmt::join(serviceNames(manifest), ", "))});
    facts.push_back({"permissions", permissionsText(app)});
    facts.push_back({"manifest", manifest.file});
    if (!app.safeguards.heldBack.empty()) facts.push_back({"held back", app.safeguards.heldBack});
    if (std::string note = noteOf(app); !note.empty()) facts.push_back({"note", std::move(note)});
    for (AppFact& fact : facts)
        if (fact.value.empty()) fact.value = "-";
    return facts;
}

} // namespace stint::cli
