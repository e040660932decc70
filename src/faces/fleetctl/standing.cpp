#include "faces/fleetctl/standing.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "contract/model/reasons.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/phrases.hpp"
#include "fleet/document/words.hpp"

namespace stint::fleetctl {

namespace ends = cli::ends;

namespace {

constexpr const char* blockersKey = "blockers";

enum class Course : std::uint8_t { Goes, Waits, Stopped, Over, Cancelled };
/// The states of a campaign: the door's words.
struct StateRow {
    std::string_view word;
    Course course;
    std::string (*sentence)(const Standing&);
};

std::uint32_t countOf(const Standing& standing, const std::function<bool(fleet::Outcome)>& is) {
    std::uint32_t all = 0;
    for (const Standing::Count& count : standing.counts)
        if (const auto outcome = fleet::outcomeIn(count.word); outcome && is(*outcome)) all += count.devices;
    return all;
}

std::string places(const Standing& standing) {
    return fmt::format("wave {} of {} is open; {} {} at it, at most {}", standing.wave, standing.waves.size(),
                       counted(standing.slots, "device"), standing.slots == 1 ? "is" : "are", standing.atATime);
}
std::string soak(const Standing& standing) {
    return fmt::format("wave {} of {} was good, and the next one opens {}", standing.wave, standing.waves.size(),
                       standing.until ? "at " + cli::clockText(*standing.until) : "when its rest is over");
}
std::string hold(const Standing& standing) {
    return fmt::format(
        "too few of wave {} went well for the next one to open; `stint fleet resume {}` opens it all the "
        "same, `stint fleet cancel {}` ends the campaign",
        standing.wave, standing.id, standing.id);
}
std::string stop(const Standing& standing) {
    return fmt::format(
        "{} of {} have failed, and nobody begins any more; `stint fleet resume {}` goes on, `stint fleet "
        "cancel {}` ends the campaign, `stint fleet results {} --failed` has the reasons",
        standing.failed(), counted(standing.devices, "device"), standing.id, standing.id, standing.id);
}
std::string end(const Standing& standing) {
    return fmt::format("{} of {} succeeded, {} failed", standing.succeeded(), counted(standing.devices, "device"),
                       standing.failed());
}

std::string cancelling(const Standing& standing) {
    const std::uint32_t ended = countOf(standing, [](fleet::Outcome) { return true; });
    const std::uint32_t left = standing.devices - std::min(ended, standing.devices);
    return fmt::format("an operator cancelled it; {} of {} {} yet to tell an end", left,
                       counted(standing.devices, "device"), left == 1 ? "has" : "have");
}

constexpr std::array stateRows{
    StateRow{"going", Course::Goes, places},
    StateRow{"soaking", Course::Goes, soak},
    StateRow{"held", Course::Stopped, hold},
    StateRow{"paused", Course::Waits,
             [](const Standing& standing) {
                 return fmt::format("an operator lets nobody begin; `stint fleet resume {}` goes on", standing.id);
             }},
    StateRow{"stopped", Course::Stopped, stop},
    StateRow{"cancelling", Course::Goes, cancelling},
    StateRow{"ended", Course::Over, end},
    StateRow{"cancelled", Course::Cancelled,
             [](const Standing& standing) { return fmt::format("an operator cancelled it; {}", end(standing)); }},
};
const StateRow* rowOf(std::string_view word) {
    const auto* const found = std::ranges::find(stateRows, word, &StateRow::word);
    return found == stateRows.end() ? nullptr : found;
}

/// "12 succeeded, 3 running".
std::string countsText(const Standing& standing) {
    std::vector<std::string> words;
    for (const Standing::Count& count : standing.counts)
        words.push_back(fmt::format("{} {}", count.devices, count.word));
    return fmt::format("{}", fmt::join(words, ", "));
}

/// "waiting: the device is not charging (12), no network that fits (3)"; a device may have several reasons.
std::string waitsText(const Standing& standing) {
    std::vector<std::string> all;
    for (const PendingRow& row : pendingRows())
        for (const Standing::Count& count : standing.waits)
            if (count.word == row.name) all.push_back(fmt::format("{} ({})", row.meaning, count.devices));
    return fmt::format("waiting: {}", fmt::join(all, ", "));
}

std::string waveLine(const Standing& standing, std::size_t number) {
    constexpr std::size_t barWidth = 20;
    const Standing::Wave& wave = standing.waves[number];
    const std::uint32_t before = number == 0 ? 0 : standing.waves[number - 1].capacity;
    const std::uint32_t room = wave.capacity - std::min(before, wave.capacity);
    // Whoever began in a wave may be more than it has room for by now: devices join, and leave.
    const std::uint32_t most = std::max(room, wave.begun);
    const int percent = most == 0 ? 0 : static_cast<int>(std::uint64_t{100} * std::min(wave.ended, most) / most);
    std::string line = fmt::format("wave {:>2}  {}  {} of {} begun, {} ended, {} ok", number + 1,
                                   cli::bar(percent, barWidth), wave.begun, most, wave.ended, wave.ok);
    if (number + 1 == standing.wave && !standing.isOver()) line += "  (open)";
    return line;
}

} // namespace

std::vector<std::string_view> failureWords() {
    std::vector<std::string_view> words;
    for (const fleet::OutcomeRow& row : fleet::outcomeRows)
        if (row.mayBeFailure) words.push_back(row.word);
    return words;
}

std::uint32_t Standing::succeeded() const {
    return countOf(*this, [](fleet::Outcome outcome) { return outcome == fleet::Outcome::Succeeded; });
}
std::uint32_t Standing::failed() const {
    return countOf(*this, [](fleet::Outcome outcome) {
        return std::ranges::find(fleet::outcomeRows, outcome, &fleet::OutcomeRow::outcome)->mayBeFailure;
    });
}
bool Standing::isOver() const { return rowOf(state)->course >= Course::Over; }
bool Standing::isStill() const { return rowOf(state)->course != Course::Goes; }

Result<Standing> standingIn(const cli::Json& row) {
    Members members(row);
    Standing standing{.id = members.text("campaign"),
                      .name = members.text("name"),
                      .made = members.time("made"),
                      .expires = members.time("expires"),
                      .state = members.text("state"),
                      .devices = members.count("devices"),
                      .slots = members.count("slots"),
                      .atATime = members.count("at_a_time"),
                      .wave = members.count("wave"),
                      .until = members.timeOrNull("until"),
                      .waves = {},
                      .counts = {},
                      .waits = {}};
    for (const cli::Json& each : members.list("waves")) {
        Members its(each);
        standing.waves.push_back({.capacity = its.count("capacity"),
                                  .begun = its.count("begun"),
                                  .ended = its.count("ended"),
                                  .ok = its.count("ok")});
        if (its.isWrong()) members.refuse();
    }
    const cli::Json& counts = members.table("counts");
    Members its(counts);
    const auto take = [&](std::string_view word) {
        const std::string name(word);
        if (counts.contains(name)) standing.counts.push_back({name, its.count(name.c_str())});
    };
    for (const auto& phase : fleet::phaseRows)
        take(phase.word);
    for (const auto& outcome : fleet::outcomeRows)
        take(outcome.word);
    std::erase_if(standing.counts, [](const Standing::Count& count) { return count.devices == 0; });
    if (row.is_object() && row.contains(blockersKey)) {
        const cli::Json& blockers = members.table(blockersKey);
        Members each(blockers);
        for (const PendingRow& reason : pendingRows())
            if (const std::string name(reason.name); blockers.contains(name))
                standing.waits.push_back({name, each.count(name.c_str())});
        if (each.isWrong()) members.refuse();
    }
    if (members.isWrong() || its.isWrong() || !rowOf(standing.state)) return noAnswer();
    return standing;
}

std::string sentenceOf(const Standing& standing) {
    return fmt::format("{}: {}", standing.state, rowOf(standing.state)->sentence(standing));
}

std::vector<std::string> linesOf(const Standing& standing, WallTime now, std::size_t columns) {
    std::vector<std::string> all{fmt::format("{} ({})", standing.name, standing.id), sentenceOf(standing)};
    for (std::size_t number = 0; number < standing.waves.size(); ++number)
        all.push_back(waveLine(standing, number));
    all.push_back(fmt::format("{}: {}", counted(standing.devices, "device"), countsText(standing)));
    for (const fleet::PhaseRow& phase : fleet::phaseRows)
        if (std::ranges::find(standing.counts, phase.word, &Standing::Count::word) != standing.counts.end())
            all.push_back(fmt::format("{}: {}", phase.word, phase.meaning));
    if (!standing.waits.empty()) all.push_back(waitsText(standing));
    if (!standing.isOver())
        all.push_back(fmt::format("devices {} begin it until {}", now < standing.expires ? "may" : "might",
                                  cli::clockText(standing.expires)));
    std::vector<std::string> lines;
    for (const std::string& text : all)
        for (const std::string& line : cli::wrapped(printable(text), columns))
            lines.push_back(cli::shortened(line, columns));
    return lines;
}

int exitCodeOf(const Standing& standing) {
    const Course course = rowOf(standing.state)->course;
    if (course == Course::Over) return standing.failed() > 0 ? ends::failure : ends::ok;
    return course == Course::Goes || course == Course::Waits ? ends::waits : ends::failure;
}

} // namespace stint::fleetctl
