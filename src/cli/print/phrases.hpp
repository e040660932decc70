// What a job is doing, in words for a person; the names of jobs.md §9.1 stand beside them, so that both the newcomer
// and the one who knows the documentation read what they look for. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "cli/print/progress.hpp"
#include "cli/screen/terminal.hpp"
#include "model/view.hpp"

namespace stint::cli {

/// "no network that fits" for CONSTRAINT_CONNECTIVITY.
std::string_view meaningOf(PendingReason);

/// "waiting", "starting", "running", "stopping", "done", "failed", "stopped".
std::string_view stateWord(const JobView&);
Paint paintOf(const JobView&);
/// What it runs as, or would: "user-initiated", "regular, every 1h", "regular (demoted)".
std::string kindText(const JobView&);

/// "no network that fits (CONSTRAINT_CONNECTIVITY)"; several are joined by "; ".
std::string reasonsText(const std::vector<PendingReason>&);
/// "waiting: no network that fits (CONSTRAINT_CONNECTIVITY), earliest in 28s".
std::string waitingText(const JobView&, WallTime now);

/// How much of the job's transfer is done, as it says itself: its notification where that counts what its estimate
/// counts, else the bytes it reported.
Progress progressOf(const JobView&);

/// What came of a finished job: "saved /home/a/x.iso", "cancelled (CANCELLED_BY_APP)".
std::string endText(const Completed&);
/// What was seen of a job's work: how long it ran, and how much it moved meanwhile.
struct Seen {
    Duration ran{0};
    Bytes moved = 0;
};
/// endText() with the rate beside the size it names: "saved /home/a/x.iso (256 MiB in 12s, 21.3 MiB/s)"; the size is
/// put behind a text that names none. As it is where too little was seen to measure.
std::string measuredEndText(const Completed&, Seen);
/// "begun anew: the file changed on the server", as the transfer app puts it behind its sizes; empty where it goes on.
std::string anewOf(const JobView&);
/// 0, the code its outcome names, or 1 where it was taken away before it could say one.
int exitCodeOf(const Completed&);

/// "3min10s ago", "in 28s".
std::string ago(WallTime then, WallTime now);
std::string ahead(WallTime then, WallTime now);

} // namespace stint::cli
