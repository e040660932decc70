// `stint fleet audit` (fleet.md §2.3): what the server tells is walked entry by entry, by whoever asks.
#include <algorithm>
#include <string>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/pages.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/phrases.hpp"
#include "fleet/audit/audit.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

constexpr std::string_view noAudit = "cannot tell what was done";

/// "gave a certificate to", of a word of today's.
std::string toldOf(const fleet::AuditEntry& entry) {
    const auto* const row = std::ranges::find(fleet::actRows, entry.act, &fleet::ActRow::word);
    return row == fleet::actRows.end() ? entry.act : std::string(row->told);
}

struct Verdict {
    Bytes first = 0; ///< the number of the oldest; 0: there is none
    Bytes wrong = 0; ///< the place of the first that is wrong; 0: none is
    std::string why;
    WallTime since{};
};

int tellVerdict(const Verdict& verdict, const fleet::AuditChain& chain, const Screen& screen) {
    const bool isWhole = verdict.wrong == 0;
    if (screen.json()) {
        cli::Json line = cli::header();
        line["whole"] = isWhole;
        line["first"] = verdict.first;
        line["last"] = chain.last();
        line["hash"] = chain.hash();
        line["wrong"] = isWhole ? cli::Json() : cli::Json(verdict.wrong);
        line["why"] = verdict.why;
        screen.print(cli::dumped(line));
    } else if (!isWhole) {
        return screen.fail(ends::failure, fmt::format("entry {} is wrong: {}", verdict.wrong, verdict.why));
    } else if (chain.last() == 0) {
        screen.print("nothing was done yet");
    } else {
        screen.print(fmt::format("entries {} to {} follow each other, from {} on", verdict.first, chain.last(),
                                 cli::clockText(verdict.since)));
        screen.print(fmt::format("the last one's hash is {}", chain.hash()));
        if (verdict.first > 1)
            screen.print(fmt::format("of entry {} and those before it nothing is known", verdict.first - 1));
    }
    return isWhole ? ends::ok : ends::failure;
}

} // namespace

int audit(const Arguments& given, const Screen& screen) {
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, noAudit, door.error());
    const bool isVerified = given.has("verify");
    fleet::AuditChain chain;
    Verdict verdict;
    cli::Table table({{"WHEN"}, {"WHO"}, {"DID"}, {"TO"}, {"MORE"}});
    const auto take = [&](const std::string& text) {
        const auto entry = chain.follow(text);
        if (!entry.ok() && verdict.wrong == 0) {
            verdict.wrong = chain.last();
            verdict.why = printable(entry.error().message);
        }
        if (verdict.first == 0) {
            verdict.first = chain.last();
            if (entry.ok()) verdict.since = entry->at;
        }
        if (isVerified) return;
        const auto read = fleet::auditEntryIn(text); // in its place or not
        if (screen.json() && read.ok()) return screen.print(lineOf(cli::Json::parse(text)));
        if (screen.json()) return;
        if (read.ok())
            table.add({cli::clockText(read->at), read->by, toldOf(*read), read->of, read->words});
        else
            table.add({"-", "-", {"is no entry", cli::Paint::Bad}, "-", ""});
    };
    const auto walked = walk(*door, "/v1/audit", {}, "entries", [&](const cli::Json& entry) -> Result<void> {
        if (!entry.is_string()) return noAnswer();
        take(entry.get_ref<const std::string&>());
        return {};
    });
    if (!walked.ok()) return failed(screen, noAudit, walked.error());
    if (isVerified) return tellVerdict(verdict, chain, screen);
    if (!screen.json() && table.empty()) screen.tell("nothing was done yet");
    if (!screen.json() && !table.empty()) table.print(screen);
    return ends::ok;
}

} // namespace stint::fleetctl
