#include "fleet/agent/clock.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/result/errors.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "fleet/enrolment/files.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleet {
namespace {

constexpr const char* clockFile = "clock";
constexpr Bytes longestClock = 1'024;

struct Noted {
    WallTime time;
    std::string boot;
    Bytes at = 0; ///< milliseconds since that boot
};

// clang-format off
constexpr auto notedFields = std::to_array<Field<Noted>>({
    {.key = "time", .member = &Noted::time, .limits = anyTime, .must = true, .meaning = "the fleet's time"},
    {.key = "boot", .member = &Noted::boot, .limits = {1, 64}, .must = true, .meaning = "the boot's id", .rule = wordRule},
    {.key = "at", .member = &Noted::at, .limits = {0, largestNumber}, .meaning = "when that was, since the boot"},
});
// clang-format on

} // namespace

Result<std::optional<NotedTime>> notedTime(const std::filesystem::path& directory, std::string_view boot, Instant now) {
    const auto folder = STINT_TRY(privateFolder(directory));
    if (!folder) return std::optional<NotedTime>();
    const auto text = STINT_TRY(readOwn(*folder, clockFile, longestClock, Secrecy::Open));
    if (!text) return std::optional<NotedTime>();
    const Value whole = STINT_TRY(valueFromJson(*text));
    Noted noted;
    STINT_TRY(readFields({clockFile, true}, "", whole, notedFields, noted));
    if (noted.boot != boot) return std::optional(NotedTime{noted.time, false});
    return std::optional(NotedTime{noted.time + std::max(now - Instant(Duration(noted.at)), Duration(0)), true});
}

Result<void> noteTime(const std::filesystem::path& directory, WallTime time, std::string_view boot, Instant now) {
    const auto folder = STINT_TRY(privateFolder(directory));
    if (!folder) return fail(Errc::STORAGE, "{} is gone", directory.string());
    Value::Table table;
    const Noted noted{.time = time, .boot = std::string(boot), .at = now.time_since_epoch().count()};
    writeFields(notedFields, noted, table);
    return push::writePrivateFile(*folder, clockFile, jsonOf({std::move(table)}));
}

} // namespace stint::fleet
