// `stint fleet results` and `stint fleet why`: what became of a campaign's devices.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "base/time/clock.hpp"
#include "contract/model/reasons.hpp"
#include "faces/fleetctl/desk.hpp"
#include "faces/fleetctl/devices.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/pages.hpp"
#include "faces/fleetctl/password.hpp"
#include "faces/fleetctl/standing.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/limit_text.hpp"
#include "fleet/document/query.hpp"
#include "fleet/document/words.hpp"
#include "fleet/signing/sealing.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

constexpr std::string_view noResults = "cannot list results";
constexpr const char* rowsOfPage = "500"; ///< each may have 4 KiB of words

/// A device in a campaign, as the door tells of it.
struct DeviceRow {
    std::string device;
    fleet::Phase phase{};
    fleet::Outcome outcome = fleet::Outcome::None;
    bool isPresumed = false; ///< it is the server's guess
    std::uint32_t round = 0, step = 0;
    std::int32_t code = 0;
    std::string words;
    std::optional<std::string> sealed; ///< in place of these
    std::optional<WallTime> at, seen;
    struct Blocker {
        std::string reason; ///< Android's name
        std::optional<WallTime> since;
    };
    std::vector<Blocker> blockers; ///< of a device that waits, in the door's order
    std::optional<WallTime> forecast;
};

Result<DeviceRow> deviceRowIn(const cli::Json& row) {
    Members members(row);
    DeviceRow made{.device = members.text("device"),
                   .isPresumed = members.flag("presumed"),
                   .round = members.count("round"),
                   .step = members.count("step"),
                   .code = members.number("code"),
                   .words = members.text("words"),
                   .sealed = members.textOrNull("sealed"),
                   .at = members.timeOrNull("at"),
                   .seen = members.timeOrNull("seen"),
                   .blockers = {},
                   .forecast = members.timeOrNull("forecast")};
    for (const cli::Json& each : members.list("blockers")) {
        Members its(each);
        made.blockers.push_back({.reason = its.text("reason"), .since = its.timeOrNull("since")});
        if (its.isWrong()) members.refuse();
    }
    const auto phase = fleet::phaseIn(members.text("phase"));
    const auto word = members.textOrNull("outcome");
    const auto outcome = word ? fleet::outcomeIn(*word) : std::optional(fleet::Outcome::None);
    if (members.isWrong() || !phase || !outcome) return noAnswer();
    made.phase = *phase;
    made.outcome = *outcome;
    return made;
}

std::string_view wordOf(const DeviceRow& row) {
    return row.outcome == fleet::Outcome::None ? fleet::wordOf(row.phase) : fleet::wordOf(row.outcome);
}
const fleet::OutcomeRow* outcomeOf(const DeviceRow& row) {
    const auto* const found = std::ranges::find(fleet::outcomeRows, row.outcome, &fleet::OutcomeRow::outcome);
    return found == fleet::outcomeRows.end() ? nullptr : found;
}

cli::Paint paintOf(const DeviceRow& row) {
    if (row.outcome == fleet::Outcome::Succeeded) return cli::Paint::Good;
    if (row.outcome == fleet::Outcome::None) return cli::Paint::Waiting;
    return outcomeOf(row)->mayBeFailure ? cli::Paint::Bad : cli::Paint::Faint;
}

/// "step 2 ended with 7": where a device has got to, or failed.
std::string stepText(const DeviceRow& row) {
    if (row.step == 0) return {};
    return row.code == 0 ? fmt::format("step {}", row.step) : fmt::format("step {} ended with {}", row.step, row.code);
}

/// The last line of a command's output.
std::string lastLine(std::string_view words) {
    while (words.ends_with('\n'))
        words.remove_suffix(1);
    const auto before = words.rfind('\n');
    return std::string(before == std::string_view::npos ? words : words.substr(before + 1));
}

/// The words that the door is to filter by: "running,failed". Empty: all.
Result<std::string> filterOf(const Arguments& given) {
    std::vector<std::string_view> wanted = given.has("failed") ? failureWords() : std::vector<std::string_view>();
    const std::string asked = given.value("is").value_or("");
    if (!given.has("is")) return fmt::format("{}", fmt::join(wanted, ","));
    std::vector<std::string_view> known;
    for (const fleet::PhaseRow& row : fleet::phaseRows)
        if (row.phase != fleet::Phase::Ended) known.push_back(row.word); // these have an outcome's word
    for (const fleet::OutcomeRow& row : fleet::outcomeRows)
        known.push_back(row.word);
    for (const std::string_view word : splitAt(asked, ",")) {
        if (std::ranges::find(known, word) == known.end())
            return fail(Errc::ILLEGAL_ARGUMENT, "--is takes {}, with commas between them, and not \"{}\"",
                        fmt::join(known, ", "), printable(word));
        wanted.push_back(word);
    }
    return fmt::format("{}", fmt::join(wanted, ","));
}

/// The reasons why its job waits, as `stint why` has them there.
void showBlockers(const DeviceRow& row, WallTime now, const Screen& screen) {
    if (row.blockers.empty()) return;
    cli::Table table({{"REASON"}, {"WHAT IS"}, {"SINCE"}});
    for (const DeviceRow::Blocker& each : row.blockers) {
        const auto known = std::ranges::find(pendingRows(), each.reason, &PendingRow::name);
        const std::string_view is =
            known == pendingRows().end() ? "a reason this version does not know" : known->meaning;
        table.add(
            {{each.reason, cli::Paint::Waiting}, std::string(is), each.since ? cli::timeText(*each.since, now) : "-"});
    }
    table.print(screen);
    screen.print(row.forecast ? fmt::format("as the device reckons, it starts {}", cli::timeText(*row.forecast, now))
                              : "nobody knows when it starts: it waits for more than time");
}

