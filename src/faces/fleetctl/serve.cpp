// `stint fleet serve` and `stint fleet invite` (fleet.md §3, §8.1): a server of push, stint-fleetd beside it, and the
// line by which a device joins both.
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "base/unix/paths.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/offering.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/pushctl/server/cluster.hpp"
#include "faces/pushctl/server/serving.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "fleet/enrolment/code.hpp"
#include "fleet/enrolment/fleet_keys.hpp"
#include "fleet/enrolment/handing_on.hpp"
#include "fleet/enrolment/invitations.hpp"
#include "push/serving/serving.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

constexpr Duration usualInvitation = 24h;

/// Both directories of a server: the fleet's, and its push server's.
struct Place {
    std::filesystem::path fleet, push;
};
Result<Place> placeOf(const Arguments& given) {
    Place place;
    place.fleet = STINT_TRY(fleetDirectory(given));
    place.push = STINT_TRY(pushctl::directoryOf(given, "push", push::serverDirectory()));
    return place;
}

/// The fleet of a server that others join: its keys are for them, too.
Result<void> handOn(const Place& place) {
    const fleet::FleetKeys keys = STINT_TRY(fleet::FleetKeys::open(place.fleet));
    return push::handOn(place.push, fleet::handedOn(keys));
}

/// It is one of that cluster's, and of that fleet's, from then on.
Result<void> joinFleet(const Arguments& given, const Place& place, const push::Serving::Settings& settings,
                       const Screen& screen) {
    const push::ServerAnswer answer = STINT_TRY(pushctl::joinCluster(given, settings, screen));
    return fleet::takeOver(place.fleet, answer.beside);
}

/// REFUSED: none was founded there.
Result<fleet::Fleet> fleetIn(const std::filesystem::path& data) {
    const auto folder = STINT_TRY(fleet::privateFolder(data));
    auto known = folder ? fleet::Fleet::read(*folder) : Result<std::optional<fleet::Fleet>>(std::nullopt);
    if (!known.ok()) return known.error();
    if (!*known) return fail(Errc::REFUSED, "there is no fleet in {}: `stint fleet init` founds one", data.string());
    return **std::move(known);
}

/// It leads, or follows another one.
void tellReady(const push::Serving& serving, const fleet::Fleet& itself, bool leads, const Screen& screen) {
    if (screen.json()) {
        cli::Json row = cli::header();
        row["url"] = serving.origin();
        row["fleet"] = itself.name;
        row["leads"] = leads;
        screen.print(cli::dumped(row));
    } else {
        screen.print(serving.origin());
        screen.tell(fmt::format("the fleet {} is served", printable(itself.name)));
        screen.tell(leads ? "`stint fleet invite` prints the line by which a device joins it"
                          : "another server leads it, and is the one to ask; this one goes on when that is gone");
    }
    std::fflush(stdout);
}

/// The one that the server makes of these options.
Result<fleet::Invitation> invitationOf(const Arguments& given) {
    fleet::Invitation made;
    if (const auto text = given.value("labels")) {
        auto labels = fleet::labelsIn(*text);
        if (!labels.ok()) return within("--labels", labels.error());
        made.labels = *std::move(labels);
    }
    const auto uses = numberIn<std::uint32_t>(given.value("uses").value_or("1"));
    if (!uses || *uses < 1 || *uses > fleet::mostUses)
        return fail(Errc::ILLEGAL_ARGUMENT, "--uses is 1 to {}", fleet::mostUses);
    made.uses = *uses;
    const auto expires = parseDuration(given.value("expires").value_or(formatDuration(usualInvitation)));
    if (!expires.ok()) return within("--expires", expires.error());
    if (*expires < 1min || *expires > fleet::longestInvitation)
        return fail(Errc::ILLEGAL_ARGUMENT, "--expires is 1min to {}", formatDuration(fleet::longestInvitation));
    const Door door = STINT_TRY(Door::of(given));
    const cli::Json answer =
        STINT_TRY(door.post("/v1/invitations", {{"labels", fmt::format("{}", fmt::join(made.labels, ","))},
                                                {"uses", made.uses},
                                                {"expires", expires->count()}}));
    Members its(answer);
    made.id = its.text("invitation");
    made.secret = its.text("secret");
    made.until = its.time("until");
    if (its.isWrong()) return noAnswer();
    return made;
}

