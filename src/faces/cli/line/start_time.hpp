// The value of --at (jobs.md §14.1): a time as systemd.time(7) and at(1) write it.
#pragma once
#include <string>

#include "base/time/time.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// The instant that the words name, in this machine's zone or UTC: "02:00", "9pm" and "noon", the next time it is that
/// late; "tomorrow", "friday" and "2026-11-22", from 00:00 on, or with a time; "@1795312800", seconds since 1970; and
/// "+90min", "now + 1 hour" or "tomorrow + 2 days", so much later. Upper and lower case are the same. A time that
/// clocks jump over is the instant of the jump; one that comes twice is the first. IllegalArgument: none of these
/// forms, or it is past.
Result<WallTime> startTimeIn(const std::string& text, WallTime now);

} // namespace stint::cli
