// `stint fleet serve` and `stint fleet invite` (fleet.md §3, §8.1): a server of push, stint-fleetd beside it, and the
// line by which a device joins both.
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "base/unix/paths.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/pushctl/server/serving.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "fleet/enrolment/code.hpp"
#include "fleet/enrolment/fleet_keys.hpp"
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

/// REFUSED: none was founded there.
Result<fleet::Fleet> fleetIn(const std::filesystem::path& data) {
    const auto folder = STINT_TRY(fleet::privateFolder(data));
    auto known = folder ? fleet::Fleet::read(*folder) : Result<std::optional<fleet::Fleet>>(std::nullopt);
    if (!known.ok()) return known.error();
    if (!*known) return fail(Errc::REFUSED, "there is no fleet in {}: `stint fleet init` founds one", data.string());
    return **std::move(known);
}

void tellReady(const push::Serving& serving, const fleet::Fleet& itself, const Screen& screen) {
    if (screen.json()) {
        cli::Json row = cli::header();
        row["url"] = serving.origin();
        row["fleet"] = itself.name;
        screen.print(cli::dumped(row));
    } else {
        screen.print(serving.origin());
        screen.tell(fmt::format("the fleet {} is served", printable(itself.name)));
        screen.tell("`stint fleet invite` prints the line by which a device joins it");
    }
    std::fflush(stdout);
}

/// Takes a line of stint-fleetd: its door's address, "open" each time that it has read all, and its trouble.
void heard(std::string_view line, const std::function<void()>& opened, const Screen& screen) {
    if (line == "open") return opened();
    if (!line.starts_with("http://")) screen.warn(printable(line));
}

Result<fleet::Invitation> invitationOf(const Arguments& given, const Place& place) {
    const auto text = given.value("labels");
    auto labels = text ? fleet::labelsIn(*text) : Result<std::vector<std::string>>(std::vector<std::string>());
    if (!labels.ok()) return within("--labels", labels.error());
    const auto uses = numberIn<std::uint32_t>(given.value("uses").value_or("1"));
    if (!uses || *uses < 1 || *uses > fleet::mostUses)
        return fail(Errc::ILLEGAL_ARGUMENT, "--uses is 1 to {}", fleet::mostUses);
    const auto expires = parseDuration(given.value("expires").value_or(formatDuration(usualInvitation)));
    if (!expires.ok()) return within("--expires", expires.error());
    if (*expires < 1min || *expires > fleet::longestInvitation)
        return fail(Errc::ILLEGAL_ARGUMENT, "--expires is 1min to {}", formatDuration(fleet::longestInvitation));
    const auto invitations = STINT_TRY(fleet::Invitations::open(place.fleet));
    return invitations.make(*std::move(labels), *uses, *expires, wallNow());
}

struct Line {
    std::string text;
    fleet::Invitation invitation;
};
Result<Line> inviting(const Arguments& given) {
    const Place place = STINT_TRY(placeOf(given));
    const fleet::Fleet itself = STINT_TRY(fleetIn(place.fleet));
    const auto origin = push::originIn(place.push);
    if (!origin.ok())
        return fail(Errc::REFUSED, "no server was in {} yet: `stint fleet serve` is one", place.push.string());
    Line line;
    line.invitation = STINT_TRY(invitationOf(given, place));
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
    const auto settings = pushctl::servingOf(given, place->push);
    if (!settings.ok()) return failed(screen, what, settings.error());
    const auto itself = fleetIn(place->fleet);
    if (!itself.ok()) return failed(screen, what, itself.error());
    bool isReady = false;
    const auto begin = [&](push::Serving& serving) {
        serving.keep("stint-fleetd",
                     {(libexecDirectory() / "stint-fleetd").string(), "--data", place->fleet.string(), "--push",
                      serving.address()},
                     [&](std::string_view line) {
                         heard(
                             line,
                             [&] {
                                 if (!std::exchange(isReady, true)) tellReady(serving, *itself, screen);
                             },
                             screen);
                     });
    };
    return pushctl::serveUntilSignal(*settings, {.ready = begin}, screen);
}

int invite(const Arguments& given, const Screen& screen) {
    const auto line = inviting(given);
    if (!line.ok()) return failed(screen, "cannot invite", line.error());
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
