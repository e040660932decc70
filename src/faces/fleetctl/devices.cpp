// `stint fleet devices` and `stint fleet remove`.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "faces/fleetctl/devices.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/pages.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/limit_text.hpp"
#include "fleet/document/query.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

Result<Facts> factsIn(const cli::Json& row) {
    Members members(row);
    std::vector<std::string> labels;
    for (const auto& [name, value] : members.table("labels").items()) {
        if (!value.is_string()) return noAnswer();
        labels.push_back(fmt::format("{}={}", name, value.get<std::string>()));
    }
    Facts facts{.device = members.text("device"),
                .labels = fmt::format("{}", fmt::join(labels, " ")),
                .stint = members.text("stint"),
                .seen = members.timeOrNull("seen"),
                .isCloned = members.flag("cloned")};
    if (members.isWrong()) return noAnswer();
    return facts;
}

std::optional<int> misnamed(const std::string& device, std::string_view what, const Screen& screen) {
    constexpr std::size_t least = 4; // PROPOSAL
    std::string filled = device;
    filled.resize(std::max(filled.size(), fleet::deviceIdLength), '0');
    if (device.size() >= least && fleet::isDeviceId(filled)) return std::nullopt;
    return screen.fail(ends::usage, fmt::format("{}: a device's name has 26 letters and digits, as `stint fleet "
                                                "devices` lists it, of which the first {} may be enough",
                                                what, least));
}

Result<std::string> wholeName(const Door& door, const std::string& beginning) {
    if (fleet::isDeviceId(beginning)) return beginning;
    const auto said = STINT_TRY(door.get("/v1/name", {{"begins", beginning}}));
    Members members(said);
    std::string name = members.text("device");
    if (!fleet::isDeviceId(name) || !name.starts_with(beginning)) return noAnswer();
    return name;
}

int devices(const Arguments& given, const Screen& screen) {
    constexpr std::string_view what = "cannot list devices";
    const auto query =
        fleet::Query::parse(given.words.empty() ? "all" : fmt::format("{}", fmt::join(given.words, " ")));
    if (!query.ok()) return failed(screen, what, query.error());
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, what, door.error());
    const WallTime now = wallNow();
    cli::Table table({{"DEVICE"}, {"LABELS"}, {"STINT"}, {"LAST THERE"}});
    const auto take = [&](const cli::Json& row) -> Result<void> {
        const Facts facts = STINT_TRY(factsIn(row));
        if (screen.json())
            screen.print(lineOf(row));
        else
            table.add({facts.device, facts.labels, facts.stint,
                       fmt::format("{}{}", facts.seen ? cli::timeText(*facts.seen, now) : "never",
                                   facts.isCloned ? ", cloned" : "")});
        return {};
    };
    const auto walked = walk(*door, "/v1/devices", {{"query", query->text()}}, "devices", take);
    if (!walked.ok()) return failed(screen, what, walked.error());
    if (screen.json()) return ends::ok;
    if (table.empty())
        screen.tell(given.words.empty() ? "no device has joined: `stint fleet invite` prints the line by which one does"
                                        : "no device of the fleet is meant");
    else
        table.print(screen);
    return ends::ok;
}

namespace {

/// Asks at the door for something to be done to the device that the first word names, and tells `done`.
int changeDevice(const Arguments& given, const Screen& screen, std::string_view verb, std::string_view path,
                 cli::Json asked, std::string_view done) {
    const std::string what = fmt::format("cannot {} {}", verb, printable(given.words[0]));
    if (const auto code = misnamed(given.words[0], what, screen)) return *code;
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, what, door.error());
    const auto device = wholeName(*door, given.words[0]);
    if (!device.ok()) return failed(screen, what, device.error());
    asked.emplace("device", *device);
    const auto said = door->post(path, asked);
    if (!said.ok()) return failed(screen, what, said.error());
    screen.tell(fmt::format("{} {}", *device, done));
    return ends::ok;
}

} // namespace

int remove(const Arguments& given, const Screen& screen) {
    return changeDevice(given, screen, "remove", "/v1/remove", cli::Json::object(),
                        "is none of the fleet any more; `stint push revoke` cuts its line, too");
}

int label(const Arguments& given, const Screen& screen) {
    const std::vector<std::string> labels(given.words.begin() + 1, given.words.end());
    return changeDevice(given, screen, "label", "/v1/label", {{"labels", labels}},
                        "has them when it says hello next, within a day");
}

} // namespace stint::fleetctl
