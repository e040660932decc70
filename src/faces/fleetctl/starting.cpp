#include "faces/fleetctl/starting.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "faces/fleetctl/desk.hpp"
#include "faces/fleetctl/devices.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/forecast.hpp"
#include "faces/fleetctl/meaning.hpp"
#include "faces/fleetctl/pages.hpp"
#include "faces/fleetctl/password.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "fleet/document/days.hpp"
#include "fleet/document/document.hpp"
#include "fleet/trust/papers.hpp"
#include "fleet/trust/signed.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
using fleet::Campaign;
namespace ends = cli::ends;

namespace {

using namespace std::chrono_literals;

/// The devices that it means now, those of them that were there lately, and their days.
struct Meant {
    std::uint32_t devices = 0, within7d = 0, within14d = 0;
    DaysTold told;
};
Result<Meant> meantBy(const Door& door, const Campaign& campaign) {
    constexpr Duration week = 7 * 24h;
    const WallTime now = wallNow();
    Meant meant;
    const auto take = [&](const cli::Json& row) -> Result<void> {
        const Facts facts = STINT_TRY(factsIn(row));
        Members members(row);
        std::string days = members.text("days");
        if (members.isWrong() || (!days.empty() && !fleet::daysRule(days).empty())) return noAnswer();
        if (!campaign.targets && !std::ranges::binary_search(campaign.ids, facts.device)) return {};
        ++meant.devices;
        meant.told.add(std::move(days));
        if (facts.seen && now - *facts.seen < week) ++meant.within7d;
        if (facts.seen && now - *facts.seen < 2 * week) ++meant.within14d;
        return {};
    };
    const std::string query = campaign.targets ? campaign.targets->text() : "all";
    STINT_TRY(walk(door, "/v1/devices", {{"query", query}, {"days", "yes"}}, "devices", take));
    return meant;
}

int tried(const Door& door, const Beginning& beginning, bool needsAll, const Screen& screen) {
    const auto& campaign = beginning.campaign;
    const auto meant = meantBy(door, campaign);
    if (!meant.ok()) return failed(screen, beginning.what, meant.error());
    const WallTime now = wallNow();
    std::optional<Forecast> forecast;
    if (meant->told.devices > 0) {
        auto played = forecastOf(campaign, meant->told, now);
        if (!played.ok()) return failed(screen, beginning.what, played.error());
        forecast = *std::move(played);
    }
    if (screen.json()) {
        cli::Json line = cli::header();
        line["name"] = campaign.name;
        line["devices"] = meant->devices;
        line["seen_7d"] = meant->within7d;
        line["seen_14d"] = meant->within14d;
        line["needs_all"] = needsAll;
        line["forecast"] = forecast ? jsonOf(*forecast) : cli::Json();
        screen.print(cli::dumped(line));
        return ends::ok;
    }
    for (const std::string& line : meaningOf(campaign))
        screen.print(line);
    screen.print(fmt::format("{} of the fleet {} meant now, {} of them there within the last 7 d, {} within 14 d",
                             counted(meant->devices, "device"), meant->devices == 1 ? "is" : "are", meant->within7d,
                             meant->within14d));
    if (const std::string note = stopNote(campaign, meant->devices); !note.empty()) screen.print(note);
    if (needsAll) screen.print("that is every device of the fleet: it begins with --all alone");
    const std::uint32_t silent = meant->devices - meant->told.devices;
    if (forecast) screen.print(sentenceOf(*forecast, campaign, now));
    if (silent > 0)
        screen.print(fmt::format("{} {} not tell what {} last days were like, and {} not foretold",
                                 counted(silent, "device"), silent == 1 ? "does" : "do", silent == 1 ? "its" : "their",
                                 silent == 1 ? "is" : "are"));
    screen.print("nothing was signed");
    return ends::ok;
}

} // namespace

int startCampaign(const Arguments& given, const Screen& screen, const Beginning& beginning) {
    const auto& [campaign, what, before] = beginning;
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, what, door.error());
    const auto reach = reachOf(*door, campaign.targets ? campaign.targets->text() : "all");
    if (!reach.ok()) return failed(screen, what, reach.error());
    const auto checked = campaign.targets ? checkReach(*reach, given) : Result<void>();
    if (given.has("dry-run")) return tried(*door, beginning, !checked.ok(), screen);
    if (!checked.ok()) return failed(screen, what, checked.error());
    for (const std::string& line : meaningOf(campaign))
        screen.tell(line);
    const std::uint32_t most = campaign.targets ? reach->devices : static_cast<std::uint32_t>(campaign.ids.size());
    if (const std::string note = stopNote(campaign, most); !note.empty()) screen.tell(note);
    Passwords passwords(screen);
    const auto key = keyOf(given, passwords, screen);
    if (!key.ok()) return failed(screen, what, key.error());
    if (!*key) return cli::exitCodeOfSignal(passwords.signal());
    const auto paper = signedBy(**key, campaign);
    if (!paper.ok()) return failed(screen, what, paper.error());
    if (const auto ready = before(); !ready.ok()) return failed(screen, what, ready.error());
    const auto said = handOver(*door, "/v1/campaigns", {{"signed", textOf(*paper)}, {"all", given.has("all")}}, screen);
    if (!said.ok()) return failed(screen, what, said.error());
    Members members(*said);
    const std::string id = members.text("campaign");
    const std::uint32_t devices = members.count("devices");
    if (members.isWrong() || id != idOf(campaign)) return failed(screen, what, noAnswer());
    if (screen.json()) {
        screen.print(lineOf(*said));
    } else {
        screen.print(id);
        screen.tell(
            fmt::format("it goes to {}; `stint fleet status {}` shows how far it is", counted(devices, "device"), id));
    }
    return ends::ok;
}

} // namespace stint::fleetctl