void explain(const DeviceRow& row, const Standing& standing, const Screen& screen) {
    const WallTime now = wallNow();
    const fleet::OutcomeRow* const outcome = outcomeOf(row);
    const auto* const phase = std::ranges::find(fleet::phaseRows, row.phase, &fleet::PhaseRow::phase);
    screen.print(printable(fmt::format("{} in {} ({}): {}", row.device, standing.name, standing.id, wordOf(row))));
    screen.print(fmt::format("{}{}", outcome ? outcome->meaning : phase->meaning,
                             row.isPresumed ? "; so the server holds: it has not said so yet" : ""));
    showBlockers(row, now, screen);
    if (const std::string step = stepText(row); !step.empty()) screen.print(step);
    if (!row.words.empty()) screen.print(printableLines(row.words));
    if (row.sealed) screen.print(fmt::format("its words are sealed: stint fleet results {} --open", standing.id));
    if (row.round > 0)
        screen.print(fmt::format("it was given the order {} more, by `stint fleet retry`",
                                 row.round == 1 ? "once" : fmt::format("{} times", row.round)));
    if (row.at) screen.print(fmt::format("it said so {}", cli::timeText(*row.at, now)));
    screen.print(row.seen ? fmt::format("it was last there {}", cli::timeText(*row.seen, now)) : "it was never there");
    if (!outcome) screen.print(printable(fmt::format("the campaign is {}", sentenceOf(standing))));
}

/// The row with its words, which a hostile device may have sealed: they steer no terminal.
cli::Json opened(cli::Json json, DeviceRow& row, const std::string& id, const fleet::SecretKey& key) {
    if (!row.sealed) return json;
    const auto words = fleet::unsealed(*row.sealed, id + " " + row.device, key);
    row.words = words.ok() ? printableLines(*words) : fmt::format("({})", words.error().message);
    row.sealed.reset();
    json["words"] = row.words;
    json["sealed"] = nullptr;
    return json;
}

int exitCodeOf(const DeviceRow& row) {
    if (row.outcome == fleet::Outcome::None) return ends::waits;
    return row.outcome == fleet::Outcome::Succeeded ? ends::ok : ends::failure;
}

} // namespace

int results(const Arguments& given, const Screen& screen) {
    const std::string& id = given.words[0];
    const auto filter = filterOf(given);
    if (!filter.ok()) return failed(screen, noResults, filter.error());
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, noResults, door.error());
    std::optional<fleet::SecretKey> key;
    if (given.has("open")) {
        Passwords passwords(screen);
        auto its = keyOf(given, passwords, screen);
        if (!its.ok()) return failed(screen, noResults, its.error());
        if (!*its) return cli::exitCodeOfSignal(passwords.signal());
        key = *std::move(its);
    }
    const WallTime now = wallNow();
    cli::Table table({{"DEVICE"}, {"IS"}, {"SAID"}, {"WHERE"}, {"LAST WORDS"}});
    const auto take = [&](const cli::Json& told) -> Result<void> {
        cli::Json json = told;
        DeviceRow row = STINT_TRY(deviceRowIn(json));
        if (key) json = opened(std::move(json), row, id, *key);
        const std::string word(wordOf(row));
        if (screen.json())
            screen.print(lineOf(json));
        else
            table.add({row.device,
                       {row.isPresumed ? "(" + word + ")" : word, paintOf(row)},
                       row.at ? cli::timeText(*row.at, now) : "-",
                       stepText(row),
                       row.sealed ? "sealed" : lastLine(row.words)});
        return {};
    };
    const auto walked =
        walk(*door, "/v1/results", {{"id", id}, {"is", *filter}, {"most", rowsOfPage}}, "results", take);
    if (!walked.ok()) return failed(screen, noResults, walked.error());
    if (!screen.json() && table.empty()) screen.tell("there is no such device");
    if (!screen.json() && !table.empty()) table.print(screen);
    const auto campaign = door->get("/v1/campaign", {{"id", id}});
    const auto standing = campaign.ok() ? standingIn(*campaign) : campaign.error();
    return standing.ok() ? exitCodeOf(*standing) : failed(screen, noResults, standing.error());
}

int why(const Arguments& given, const Screen& screen) {
    constexpr std::string_view what = "cannot tell why";
    const std::string& id = given.words[0];
    if (const auto code = misnamed(given.words[1], what, screen)) return *code;
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, what, door.error());
    const auto device = wholeName(*door, given.words[1]);
    if (!device.ok()) return failed(screen, what, device.error());
    const auto campaign = door->get("/v1/campaign", {{"id", id}});
    const auto standing = campaign.ok() ? standingIn(*campaign) : campaign.error();
    if (!standing.ok()) return failed(screen, what, standing.error());
    const auto json = door->get("/v1/result", {{"id", id}, {"device", *device}});
    const auto row = json.ok() ? deviceRowIn(*json) : json.error();
    if (!row.ok()) return failed(screen, what, row.error());
    if (screen.json())
        screen.print(lineOf(*json));
    else
        explain(*row, *standing, screen);
    return exitCodeOf(*row);
}

} // namespace stint::fleetctl
