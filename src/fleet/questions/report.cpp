#include "fleet/questions/report.hpp"

#include <algorithm>

#include "fleet/document/paper.hpp"
#include "fleet/document/telling.hpp"

namespace stint::fleet {
namespace {

/// A report's members, each as its row has it.
struct ReportRow : TellingRow {
    std::string campaign, device;
    std::uint32_t enrolment = 0;
    WallTime made{};
};

// clang-format off
constexpr auto ownFields = std::to_array<Field<ReportRow>>({
    {.key = "campaign", .member = &ReportRow::campaign, .limits = {17, 17}, .must = true,
     .meaning = "the campaign", .rule = campaignRule},
    {.key = "device", .member = &ReportRow::device, .limits = {26, 26}, .must = true,
     .meaning = "the device", .rule = idRule},
    {.key = "enrolment", .member = &ReportRow::enrolment, .limits = {1, 1'000'000'000}, .must = true,
     .meaning = "how often the device had joined"},
    {.key = "made", .member = &ReportRow::made, .limits = anyTime, .meaning = "when, by the device's clock"},
});
// clang-format on
constexpr auto reportFields = joined(ownFields, tellingFields<ReportRow>);

std::string written(const ReportRow& row) {
    Value::Table table = tableOf(reportFields, row);
    writeBlockers(row, table);
    return jsonOf({std::move(table)});
}
Result<void> readItsBlockers(const Origin& from, const Value& value, ReportRow& into) {
    return readBlockers(from, value, into);
}

} // namespace

std::string documentOf(const DeviceReport& report) {
    const auto since1970 = std::clamp<std::int64_t>(report.made.time_since_epoch().count(), 0, anyTime.most);
    ReportRow row{{rowOf(report.telling)}, report.campaign, report.device, report.enrolment, {}};
    row.made = WallTime(Duration(since1970));
    return written(row);
}

Result<DeviceReport> deviceReportIn(std::string_view document) {
    constexpr std::string_view name = "the report";
    auto row = STINT_TRY(paperIn(document, name, reportFields, written, {{blockersKey, readItsBlockers}}));
    Telling telling = STINT_TRY(tellingOf(row, name));
    return DeviceReport{.campaign = std::move(row.campaign),
                        .device = std::move(row.device),
                        .enrolment = row.enrolment,
                        .made = row.made,
                        .telling = std::move(telling)};
}

std::string commentOf(const DeviceReport& report) {
    return fmt::format("stint report {} {} {}.{}.{}", report.campaign, report.device, report.enrolment,
                       report.telling.round, report.telling.sequence);
}

} // namespace stint::fleet
