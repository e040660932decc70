// `stint fleet drift` and `stint fleet device` (fleet.md §4.3): how devices are to be, and how they say that they are.
#include <optional>
#include <string>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "faces/fleetctl/devices.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/own.hpp"
#include "faces/fleetctl/pages.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/limit_text.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

/// A device's row, as the door tells of it.
struct DriftRow {
    std::string device, state, words;
    std::optional<std::string> drift;
    std::optional<std::uint32_t> desired, version;
    std::optional<WallTime> since;
};
Result<DriftRow> driftRowIn(const cli::Json& json) {
    Members members(json);
    DriftRow row{.device = members.text("device"),
                 .state = members.textOrNull("state").value_or(""),
                 .words = members.text("words"),
                 .drift = members.textOrNull("drift"),
                 .desired = members.countOrNull("desired"),
                 .version = members.countOrNull("version"),
                 .since = members.timeOrNull("since")};
    if (members.isWrong()) return noAnswer();
    return row;
}

std::string numberText(const std::optional<std::uint32_t>& number) {
    return number ? fmt::format("{}", *number) : std::string("-");
}

} // namespace

int drift(const Arguments& given, const Screen& screen) {
    constexpr std::string_view what = "cannot tell how devices are";
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, what, door.error());
    const WallTime now = wallNow();
    cli::Table table({{"DEVICE"}, {"IS"}, {"VERSION"}, {"DESIRED"}, {"SINCE"}, {"WHY"}});
    bool isAny = false;
    const auto walked = walk(*door, "/v1/drift", {}, "devices", [&](const cli::Json& each) -> Result<void> {
        const DriftRow row = STINT_TRY(driftRowIn(each));
        isAny = true;
        if (screen.json())
            screen.print(lineOf(each));
        else
            table.add({row.device, row.drift.value_or(""), numberText(row.version), numberText(row.desired),
                       row.since ? cli::timeText(*row.since, now) : "-", row.words});
        return {};
    });
    if (!walked.ok()) return failed(screen, what, walked.error());
    if (!screen.json() && !isAny) screen.tell("all devices are as they are to be");
    if (!screen.json() && isAny) table.print(screen);
    return isAny ? ends::failure : ends::ok;
}

int device(const Arguments& given, const Screen& screen) {
    if (given.words.empty()) return ownDevice(screen);
    const std::string& id = given.words[0];
    const std::string what = fmt::format("cannot show {}", printable(id));
    if (const auto code = misnamed(id, what, screen)) return *code;
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, what, door.error());
    const auto name = wholeName(*door, id);
    const auto said = name.ok() ? door->get("/v1/device", {{"id", *name}}) : name.error();
    if (!said.ok()) return failed(screen, what, said.error());
    const auto row = driftRowIn(*said);
    if (!row.ok()) return failed(screen, what, row.error());
    const auto facts = factsIn(*said);
    if (!facts.ok()) return failed(screen, what, facts.error());
    if (screen.json()) {
        screen.print(lineOf(*said));
        return ends::ok;
    }
    Members texts(*said);
    const std::string wanted = texts.text("policy") + texts.text("settings");
    if (texts.isWrong()) return failed(screen, what, noAnswer());
    const WallTime now = wallNow();
    cli::Table table({{"DEVICE"}, {row->device}});
    table.add({"labels", facts->labels});
    table.add({"stint", facts->stint.empty() ? "-" : facts->stint});
    table.add({"last there", facts->seen ? cli::timeText(*facts->seen, now) : "never"});
    if (facts->isCloned)
        table.add({"cloned", "it is there twice, or was put back to an older state: nothing runs there until it leaves "
                             "the fleet and joins anew"});
    table.add({"desired", row->desired ? fmt::format("version {}", *row->desired) : "nothing"});
    table.add({"is", row->version ? fmt::format("version {}: {}", *row->version, row->state) : "not known"});
    if (row->since) table.add({"since", cli::timeText(*row->since, now)});
    if (!row->words.empty()) table.add({"why", row->words});
    if (row->drift) table.add({"drift", *row->drift});
    table.print(screen);
    if (!wanted.empty()) screen.print("what is desired:\n" + printableLines(wanted));
    return ends::ok;
}

} // namespace stint::fleetctl
