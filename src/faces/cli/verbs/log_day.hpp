// `stint log --day`: what runs, and what the device is, over a day of the clock on the wall (jobs.md §9.5).
#pragma once
#include <string_view>

#include "base/time/time.hpp"
#include "faces/cli/line/arguments.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// From its first millisecond to its last.
struct Day {
    WallTime from;
    WallTime to;
};

/// "today", "yesterday", "2026-11-22": of this machine's zone. IllegalArgument says which forms there are.
Result<Day> dayNamed(std::string_view text, WallTime now);

int logDay(const Arguments& given, const Screen& screen);

} // namespace stint::cli
