// `stint fleet join` (fleet.md §3): what the fleet may do here is shown, and asked for; then this device joins the
// fleet's server of push, and a job of the fleet's agent does the rest. And `stint fleet leave`, likewise.
#include <string>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "contract/model/agent.hpp"
#include "faces/fleetctl/agents_job.hpp"
#include "faces/fleetctl/own.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/pushctl/server/post.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/text.hpp"
#include "fleet/enrolment/code.hpp"
#include "fleet/enrolment/files.hpp"
#include "push/joining/settings.hpp"
#include "stint/job_info.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

constexpr std::string_view noJoin = "cannot join", noLeave = "cannot leave";

int joined(const Screen& screen) {
    const auto now = ownFleet();
    const std::string name = now.ok() && *now ? (*now)->name : "";
    if (screen.json()) {
        cli::Json line = cli::header();
        line["fleet"] = name;
        screen.print(cli::dumped(line));
    } else {
        screen.tell(fmt::format("this device is in the fleet {}", name));
    }
    return ends::ok;
}

/// This device joins the server of push at which the fleet is, unless it has. Returns 0, or tells what is in the way.
int joinPush(const std::string& server, const std::string& code, const Screen& screen) {
    const auto before = push::LineSettings::read(push::LineSettings::directory());
    if (!before.ok()) return screen.fail(noJoin, before.error());
    if (*before && (*before)->origin != server)
        return screen.fail(ends::cannotCreate,
                           fmt::format("{}: this device has joined {} for push, and a fleet goes over its own server: "
                                       "`stint push leave` first",
                                       noJoin, (*before)->origin));
    if (*before) return ends::ok;
    const auto answer = pushctl::joinAt(server, server, code);
    if (!answer.ok())
        return screen.fail(ends::inputOutput, fmt::format("{} {}: {}", noJoin, server, answer.error().message));
    if (answer->status != 201)
        return screen.fail(pushctl::statusOf(answer->status).ends,
                           fmt::format("{} {}: {}", noJoin, server, pushctl::sentenceOf(*answer)));
    screen.tell(fmt::format("joined {} for push", server));
    return ends::ok;
}

/// A person waits for it, so it is expedited: it runs while the device dozes, too.
Result<JobInfo> jobToJoin(const std::string& server, const std::string& code) {
    return JobInfo::Builder(agentJoinJob, agentService)
        .setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY)
        .setExpedited(true)
        .setExtras(
            PersistableBundle().putString("label", "join the fleet at " + server).putString(agentCodeExtra, code))
        .build();
}

Result<JobInfo> jobToLeave(const std::string& name) {
    return JobInfo::Builder(agentLeaveJob, agentService)
        .setExpedited(true)
        .setExtras(PersistableBundle().putString("label", "leave the fleet " + name))
        .build();
}

/// A person's no.
int refused(std::string_view what, const Screen& screen) {
    screen.tell(what);
    return ends::failure;
}

} // namespace

int join(const Arguments& given, const Screen& screen) {
    const auto server = pushctl::serverOf(given.words[0]);
    if (!server.ok()) return screen.fail(noJoin, server.error());
    const auto code = fleet::codeIn(given.words[1], *server);
    if (!code.ok()) return screen.fail(noJoin, code.error());
    const auto now = ownFleet();
    if (!now.ok()) return screen.fail(noJoin, now.error());
    if (*now && fleet::fingerprintOf((*now)->root, (*now)->name) == code->fleet) return joined(screen);
    if (*now)
        return screen.fail(ends::cannotCreate,
                           fmt::format("{}: this device is in the fleet {} already", noJoin, (*now)->name));
    const auto word = fleet::ownersWordIn(fleet::ownersFiles());
    if (!word.ok()) return screen.fail(noJoin, word.error());
    for (const std::string& line : whatItMay(*word, *server))
        screen.tell(line);
    if (!given.has("yes")) {
        if (!screen.canAsk())
            return screen.fail(ends::usage,
                               fmt::format("{}: {}, so nobody can be asked; with --yes the device joins unasked",
                                           noJoin, Screen::whyNobodyAnswers()));
        if (!screen.agrees("join it?")) return refused("this device has not joined", screen);
    }
    if (const int trouble = joinPush(*server, code->push, screen); trouble != ends::ok) return trouble;
    return followed(jobToJoin(*server, textOf(*code, *server)), {}, noJoin, screen,
                    [&](const JobView&) { return joined(screen); });
}

int leave(const Arguments& given, const Screen& screen) {
    const auto now = ownFleet();
    if (!now.ok()) return screen.fail(noLeave, now.error());
    if (!*now) return screen.fail(ends::noInput, fmt::format("{}: this device is in no fleet", noLeave));
    const std::string name = (*now)->name;
    screen.tell(printable(
        fmt::format("what the fleet {} has under way here is stopped, and its jobs, policies and keys go", name)));
    if (!given.has("yes")) {
        if (!screen.canAsk())
            return screen.fail(ends::usage,
                               fmt::format("{}: {}, so nobody can be asked; with --yes the device leaves unasked",
                                           noLeave, Screen::whyNobodyAnswers()));
        if (!screen.agrees("leave it?")) return refused("the device stays in it", screen);
    }
    return followed(jobToLeave(name), {}, noLeave, screen, [&](const JobView& job) {
        if (screen.json()) {
            cli::Json line = cli::header();
            line["left"] = name;
            screen.print(cli::dumped(line));
        } else {
            screen.tell(printable(job.completed->outcome.text));
        }
        return ends::ok;
    });
}

} // namespace stint::fleetctl
