// Times of a calendar (jobs.md §14.1), as systemd.time(7) writes them: "Mon..Fri 09:00", "*-*-01 06:30:00", "hourly".
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "contract/model/day.hpp"
#include "stint/result.hpp"

namespace stint {

class Calendar {
public:
    /// The calendar that `text` describes, in whole seconds, in the machine's zone or UTC. IllegalArgument names the
    /// wrong part, and what would be right.
    static Result<Calendar> parse(std::string_view text);

    /// The first of its times after `after`; nullopt: none comes.
    std::optional<WallTime> next(WallTime after, const TimeZone& zone) const;

private:
    /// `first`, and every `step` after it up to `last`.
    struct Run {
        int first = 0;
        int last = 0;
        int step = 1;
    };
    using Field = std::vector<Run>; ///< any of the runs; empty: each value
    struct Names;
    struct Parser;

    static bool has(const Field& field, int value);
    bool hasDay(std::chrono::year_month_day day) const;
    std::optional<WallTime> nextOn(std::chrono::local_days day, WallTime after, const TimeZone& zone) const;

    std::uint8_t weekdays_ = 0; ///< a bit for each, from Sunday on; 0: every day
    Field years_;
    Field months_;
    Field days_;
    bool fromEnd_ = false; ///< days are counted from the end of the month: 1 is its last
    Field hours_;
    Field minutes_;
    Field seconds_;
    bool utc_ = false;
};

} // namespace stint
