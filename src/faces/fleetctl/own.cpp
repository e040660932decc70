#include "faces/fleetctl/own.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/text.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "fleet/enrolment/identity.hpp"
#include "push/joining/settings.hpp"

namespace stint::fleetctl {

using cli::Screen;
namespace ends = cli::ends;

namespace {

constexpr std::string_view noOwn = "cannot show this device";

/// Behind the words for commands stand the programs that may be them.
std::string mayText(const fleet::StepRow& row, const fleet::Owner& owner) {
    if (!row.isCommand) return std::string(row.meaning);
    if (owner.lets("")) return fmt::format("{}: any program", row.meaning);
    if (owner.commands.empty()) return fmt::format("{}: no program", row.meaning);
    return fmt::format("{}: {}", row.meaning, fmt::join(owner.commands, ", "));
}

cli::Json rowOf(const push::LineSettings& line, const std::string& fleet,
                const Result<std::optional<fleet::OwnersWord>>& word) {
    cli::Json row = cli::header();
    row["device"] = line.device;
    row["fleet"] = fleet;
    row["server"] = line.origin;
    const fleet::Owner owner = word.ok() && *word ? (*word)->owner : fleet::Owner{};
    row["kinds"] = owner.kinds;
    row["commands"] = owner.commands;
    row["hours"] = owner.hours;
    row["bytes"] = owner.bytes;
    row["ask"] = owner.ask;
    row["days"] = owner.days;
    return row;
}

} // namespace

Result<std::optional<fleet::Fleet>> ownFleet() {
    const auto folder = STINT_TRY(fleet::privateFolder(fleet::Identity::directory()));
    if (!folder) return std::optional<fleet::Fleet>();
    return fleet::Fleet::read(*folder);
}

std::vector<std::string> whatItMay(const std::optional<fleet::OwnersWord>& word, const std::string& server) {
    if (!word) {
        std::vector<std::string> places;
        for (const auto& file : fleet::ownersFiles())
            places.push_back(file.string());
        return {fmt::format("orders of the fleet at {} may do nothing here, for neither {} is there; `kinds = "
                            "[\"get\"]` in it lets them fetch files, `kinds = [\"get\", \"run\", \"verify\"]` with "
                            "`commands = [\"/usr/bin/PROGRAM\"]` run that program, too",
                            server, fmt::join(places, " nor "))};
    }
    std::vector<std::string> lines{
        fmt::format("orders of the fleet at {} may do this here, by {}:", server, word->file.string())};
    for (const fleet::StepRow& row : fleet::stepKinds)
        if (std::ranges::find(word->owner.kinds, row.key) != word->owner.kinds.end())
            lines.push_back(fmt::format("  {:<9} {}", row.key, mayText(row, word->owner)));
    if (!word->owner.hours.empty()) lines.push_back(fmt::format("they begin at {} alone", word->owner.hours));
    if (!word->owner.bytes.empty())
        lines.push_back(fmt::format("they move {} a month on metered networks at most", word->owner.bytes));
    if (word->owner.days)
        lines.emplace_back(
            "it is told when this device was on, charging, used and on which kind of network in the last 14 days");
    if (word->owner.ask)
        lines.emplace_back("you are asked before each: `stint fleet allow` and `stint fleet refuse` answer");
    return lines;
}

int ownDevice(const Screen& screen) {
    const auto line = push::LineSettings::read(push::LineSettings::directory());
    if (!line.ok()) return screen.fail(noOwn, line.error());
    const auto its = ownFleet();
    if (!its.ok()) return screen.fail(noOwn, its.error());
    if (!*line || !*its)
        return screen.fail(ends::noInput,
                           fmt::format("{}: it is in no fleet; `stint fleet devices` lists those of a fleet that is "
                                       "served here",
                                       noOwn));
    const auto word = fleet::ownersWordIn(fleet::ownersFiles());
    if (screen.json()) {
        screen.print(cli::dumped(rowOf(**line, (*its)->name, word)));
    } else {
        cli::Table table({{"DEVICE"}, {(*line)->device}});
        table.add({"fleet", (*its)->name});
        table.add({"server", (*line)->origin});
        table.print(screen);
        if (word.ok())
            for (const std::string& sentence : whatItMay(*word, (*line)->origin))
                screen.print(printable(sentence));
    }
    if (!word.ok()) return screen.fail("orders of the fleet may do nothing here", word.error());
    return ends::ok;
}

} // namespace stint::fleetctl
