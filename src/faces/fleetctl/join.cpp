// `stint fleet join` (fleet.md §3): what the fleet may do here is shown, and asked for; then this device joins the
// fleet's server of push, and a job of the fleet's agent does the rest. And `stint fleet leave`, likewise.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "contract/model/agent.hpp"
#include "faces/fleetctl/agents_job.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/pushctl/server/post.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/text.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "fleet/enrolment/code.hpp"
#include "fleet/enrolment/files.hpp"
#include "fleet/enrolment/identity.hpp"
#include "fleet/trust/trust.hpp"
#include "push/joining/settings.hpp"
#include "stint/job_info.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

constexpr std::string_view noJoin = "cannot join", noLeave = "cannot leave";

/// Behind the words for commands stand the programs that may be them.
std::string mayText(const fleet::StepRow& row, const fleet::Owner& owner) {
    if (!row.isCommand) return std::string(row.meaning);
    if (owner.lets("")) return fmt::format("{}: any program", row.meaning);
    if (owner.commands.empty()) return fmt::format("{}: no program", row.meaning);
    return fmt::format("{}: {}", row.meaning, fmt::join(owner.commands, ", "));
}

void tellWhatItMay(const std::optional<fleet::OwnersWord>& word, const std::string& server, const Screen& screen) {
    if (!word) {
        std::vector<std::string> places;
        for (const auto& file : fleet::ownersFiles())
            places.push_back(file.string());
        screen.tell(fmt::format("orders of the fleet at {} may do nothing here, for neither {} is there; `kinds = "
                                "[\"get\"]` in it lets them fetch files, `kinds = [\"get\", \"run\", \"verify\"]` with "
                                "`commands = [\"/usr/bin/PROGRAM\"]` run that program, too",
                                server, fmt::join(places, " nor ")));
        return;
    }
    screen.tell(fmt::format("orders of the fleet at {} may do this here, by {}:", server, word->file.string()));
    for (const fleet::StepRow& row : fleet::stepKinds)
        if (std::ranges::find(word->owner.kinds, row.key) != word->owner.kinds.end())
            screen.tell(fmt::format("  {:<9} {}", row.key, mayText(row, word->owner)));
    if (!word->owner.hours.empty()) screen.tell(fmt::format("they begin at {} alone", word->owner.hours));
    if (!word->owner.bytes.empty())
        screen.tell(fmt::format("they move {} a month on metered networks at most", word->owner.bytes));
    if (word->owner.ask) screen.tell("you are asked before each: `stint fleet allow` and `stint fleet refuse` answer");
}

/// nullopt: this device is in no fleet.
Result<std::optional<fleet::Fleet>> ownFleet() {
    const auto folder = STINT_TRY(fleet::privateFolder(fleet::Identity::directory()));
    if (!folder) return std::optional<fleet::Fleet>();
    return fleet::Fleet::read(*folder);
}

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
    tellWhatItMay(*word, *server, screen);
    if (!given.has("yes")) {
        if (!screen.canAsk())
            return screen.fail(ends::usage, fmt::format("{}: this is not a terminal, so nobody can be asked; with "
                                                        "--yes the device joins unasked",
                                                        noJoin));
        if (!screen.agrees("join it?")) return ends::ok;
    }
    if (const int trouble = joinPush(*server, code->push, screen); trouble != ends::ok) return trouble;
    return followed(jobToJoin(*server, textOf(*code, *server)), noJoin, screen,
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
            return screen.fail(ends::usage, fmt::format("{}: this is not a terminal, so nobody can be asked; with "
                                                        "--yes the device leaves unasked",
                                                        noLeave));
        if (!screen.agrees("leave it?")) return ends::ok;
    }
    return followed(jobToLeave(name), noLeave, screen, [&](const JobView& job) {
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
