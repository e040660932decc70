// `stint policy`: every constant of the limits, its default, and where its value came from (limits.md §11).
#include <algorithm>

#include "base/result/try.hpp"
#include "base/text/nearest.hpp"
#include "base/text/same_word.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/daemon.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/table.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"

namespace stint::cli {
namespace {

using PolicyRows = std::vector<wire::PolicyRow>;

/// Warns of a policy file that the daemon has refused: the values that are shown are not that file's.
void warnOfRefused(Daemon& daemon, const Screen& screen) {
    const auto findings = daemon.diagnose();
    if (!findings.ok()) return;
    for (const wire::Finding& finding : *findings)
        if (finding.topic == "policy" && finding.grade == wire::Finding::Grade::Trouble)
            screen.warn(fmt::format("warning: a policy file is {}", finding.found));
}

Result<PolicyRows> constants(const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    auto rows = STINT_TRY(daemon.policy());
    warnOfRefused(daemon, screen);
    return rows;
}

/// True if `key` is the row's key, or stands above it: "doze" means every doze.….
bool isMeant(const wire::PolicyRow& row, const std::string& key) {
    return isSameWord(row.key, key) || row.key.starts_with(key + ".");
}

int unknownKey(const Screen& screen, const std::string& key, const PolicyRows& all) {
    std::vector<std::string_view> names;
    for (const wire::PolicyRow& row : all)
        names.push_back(row.key);
    const auto meant = nearest(key, names);
    return screen.fail(ends::noInput,
                       fmt::format("there is no constant {}{}; `stint policy` lists them", printable(key),
                                   meant ? fmt::format(" (did you mean {}?)", *meant) : ""));
}

void describe(const wire::PolicyRow& row, const Screen& screen) {
    for (const auto& [name, value] : {std::pair<std::string_view, const std::string&>{"key", row.key},
                                      {"value", row.value},
                                      {"default", row.standard},
                                      {"source", row.source},
                                      {"meaning", row.meaning}})
        screen.print(fmt::format("{:<9}{}", name, printable(value)));
}

int policy(const Arguments& given, const Screen& screen) {
    auto all = constants(screen);
    if (!all.ok()) return screen.fail("cannot show the policy", all.error());
    PolicyRows rows = *all;
    if (!given.words.empty()) {
        std::erase_if(rows, [&](const auto& row) { return !isMeant(row, given.words[0]); });
        if (rows.empty()) return unknownKey(screen, given.words[0], *all);
    }
    if (given.has("changed")) std::erase_if(rows, [](const auto& row) { return row.value == row.standard; });
    const bool one = !given.words.empty() && rows.size() == 1 && isSameWord(rows.front().key, given.words[0]);
    Table table({{"KEY"}, {"VALUE"}, {"DEFAULT"}, {"SOURCE"}, {"MEANING"}});
    for (const wire::PolicyRow& row : rows) {
        if (screen.json()) screen.print(jsonOfRow(row));
        const bool changed = row.value != row.standard;
        table.add({row.key,
                   {row.value, changed ? Paint::Waiting : Paint::None},
                   row.standard,
                   {row.source, Paint::Faint},
                   {row.meaning, Paint::Faint}});
    }
    if (screen.json()) return ends::ok;
    one ? describe(rows.front(), screen) : table.print(screen);
    return ends::ok;
}

} // namespace

Verb policyVerb() {
    return {.name = "policy",
            .words = "[KEY]",
            .fewest = 0,
            .most = 1,
            .summary = "every constant of the limits, and where its value came from",
            .about =
                "Value, default, and the file and line that set it. KEY is one of them, or the beginning of several: "
                "doze, quota.window.",
            .options = {{"--changed", "", "only those that differ from the default"}},
            .examples = {{"stint policy quota.window", "the windows of every bucket"},
                         {"stint policy --changed", "what the policy files say"}},
            .run = policy,
            .elsewhere = {"config", "settings"}};
}

} // namespace stint::cli
