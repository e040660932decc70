// `stint quota`: an app's regular and expedited quotas, and when used time comes back (limits.md §3, §4).
#include "base/result/try.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/table.hpp"
#include "faces/views/json.hpp"
#include "faces/views/limit_text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

using enum Table::Align;

Result<std::vector<AppView>> appsOf(const Arguments& given, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    if (given.words.empty()) return daemon.apps();
    auto app = STINT_TRY(lookUpApp(daemon, given.words[0]));
    return std::vector{std::move(app)};
}

void addRow(Table& table, const AppView& app, const char* kind, const QuotaView& quota, WallTime now) {
    const bool usedUp = quota.returns && !quota.free;
    table.add({app.manifest.package.name,
               std::string(nameOf(app.bucket)),
               kind,
               roughDuration(std::chrono::floor<std::chrono::seconds>(quota.used)),
               leftText(quota),
               allowanceText(quota),
               {standingText(quota, now), usedUp ? Paint::Waiting : Paint::None}});
}

void printReturns(const AppView& app, WallTime now, const Screen& screen) {
    Table table({{"KIND"}, {"COMES BACK", Right}, {"FROM", Right}, {"UNTIL", Right}});
    const auto add = [&](const char* kind, const QuotaView& quota) {
        for (const auto& [when, length] : quota.comesBack)
            table.add({kind, roughDuration(length), when > now ? ahead(when, now) : "now", ahead(when + length, now)});
    };
    add("regular", app.quota);
    add("expedited", app.expedited);
    if (table.empty()) return;
    screen.print("");
    table.print(screen);
}

int quota(const Arguments& given, const Screen& screen) {
    const auto list = appsOf(given, screen);
    if (!list.ok()) return failOfLookUp(screen, "cannot show quotas", list.error());
    const WallTime now = wallNow();
    Table table({{"PACKAGE"}, {"BUCKET"}, {"JOBS"}, {"USED", Right}, {"LEFT", Right}, {"OF"}, {"NOW"}});
    for (const AppView& app : *list) {
        if (screen.json()) screen.print(jsonOfQuota(app));
        addRow(table, app, "regular", app.quota, now);
        addRow(table, app, "expedited", app.expedited, now);
    }
    if (screen.json()) return ends::ok;
    table.print(screen);
    if (!given.words.empty()) printReturns(list->front(), now, screen);
    return ends::ok;
}

} // namespace

Verb quotaVerb() {
    return {.name = "quota",
            .words = "[PACKAGE]",
            .fewest = 0,
            .most = 1,
            .summary = "what apps have left of their time, and when it comes back",
            .about =
                "Of regular and of expedited jobs: used, left, the allowance in its window. For one app also when each "
                "piece that was used comes back.",
            .options = {},
            .examples = {{"stint quota com.example.mail", "with the times at which each minute comes back"}},
            .run = quota};
}

} // namespace stint::cli
