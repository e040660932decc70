// `stint log --day`: what ran, and how the device was, over a day of the wall clock (jobs.md §9.5).
#pragma once
#include <string_view>

#include "base/time/time.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// A day, from its first millisecond to its last.
struct Day {
    WallTime from;
    WallTime to;
};

/// Reads "today", "yesterday" or "2026-11-22", a day in this machine's zone. IllegalArgument lists these forms.
Result<Day> dayNamed(std::string_view text, WallTime now);

int logDay(const Arguments& given, const Screen& screen);

} // namespace stint::cli