struct Line {
    std::string text;
    fleet::Invitation invitation;
};
Result<Line> inviting(const Arguments& given, const Place& place) {
    const fleet::Fleet itself = STINT_TRY(fleetIn(place.fleet));
    const auto origin = push::originIn(place.push);
    if (!origin.ok())
        return fail(Errc::REFUSED, "no server was in {} yet: `stint fleet serve` is one", place.push.string());
    Line line;
    line.invitation = STINT_TRY(invitationOf(given));
    const std::string push = STINT_TRY(push::codeOf(place.push, line.invitation.until));
    const fleet::JoinCode code{.fleet = fleet::fingerprintOf(itself.root, itself.name),
                               .push = push,
                               .invitation = line.invitation.id,
                               .secret = line.invitation.secret};
    line.text = fmt::format("stint fleet join {} {}", *origin, textOf(code, *origin));
    return line;
}

} // namespace

int serve(const Arguments& given, const Screen& screen) {
    constexpr std::string_view what = "cannot serve";
    const auto place = placeOf(given);
    if (!place.ok()) return failed(screen, what, place.error());
    auto settings = pushctl::clusterServingOf(given, place->push);
    if (!settings.ok()) return failed(screen, what, settings.error());
    if (given.has("join"))
        if (const auto joined = joinFleet(given, *place, *settings, screen); !joined.ok())
            return failed(screen, "cannot join the cluster", joined.error());
    const auto itself = fleetIn(place->fleet);
    if (!itself.ok()) return failed(screen, what, itself.error());
    if (!settings->route.empty())
        if (const auto handed = handOn(*place); !handed.ok()) return failed(screen, what, handed.error());
    const auto files = filesOf(given);
    if (!files.ok()) return failed(screen, what, files.error());
    settings->files = *files;
    bool isReady = false;
    const auto begin = [&](push::Serving& serving) {
        if (const auto noted = noteFiles(place->fleet, serving.origin(), *files); !noted.ok())
            screen.warn(noted.error().message);
        // stint-fleetd prints its door's address, each time that it leads or follows from then on, and its trouble.
        const auto heard = [&](std::string_view line) {
            if (line == "open" || line == "follows") {
                if (!std::exchange(isReady, true)) tellReady(serving, *itself, line == "open", screen);
            } else if (!line.starts_with("http://")) {
                screen.warn(printable(line));
            }
        };
        serving.keep("stint-fleetd",
                     {(libexecDirectory() / "stint-fleetd").string(), "--data", place->fleet.string(), "--push",
                      serving.address()},
                     heard);
    };
    return pushctl::serveUntilSignal(
        *settings, {.ready = begin, .first = [&] { pushctl::tellFirst(place->push, "fleet", screen); }}, screen);
}

int invite(const Arguments& given, const Screen& screen) {
    constexpr std::string_view what = "cannot invite";
    const auto place = placeOf(given);
    if (!place.ok()) return failed(screen, what, place.error());
    if (given.has("server")) {
        const auto line = push::serverInvitation(place->push, wallNow() + pushctl::usualServerInvitation, "fleet");
        if (!line.ok()) return failed(screen, what, fail(Errc::REFUSED, "{}", line.error().message));
        screen.print(*line);
        return ends::ok;
    }
    const auto line = inviting(given, *place);
    if (!line.ok()) return failed(screen, what, line.error());
    if (!screen.json()) {
        screen.print(line->text);
        return ends::ok;
    }
    cli::Json row = cli::header();
    row["join"] = line->text;
    row["labels"] = line->invitation.labels;
    row["uses"] = line->invitation.uses;
    row["until"] = line->invitation.until.time_since_epoch().count();
    screen.print(cli::dumped(row));
    return ends::ok;
}

} // namespace stint::fleetctl
