// The seals of a fleet's reports in the broker (fleet.md §5.1): read with the reports, and written when all of those
// that one is for were read. Nothing depends on them but how long it takes to read reports again.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "fleet/enrolment/fleet_keys.hpp"
#include "fleet/trust/seal.hpp"
#include "push/broker/broker.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

inline constexpr std::string_view sealsBucket = "STINT_FLEET_SEALS";

/// Stamps of each seal, by its number: what the reports' sequences, less 1, have in common above the thousands.
using SealedReports = std::map<std::uint64_t, Stamps>;
constexpr std::uint64_t sealOf(std::uint64_t sequence) { return (sequence - 1) / mostSealed; }

class Seals {
public:
    /// Those of these reports, as the statement key has signed them. One that is none is passed over, and so are all
    /// where the broker does not answer, and those of many reports that have few in common. Any thread may call.
    static SealedReports read(const push::Broker& broker, const PublicKey& statement,
                              std::span<const push::Recorded> reports);

    static Result<void> open(const push::Broker& broker, int copies);

    /// Those were read with reports, among which these were found signed here.
    void add(const SealedReports& read, std::span<const std::pair<std::uint64_t, Stamp>> verified);
    /// All reports before that one were read: what has come to those seals that are full is written, and not waited
    /// for; nullptr: another server writes it.
    void close(std::uint64_t next, const push::Broker& broker, const FleetKeys* keys);

private:
    struct Open {
        Stamps stamps;
        bool isNews = false; ///< no seal has all of these
    };
    std::map<std::uint64_t, Open> open_;
};

} // namespace stint::fleet
