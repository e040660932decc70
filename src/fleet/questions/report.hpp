// A device's report (fleet.md §4.1): a paper that the device signs, so that nobody else tells what became of a campaign
// there. Whose it is, of which enrolment, and its number stand in the comment that is signed with it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "fleet/document/words.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// PROPOSAL: the most bytes of a signed report, which is a message of the stream: words at their longest have twice as
/// many in it.
inline constexpr std::size_t longestReport = 12'288;

struct DeviceReport {
    std::string campaign;
    std::string device;
    std::uint32_t enrolment = 0;
    WallTime made{}; ///< by the device's clock: for people, and for nothing else
    Telling telling; ///< Waiting or later; with an outcome where it has ended

    bool operator==(const DeviceReport&) const = default;
};

/// Its words are those of fittingWords(), and its time is no earlier than 1970.
std::string documentOf(const DeviceReport& report);
/// IllegalArgument: the text is not what documentOf() writes of one that keeps the rules.
Result<DeviceReport> deviceReportIn(std::string_view document);
/// "stint report CAMPAIGN DEVICE ENROLMENT.ROUND.SEQUENCE"
std::string commentOf(const DeviceReport& report);

} // namespace stint::fleet
