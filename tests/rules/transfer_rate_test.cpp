// The rate of transfers by the policy and the hour (limits.md §15).
#include "contract/rules/transfer_rate.hpp"

#include <doctest/doctest.h>

using namespace stint;

namespace {

/// A policy at a time of the clock on the wall, 2026-03-28 in a zone that goes from UTC+1 to UTC+2 at 2:00 on the 29th.
struct Hour {
    Constants constants;
    Device device;
    DeviceState state;
    TimeZone zone{{{WallTime{}, 1h}, {std::chrono::sys_days{std::chrono::year{2026} / 3 / 29} + 1h, 2h}}};
    Now now;

    Hour(Duration ofDay, const char* rate, const char* unlimited) {
        const LocalTime local = std::chrono::local_days{std::chrono::year{2026} / 3 / 28} + ofDay;
        now = {Instant{5h}, zone.wallOf(local)};
        REQUIRE(setConstant(constants, "transfer.rate", rate).ok());
        REQUIRE(setConstant(constants, "transfer.unlimited", unlimited).ok());
    }
    TransferRate ask() const { return transferRate({constants, device, state, now, &zone}); }
    /// How long it holds; nullopt: for ever.
    std::optional<Duration> lasts() const {
        const auto until = ask().until;
        return until ? std::optional(*until - now.elapsed) : std::nullopt;
    }
};

} // namespace

TEST_CASE("without a rate there is no limit, and without hours it always holds") { // limits.md §15
    CHECK(Hour(12h, "none", "22:00-07:00").ask().most == 0);
    CHECK(!Hour(12h, "none", "22:00-07:00").lasts());
    CHECK(Hour(12h, "2MiB", "none").ask().most == 2_MiB);
    CHECK(!Hour(12h, "2MiB", "none").lasts());
}

TEST_CASE("there is none from the hour's first instant to its last, over midnight too") { // limits.md §15
    struct Row {
        const char* hours;
        Duration time;
        bool limited;
        Duration lasts;
    };
    const Row rows[]{
        {"22:00-07:00", 22h - 1ms, true, 1ms},
        {"22:00-07:00", 22h, false, 8h}, // the night in which the clocks go forward is an hour shorter
        {"22:00-07:00", 6h + 59min, false, 1min},
        {"22:00-07:00", 7h, true, 15h},
        {"09:30-17:45", 9h, true, 30min},
        {"09:30-17:45", 9h + 30min, false, 8h + 15min},
        {"09:30-17:45", 17h + 45min, true, 14h + 45min},
        {"00:00-23:59", 23h + 59min, true, 1min},
        {"02:30-04:00", 23h, true, 3h + 30min}, // 2:30 does not come: it is an hour later
    };
    for (const Row& row : rows) {
        CAPTURE(row.hours);
        CAPTURE(row.time.count());
        const Hour hour(row.time, "2MiB", row.hours);
        CHECK((hour.ask().most > 0) == row.limited);
        REQUIRE(hour.lasts());
        CHECK(hour.lasts()->count() == row.lasts.count());
    }
}
