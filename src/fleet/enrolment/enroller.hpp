// The gate of the fleet (fleet.md §3): a device's question in, the server's answer out, and what is to be kept
// before that is sent. Nothing here knows where certificates are kept, or how a question comes.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/enrolment/fleet_keys.hpp"
#include "fleet/enrolment/invitations.hpp"
#include "fleet/enrolment/words.hpp"
#include "fleet/trust/signed.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

inline constexpr Duration certificateLife = std::chrono::hours(24 * 90);   ///< PROPOSAL
inline constexpr Duration renewableAfterEnd = std::chrono::hours(24 * 90); ///< PROPOSAL
inline constexpr std::uint32_t questionsAMinute = 600;                     ///< PROPOSAL: by one invitation

/// From then on the certificate may be renewed.
inline WallTime renewalOf(const Certificate& certificate) {
    return certificate.made + (certificate.until - certificate.made) / 2;
}

/// A device as the server knows it.
struct Known {
    std::optional<Signed> certificate; ///< the last that was made for it, by whatever key
    bool isRemoved = false;            ///< since then
};

struct Enrolled {
    std::string answer;
    std::optional<Signed> made; ///< the device's certificate from now on: it is kept before the answer is sent
    std::string invitation;     ///< by which it was made; empty: it was renewed
    std::string trouble;        ///< of the server's own, for its log; empty: there was none
};

class Enroller {
public:
    Enroller(FleetKeys keys, Invitations invitations) : keys_(std::move(keys)), invitations_(std::move(invitations)) {}

    /// The question of the device that asks by a subject of its own. Uses of invitations are kept when it returns; the
    /// clocks are the server's.
    Enrolled answer(std::string_view question, std::string_view device, const Known& known, WallTime time, Instant now);

    /// The device's certificate with other labels, "site=berlin", or without one, "site=": of the same enrolment and
    /// end. IllegalArgument: one is none, or there would be too many.
    Result<Signed> relabelled(const Signed& certificate, const std::vector<std::string>& changes, WallTime time) const;

    /// From now on devices are told these.
    void hand(std::optional<Signed> statement) { statement_ = std::move(statement); }
    FleetKeys& keys() { return keys_; }
    Invitations& invitations() { return invitations_; }

private:
    struct Minute {
        Instant since{};
        std::uint32_t questions = 0;
    };

    Result<Signed> certificateFor(const JoinQuestion& question, const Known& known, WallTime time, Instant now);
    Result<Signed> renewed(const JoinQuestion& question, const Known& known, WallTime time) const;
    Result<Invitation> invitationOf(const JoinQuestion& question, Instant now);
    std::string textFor(const Signed& certificate) const;

    FleetKeys keys_;
    Invitations invitations_;
    std::optional<Signed> statement_;
    std::map<std::string, Minute, std::less<>> asked_; ///< of invitations that there are
};

} // namespace stint::fleet
