// A device's word of how it is, where it is to be as a document says (fleet.md §4.3): a paper that it signs, and tells
// with each hello. The latest counts, by the fleet's time, which only moves on.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

enum class Holding : std::uint8_t { Applied, Waiting, Refused, Changed, Released };
struct HoldingRow {
    Holding holding;
    std::string_view word;
    std::string_view meaning; ///< for people
};
// clang-format off
inline constexpr auto holdingRows = std::to_array<HoldingRow>({
    {Holding::Applied, "applied", "it is as the document says"},
    {Holding::Waiting, "waiting", "it could not be made so yet"},
    {Holding::Refused, "refused", "the device refused the document, or its owner did"},
    {Holding::Changed, "changed", "it was made so, and somebody has changed it there since"},
    {Holding::Released, "released", "no document means the device any more"},
});
// clang-format on
std::string_view wordOf(Holding holding);
std::optional<Holding> holdingIn(std::string_view word);

struct DeviceState {
    std::string device;
    std::uint32_t enrolment = 0;
    std::uint32_t version = 0; ///< of the document, and its hash
    std::string hash;
    WallTime since{}; ///< by the fleet's time
    Holding holding = Holding::Applied;
    std::string words; ///< why it is not so

    bool operator==(const DeviceState&) const = default;
};

/// Its words are made printable, and cut.
std::string documentOf(const DeviceState& state);
/// IllegalArgument: the text is not what documentOf() writes of one that keeps the rules.
Result<DeviceState> deviceStateIn(std::string_view document);
/// "stint state DEVICE ENROLMENT.VERSION"
std::string commentOf(const DeviceState& state);

} // namespace stint::fleet
