#include "base/zone/zone.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include <absl/time/time.h>

#include "base/result/errors.hpp"

namespace stint {
namespace {

/// The zone's name in the tables. A table is read once for each name, so that another zone must have another name.
std::string zoneName() {
    if (const char* const zone = std::getenv("TZ"); zone && *zone) return *zone == ':' ? zone + 1 : zone;
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(localTime, error).string();
    constexpr std::string_view tables = "zoneinfo/";
    const auto at = target.find(tables);
    return error || at == std::string::npos ? "localtime" : target.substr(at + tables.size());
}

TimeZone::Offset offsetAt(const absl::TimeZone& zone, absl::Time time) {
    return {WallTime(Duration(absl::ToUnixMillis(time))), std::chrono::seconds(zone.At(time).offset)};
}

} // namespace

Result<TimeZone> zoneOfMachine(WallTime from, Duration length) {
    const std::string name = zoneName();
    absl::TimeZone zone;
    if (!absl::LoadTimeZone(name, &zone)) return fail(Errc::ILLEGAL_ARGUMENT, "the time zone {} is unknown", name);
    absl::Time time = absl::FromUnixMillis(from.time_since_epoch().count());
    const absl::Time last = time + absl::FromChrono(length);
    std::vector<TimeZone::Offset> offsets{offsetAt(zone, time)};
    for (absl::TimeZone::CivilTransition change; time < last && zone.NextTransition(time, &change);) {
        // FromCivil would be wrong: where clocks go back it answers with the hour's first time, which is before the
        // change, for ever.
        time = zone.At(change.to).trans;
        offsets.push_back(offsetAt(zone, time));
    }
    return TimeZone(std::move(offsets));
}

} // namespace stint
