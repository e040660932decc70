// `stint work`: the work requests of apps that use libstint-work (jobs.md §10), each chain as a tree, and why each
// waits.
#include <map>
#include <ranges>
#include <set>

#include <fmt/core.h>

#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/work.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/work.hpp"

namespace stint::cli {
namespace {

using wire::WorkRow;

std::string workName(const WorkRow& row) { return row.name.empty() ? row.worker : row.worker + " (" + row.name + ")"; }

/// The reason why a request waits; the scheduler's, where its job is what waits.
std::string toldWhy(const Works& works, const WorkRow& row, Daemon* daemon, WallTime now) {
    const auto key = jobToAsk(works, row);
    if (!key || !daemon) return whyText(works, row, std::nullopt, now);
    auto explained = daemon->ask(calls::explain(*key));
    return whyText(works, row, explained.ok() ? std::optional(std::move(*explained)) : std::nullopt, now);
}

/// Adds each request below the first one that it follows; a request that follows several is there once.
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
    for (const WorkRow* root : std::views::reverse(roots))
        open.push_back({root, 1});
    while (!open.empty()) {
        const auto [row, depth] = open.back();
        open.pop_back();
        std::string state = row->state;
        if (row->attempts > 1) state += fmt::format(", attempt {}", row->attempts);
        table.add({std::string(depth * 2, ' ') + workName(*row), state, row->job ? std::to_string(*row->job) : "-",
                   toldWhy(works, *row, daemon, now)});
        for (const WorkRow* child : std::views::reverse(below[row->id]))
            open.push_back({child, std::min<std::size_t>(depth + 1, 20)});
    }
}

constexpr Duration patienceWithOne = std::chrono::seconds(5), patienceWithAll = std::chrono::seconds(10);

int work(const Arguments& given, const Screen& screen) {
    auto packages = given.words.empty() ? appsWithWork() : std::vector{given.words[0]};
    if (!packages.ok()) return screen.fail("cannot list work", packages.error());
    auto daemon = Daemon::connectIfThere();
    Daemon* const asked = daemon.ok() ? &*daemon : nullptr;
    Table table({{"WORK"}, {"STATE"}, {"JOB", Table::Align::Right}, {"WHY"}});
    const Duration until = steadyNow() + patienceWithAll;
    for (const auto& package : *packages) {
        const Duration left = until - steadyNow();
        if (left <= Duration(0)) {
            screen.tell(fmt::format("{} and what follows it is not listed: others were silent for too long; `stint "
                                    "work PACKAGE` asks one",
                                    printable(package)));
            break;
        }
        auto shown = workOf(package, std::min(left, patienceWithOne));
        if (!shown.ok()) {
            if (given.words.empty()) continue; // it ended meanwhile
            return screen.fail(fmt::format("cannot list the work of {}", printable(package)), shown.error());
        }
        if (shown->more)
            screen.tell(
                fmt::format("{} has more requests: the first {} are listed", printable(package), shown->rows.size()));
        const Works works(package, std::move(shown->rows));
        if (screen.json()) {
            for (const auto& row : works.rows)
                screen.print(jsonOf(works, row, toldWhy(works, row, asked, wallNow())));
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
