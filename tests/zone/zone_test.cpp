// The machine's time zone, by the name in TZ (jobs.md §14.1, fleet.md §6.4).
#include <doctest/doctest.h>

#include <cstdlib>

#include "base/zone/zone.hpp"

using namespace stint;

namespace {

constexpr WallTime noon = std::chrono::sys_days{std::chrono::year{2026} / 7 / 1} + std::chrono::hours(12);

Result<TimeZone> zoneNamed(const char* name, Duration length = std::chrono::hours(24)) {
    ::setenv("TZ", name, 1);
    auto zone = zoneOfMachine(noon, length);
    ::unsetenv("TZ");
    return zone;
}

} // namespace

TEST_CASE("another zone that somebody has set is heard by the same process") {
    CHECK(zoneNamed("Europe/Berlin").value().aheadAt(noon) == std::chrono::hours(2));
    CHECK(zoneNamed(":Asia/Kolkata").value().aheadAt(noon) == std::chrono::minutes(330));
    CHECK(zoneNamed("UTC").value().aheadAt(noon) == Duration(0));
    CHECK(zoneNamed("Nowhere/None").error().message == "the time zone Nowhere/None is unknown");
}

TEST_CASE("a zone has its changes for as long as was asked for, and the next one") {
    const WallTime winter = noon + std::chrono::hours(24 * 200);
    CHECK(zoneNamed("Europe/Berlin").value().offsets().size() == 2);
    CHECK(zoneNamed("Europe/Berlin").value().aheadAt(winter) == std::chrono::hours(1));
    CHECK(zoneNamed("Europe/Berlin", std::chrono::years(100)).value().offsets().size() > 150);
}
