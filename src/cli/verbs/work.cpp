// `stint work`: the work requests of apps that use libstint-work (jobs.md §10), each chain as a tree, and why each
// waits.
#include <map>
#include <set>

#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/printable.hpp"
#include "base/time.hpp"
#include "cli/daemon/daemon.hpp"
#include "cli/daemon/work.hpp"
#include "cli/line/commands.hpp"
#include "cli/print/phrases.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/json_line.hpp"
#include "cli/screen/table.hpp"

namespace stint::cli {
namespace {

constexpr std::string_view workSpace = "stint.work";

/// What there is of one app, and where each request is in its tree.
struct Works {
    std::string package;
    std::vector<WorkRow> rows;
    std::map<std::string, std::size_t> places; ///< by id

    const WorkRow* find(const std::string& id) const {
        const auto found = places.find(id);
        return found == places.end() ? nullptr : &rows[found->second];
    }
};

std::string workName(const WorkRow& row) { return row.name.empty() ? row.worker : row.worker + " (" + row.name + ")"; }

bool hasEnded(const WorkRow& row) {
    return row.state == "SUCCEEDED" || row.state == "FAILED" || row.state == "CANCELLED";
}

/// Of a BLOCKED one: what it follows and has not ended.
std::string followedText(const Works& works, const WorkRow& row) {
    std::string text;
    for (const auto& id : row.follows) {
        const WorkRow* before = works.find(id);
        if (before == nullptr || hasEnded(*before)) continue;
        text += (text.empty() ? "follows " : ", ") + before->worker;
    }
    return text;
}

/// In the words of whoever knows: the scheduler for what has a job, the app for the rest.
std::string whyText(const Works& works, const WorkRow& row, Daemon* daemon, WallTime now) {
    if (!row.why.empty()) return row.why;
    if (row.state == "BLOCKED") return followedText(works, row);
    if (row.state == "RUNNING" || hasEnded(row)) return "";
    if (row.job < 0) return "waits for a place among the app's jobs";
    const auto job = daemon ? daemon->explain({AppId{works.package}, std::string(workSpace), JobId(row.job)})
                            : Result<Explanation>(Error{});
    if (job.ok() && job->job.state == JobView::State::Running) return "begins";
    std::string text;
    const Duration wait = WallTime(Duration(row.nextRun)) - now;
    if (wait > Duration(0)) text = fmt::format("in {}", roughDuration(wait));
    if (!job.ok()) return text;
    std::vector<PendingReason> reasons;
    for (const auto& blocker : job->blockers)
        if (reasons.empty() || reasons.back() != blocker.reason) reasons.push_back(blocker.reason);
    if (reasons.empty()) return text;
    return text.empty() ? reasonsText(reasons) : text + "; " + reasonsText(reasons);
}

/// Each below the first that it follows; one that follows several is there once.
void addTree(Table& table, const Works& works, Daemon* daemon, WallTime now) {
    std::map<std::string, std::vector<const WorkRow*>> below;
    std::vector<const WorkRow*> roots;
    for (const auto& row : works.rows) {
        const WorkRow* before = nullptr;
        for (const auto& id : row.follows)
            if (const WorkRow* found = works.find(id); found && found < &row && !before) before = found;
        before ? below[before->id].push_back(&row) : roots.push_back(&row);
    }
    struct Open {
        const WorkRow* row;
        std::size_t depth;
    };
    std::vector<Open> open;
    for (auto root = roots.rbegin(); root != roots.rend(); ++root)
        open.push_back({*root, 1});
    while (!open.empty()) {
        const auto [row, depth] = open.back();
        open.pop_back();
        std::string state = row->state;
        if (row->attempts > 1) state += fmt::format(", attempt {}", row->attempts);
        table.add({std::string(depth * 2, ' ') + workName(*row), state, row->job < 0 ? "-" : std::to_string(row->job),
                   whyText(works, *row, daemon, now)});
        const auto& children = below[row->id];
        for (auto child = children.rbegin(); child != children.rend(); ++child)
            open.push_back({*child, std::min<std::size_t>(depth + 1, 20)});
    }
}

void printJson(const Works& works, Daemon* daemon, WallTime now, const Screen& screen) {
    for (const auto& row : works.rows) {
        Json line = header();
        line["package"] = works.package;
        line["id"] = row.id;
        line["worker"] = row.worker;
        line["state"] = row.state;
        line["name"] = row.name;
        line["tags"] = row.tags;
        line["follows"] = row.follows;
        line["attempts"] = row.attempts;
        line["generation"] = row.generation;
        line["job"] = row.job < 0 ? Json() : Json(row.job);
        line["nextRun"] = row.nextRun < 0 ? Json() : Json(row.nextRun);
        line["periodic"] = row.periodic < 0 ? Json() : Json(row.periodic);
        line["constraints"] = row.constraints;
        line["expedited"] = row.expedited;
        line["stopReason"] = row.stopReason;
        line["why"] = whyText(works, row, daemon, now);
        screen.print(dumped(line));
    }
}

int work(const Arguments& given, const Screen& screen) {
    auto packages = given.words.empty() ? appsWithWork() : std::vector{given.words[0]};
    if (!packages.ok()) return screen.fail("cannot list work", packages.error());
    auto daemon = Daemon::connectIfThere();
    Daemon* const asked = daemon.ok() ? &*daemon : nullptr;
    Table table({{"WORK"}, {"STATE"}, {"JOB", Table::Align::Right}, {"WHY"}});
    for (const auto& package : *packages) {
        auto rows = workOf(package);
        if (!rows.ok()) {
            if (given.words.empty()) continue; // it ended meanwhile
            return screen.fail(fmt::format("cannot list the work of {}", printable(package)), rows.error());
        }
        Works works{package, std::move(*rows), {}};
        for (std::size_t nth = 0; nth < works.rows.size(); ++nth)
            works.places.emplace(works.rows[nth].id, nth);
        if (screen.json()) {
            printJson(works, asked, wallNow(), screen);
            continue;
        }
        table.add({{package, Paint::Strong}, "", "", ""});
        addTree(table, works, asked, wallNow());
    }
    if (screen.json()) return ends::ok;
    if (table.empty())
        screen.tell("no app shows its work now: one does while a process of it runs");
    else
        table.print(screen);
    return ends::ok;
}

} // namespace

Verb workVerb() {
    return {.name = "work",
            .words = "[PACKAGE]",
            .fewest = 0,
            .most = 1,
            .summary = "list the work requests of apps that use libstint-work",
            .about =
                "Each chain as a tree, what state each step is in, which job is behind it, and why it waits. An app "
                "keeps its requests in a file of its own, and shows them while a process of it runs; of one that "
                "does not run nothing is read. `stint jobs PACKAGE` shows the jobs behind them always.",
            .examples = {{"stint work", "of all apps that run now"}, {"stint work com.example.photobackup", "of one"}},
            .run = work,
            .elsewhere = {"requests", "chains"}};
}

} // namespace stint::cli
