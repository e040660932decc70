// A job's state in words for a person, with the names of jobs.md §9.1, so that both a newcomer and a reader of the
// documentation find their words; and a transfer's progress in one line: how much, how fast, how long. Pure: times and
// sizes are parameters.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/view.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

struct Progress {
    std::string label;
    std::size_t labelColumns = 0; ///< pads the label, to align it with the lines around it
    Bytes done = 0;
    Bytes total = NETWORK_BYTES_UNKNOWN;
    std::optional<Bytes> rate; ///< bytes a second; 0: it stalls
};

/// 0 to 100, and 100 only when all is there; nullopt if the total is unknown.
std::optional<int> percentOf(const Progress&);

/// The time that the rest takes at this rate; nullopt if unknown.
std::optional<Duration> timeLeft(const Progress&);

/// "debian.iso  45% [=====>      ] 115.2 MiB of 256 MiB  21.3 MiB/s  7s left", never as wide as `columns`: if it does
/// not fit, the bar shrinks, then the bar, the time left, the rate and the sizes are left out, in this order.
std::string progressLine(const Progress&, std::size_t columns);

/// The part of a label that fits into a line of so many columns; empty where it would be too short to be useful.
std::string shownLabel(std::string_view label, std::size_t columns);

/// "2.8 MiB/s" or "stalled", and "39s left", as far as they are known.
std::vector<std::string> paceWords(const Progress&);

/// "[===>  ]", of so many columns.
std::string bar(int percent, std::size_t width);

/// The same for a log: "45%  115.2 MiB of 256 MiB  21.3 MiB/s  7s left".
std::string progressText(const Progress&);

/// "waiting", "starting", "running", "stopping", "done", "failed", "stopped".
std::string_view stateWord(const JobView&);
Paint paintOf(const JobView&);
/// The kind it runs as, or would: "user-initiated", "regular, every 1h", "regular (demoted)".
std::string_view kindWord(JobClass);
std::string kindText(const JobView&);

/// "no network that fits (CONSTRAINT_CONNECTIVITY)"; several are joined by "; ".
std::string reasonsText(const std::vector<PendingReason>&);
/// The reasons for which a pending job waits, the first in the scheduler's own words: "no network
/// (CONSTRAINT_CONNECTIVITY)".
std::string waitsText(const JobView&);
/// "waiting at least 28s: no network that fits (CONSTRAINT_CONNECTIVITY)": a narrow screen cuts off its end.
std::string waitingText(const JobView&, WallTime now);

/// The progress of the job's transfer: its notification's, if that has the same total as the job's estimate, else the
/// bytes that the job reported.
Progress progressOf(const JobView&);

/// The result of a finished job: "saved /home/a/x.iso", "cancelled (CANCELLED_BY_APP)".
std::string endText(const Completed&);
/// "MemoryMax=512M": the limits set by `stint run -p`; empty: none.
std::string limitsOf(const JobView& job);
/// "https://a.example/f, https://b.example/f": a download's further sources, without secrets; empty: none.
std::string mirrorsOf(const JobView& job);
/// "ended 27s ago: could not connect to example.org port 443".
std::string lastRunText(const PastRun&, WallTime now);
/// The observed part of a job: how long it ran, and how much it transferred meanwhile.
struct Seen {
    Duration ran{0};
    Bytes moved = 0;
};
/// "256 MiB in 12s, 21.3 MiB/s"; empty if too little was observed.
std::string measuredText(Bytes size, Seen seen);
/// endText() with the rate beside the size it names: "saved /home/a/x.iso (256 MiB in 12s, 21.3 MiB/s)"; appended
/// if the text has no size. Unchanged if too little was observed.
std::string measuredEndText(const Completed&, Seen);
/// "begun anew: the file changed on the server", which the transfer app writes after its sizes; else empty.
std::string anewOf(const JobView&);
/// The error; where a job was refused as the kind that was wanted (jobs.md §2.3), with advice on what can be done.
Error withRegularInstead(Error error, JobClass wanted);
/// 0, the code of the job's outcome, or 1 if it was removed before it had one.
int exitCodeOf(const Completed&);

/// "2026-11-22 02:00:00", in the local time zone.
std::string clockText(WallTime);
/// "today 22:40", "tomorrow 07:00", "Sunday 03:00" within the next six days; else "2026-11-22 02:00".
std::string dayText(WallTime when, WallTime now);
/// "3min10s": without milliseconds, rounded up.
std::string briefly(Duration length);
/// "3min10s ago", "in 28s".
std::string ago(WallTime then, WallTime now);
std::string ahead(WallTime then, WallTime now);

} // namespace stint::cli
