// The documents of desired state that stand (fleet.md §4.3), and which of them means a device: of those whose targets
// say yes of it the newest. Pure.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/document/query.hpp"
#include "fleet/questions/state.hpp"
#include "fleet/trust/signed.hpp"
#include "fleet/trust/trust.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

class DesiredState {
public:
    struct Document {
        Signed paper;
        Desired desired;
        Query targets;
        std::string hash;
    };

    /// One more that there ever was, in whatever order. IllegalArgument: it is none.
    Result<void> add(const Signed& paper);
    /// Those stand that operators of the list have signed who may, but for those of which a newer one means every
    /// device that they mean.
    void judge(const Operators& list);

    /// The highest version that there ever was; 0: none.
    std::uint32_t newest() const { return all_.empty() ? 0 : all_.rbegin()->first; }
    /// nullptr: there never was one.
    const Document* find(std::uint32_t version) const;

    // Those that stand.

    std::size_t count() const { return standing_.size(); }
    /// nullptr: none means it.
    const Document* wantedOf(const Facts& device) const;
    std::vector<std::string> hashes() const; ///< in their order

private:
    std::map<std::uint32_t, Document> all_;
    std::vector<std::uint32_t> standing_; ///< the newest first
    std::uint32_t judgedBy_ = 0;          ///< the list's version; 0: by none
};

/// Why a device is not as it is to be.
enum class Drift : std::uint8_t { Unheard, Older, Waiting, Refused, Changed };
struct DriftRow {
    Drift drift;
    std::string_view word;
};
inline constexpr auto driftRows = std::to_array<DriftRow>({
    {Drift::Unheard, "unheard"},
    {Drift::Older, "older"},
    {Drift::Waiting, "waiting"},
    {Drift::Refused, "refused"},
    {Drift::Changed, "changed"},
});
std::string_view wordOf(Drift drift);

/// nullopt: it is so. `wanted` may be none, as what the device has told.
std::optional<Drift> driftOf(const DesiredState::Document* wanted, const std::optional<DeviceState>& told);

} // namespace stint::fleet
