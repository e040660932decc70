#include "fleet/document/app_settings.hpp"

#include <algorithm>
#include <array>

#include "base/result/errors.hpp"
#include "contract/model/app.hpp"
#include "contract/model/bucket.hpp"
#include "fleet/document/campaign_fields.hpp"

namespace stint::fleet {
namespace {

constexpr std::string_view appKey = "app";
constexpr std::size_t mostApps = 64;
constexpr Limits aName{1, 255}, permissions{1, 64};

std::string_view bucketRule(std::string_view text) {
    static const std::string right = "a bucket: " + bucketChoices(", ");
    return bucketNamed(text) ? std::string_view{} : std::string_view(right);
}
std::string_view batteryRule(std::string_view text) {
    return batteryUseNamed(text) ? "" : "unrestricted, optimized or restricted";
}
std::string_view yesRule(std::string_view text) { return text == "yes" || text == "no" ? "" : "yes or no"; }

// clang-format off
constexpr auto appFields = std::to_array<Field<AppSettings>>({
    {.key = "package", .member = &AppSettings::package, .limits = aName, .must = true,
     .meaning = "the app's, such as com.example.mail", .rule = nameRule},
    {.key = "bucket", .member = &AppSettings::bucket, .limits = aName, .meaning = "put it into this bucket",
     .rule = bucketRule},
    {.key = "battery", .member = &AppSettings::battery, .limits = aName,
     .meaning = "how much it may do in the background", .rule = batteryRule},
    {.key = "data-saver-exempt", .member = &AppSettings::dataSaverExempt, .limits = aName,
     .meaning = "it may use metered networks under Data Saver", .rule = yesRule},
    {.key = "revoke", .member = &AppSettings::revoke, .limits = permissions,
     .meaning = "permissions that its manifest declares, taken back", .rule = nameRule},
    {.key = "grant", .member = &AppSettings::grant, .limits = permissions,
     .meaning = "permissions that were taken back, given again", .rule = nameRule},
});
// clang-format on

} // namespace

Result<std::vector<AppSettings>> settingsIn(std::string_view text, std::string_view file) {
    const Value whole = STINT_TRY(valueFromToml(text, file));
    STINT_TRY(checkKeys(file, "the settings", whole, std::array{appKey}));
    const Value* const list = findIn(*whole.table(), appKey);
    if (!list || !list->list() || list->list()->empty() || list->list()->size() > mostApps)
        return at(file, list ? *list : whole,
                  fail(Errc::ILLEGAL_ARGUMENT, "settings are of 1 to {} apps; begin each with [[app]]", mostApps));
    std::vector<AppSettings> all;
    for (const Value& each : *list->list()) {
        STINT_TRY(checkKeys(file, appKey, each, keysOf(appFields)));
        AppSettings one;
        STINT_TRY(readFields({file}, "app: ", each, appFields, one));
        if (std::ranges::find(all, one.package, &AppSettings::package) != all.end())
            return at(file, each, fail(Errc::ILLEGAL_ARGUMENT, "{} stands there twice", one.package));
        all.push_back(std::move(one));
    }
    return all;
}

} // namespace stint::fleet
