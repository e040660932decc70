// `stint clean`: removes what transfers have left behind that no job will go on with.
#include <algorithm>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "contract/model/app.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/transfer/download.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/servers.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"
#include "programs/spool/transfers.hpp"

namespace stint::cli {
namespace {

/// A leftover file that nobody needs any more.
struct LeftRow {
    Leftover file;
    std::string target;                ///< in the ledger's spelling
    std::optional<std::string> source; ///< an upload's file

    /// The file that was to be made, or to be sent.
    const std::string& of() const { return source ? *source : target; }

    static constexpr auto noun = "leftover";
    static constexpr auto fields = [](auto& field, auto& row) {
        field("path", row.file.path.native());
        field("bytes", row.file.size);
        field(row.source ? "source" : "target", row.of());
    };
};

/// True if a job that waits or runs may go on from it; for an upload, any job that sends the same file.
bool isNeeded(const LedgerEntry& entry, const std::vector<JobView>& live, const LiveTargets& taken) {
    const auto source = uploadedFrom(entry);
    if (!source) return !taken.checkVacant(entry.target).ok();
    return std::ranges::any_of(
        live, [&](const JobView& job) { return job.info && job.info->getExtras().getString("source") == *source; });
}

/// The leftovers of jobs that have ended. An entry whose files are gone is forgotten.
Result<std::vector<LeftRow>> leftRows(Ledger& ledger, const std::vector<JobView>& live) {
    std::vector<LeftRow> rows;
    const LiveTargets taken(live);
    for (const LedgerEntry& entry : std::vector(ledger.entries())) {
        if (entry.part.empty() || isNeeded(entry, live, taken)) continue;
        const auto files = leftoversOf(entry);
        if (files.empty()) STINT_TRY(ledger.forget({entry.target}));
        for (const Leftover& file : files)
            rows.push_back({file, entry.target, uploadedFrom(entry)});
    }
    return rows;
}

/// While it lives, no `stint get` begins to need a leftover, and no transfer writes down what it leaves.
struct Standstill {
    Fd scheduling;
    std::vector<JobView> live;
    Ledger ledger;
};

Result<Standstill> standstill(const Screen& screen) {
    auto scheduling = STINT_TRY(commandLock("scheduling"));
    auto daemon = STINT_TRY(Daemon::connect(screen));
    auto live = STINT_TRY(daemon.jobs(std::string(transferPackage), false));
    auto ledger = STINT_TRY(Ledger::open(Ledger::root()));
    return Standstill{std::move(scheduling), std::move(live), std::move(ledger)};
}

void show(const std::vector<LeftRow>& rows, const Screen& screen) {
    Table table({{"SIZE", Table::Align::Right}, {"LEFT BEHIND"}, {"OF"}});
    for (const LeftRow& row : rows) {
        if (screen.json()) screen.print(jsonOfRow(row));
        const std::string_view what = row.source ? "the upload of" : "the download of";
        table.add({formatSize(row.file.size), row.file.path.native(), fmt::format("{} {}", what, row.of())});
    }
    if (!screen.json()) table.print(screen);
}

int removed(const std::vector<LeftRow>& rows, Ledger& ledger, const Screen& screen) {
    int code = ends::ok;
    Bytes size = 0;
    std::size_t count = 0;
    for (const LeftRow& row : rows) {
        if (const auto gone = removeLeftover(row.file); !gone.ok()) {
            code = screen.fail(fmt::format("cannot remove {}", printable(row.file.path.native())), gone.error());
            continue;
        }
        size += row.file.size;
        ++count;
    }
    for (const LeftRow& row : rows)
        if (const auto entry = ledger.find(row.target); entry && leftoversOf(*entry).empty())
            if (const auto known = ledger.forget({row.target}); !known.ok())
                return screen.fail("cannot clean", known.error());
    screen.tell(fmt::format("removed {}, {}", counted(count, "file"), formatSize(size)));
    return code;
}

/// Lists the leftovers; no lock is held while a person decides.
Result<std::vector<LeftRow>> listed(const Screen& screen) {
    auto now = STINT_TRY(standstill(screen));
    return leftRows(now.ledger, now.live);
}

/// Removes those of the shown files that are still left behind.
int cleaned(const std::vector<LeftRow>& shown, const Screen& screen) {
    auto now = standstill(screen);
    if (!now.ok()) return screen.fail("cannot clean", now.error());
    auto rows = leftRows(now->ledger, now->live);
    if (!rows.ok()) return screen.fail("cannot clean", rows.error());
    std::erase_if(*rows, [&](const LeftRow& row) {
        return std::ranges::none_of(shown, [&](const LeftRow& one) { return one.file.path == row.file.path; });
    });
    return removed(*rows, now->ledger, screen);
}

int clean(const Arguments& given, const Screen& screen) {
    const auto rows = listed(screen);
    if (!rows.ok()) return screen.fail("cannot clean", rows.error());
    if (rows->empty()) {
        screen.tell("nothing is left behind");
        return ends::ok;
    }
    show(*rows, screen);
    if (given.has("yes")) return cleaned(*rows, screen);
    if (!screen.canAsk())
        return screen.fail(ends::usage,
                           fmt::format("cannot ask whether to remove them: {}; with --yes they are removed unasked",
                                       cli::Screen::whyNobodyAnswers()));
    const std::string them = rows->size() == 1 ? "it" : fmt::format("these {} files", rows->size());
    return screen.agrees(fmt::format("remove {}?", them)) ? cleaned(*rows, screen) : ends::ok;
}

} // namespace

Verb cleanVerb() {
    return {
        .name = "clean",
        .words = "",
        .summary = "remove what transfers left behind that nothing will go on with",
        .about =
            "Lists the parts of downloads that failed or were cancelled while they waited, and the records of uploads "
            "by tus that ended before all was sent, with their sizes, and asks. "
            "What a job needs that waits or runs is never touched, nor another user's file, nor a link. A new "
            "transfer of the same file to the same place would go on from them. What a server has got of an upload "
            "stays there until the server drops it (but see --discard-on-cancel of `stint put`).",
        .options = {{"-y,--yes", "", "without asking"}},
        .examples = {{"stint clean", "lists, and asks"}, {"stint clean --yes", "in a script"}},
        .run = clean,
        .elsewhere = {"prune", "gc", "purge", "cleanup"}};
}

} // namespace stint::cli
