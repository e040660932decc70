// Invitations (fleet.md §3), and the keys that each has let in: values of the fleet's bucket, so that every server of
// the fleet knows them. An invitation is sealed there, for a broker that reads it may let nobody in.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/signing/secret_key.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

inline constexpr std::uint32_t mostUses = 10'000;                          ///< PROPOSAL
inline constexpr std::size_t mostInvitations = 1'000;                      ///< PROPOSAL: that serve at a time
inline constexpr Duration longestInvitation = std::chrono::hours(24 * 28); ///< as push's own code to join
inline constexpr Duration keptAfterEnd = std::chrono::hours(24 * 7);       ///< PROPOSAL

struct Invitation {
    std::string id;                  ///< 8 characters of Crockford's base32
    std::string secret;              ///< 26
    std::vector<std::string> labels; ///< "site=berlin", each name once
    std::uint32_t uses = 1;          ///< at most
    WallTime made{}, until{};

    bool operator==(const Invitation&) const = default;

    std::map<std::string, std::string, std::less<>> labelTable() const;
};

/// The labels of "site=berlin,model=p1", in order. IllegalArgument: one is none, or a name stands there twice.
Result<std::vector<std::string>> labelsIn(std::string_view text);

class Invitations {
public:
    /// Keeps a value under a key that had none: it is there when it returns. IllegalState: the key has one.
    using Keep = std::function<Result<void>(const std::string& key, const std::string& value)>;
    /// Forgets all values under these keys, as NATS writes them: `used.ID.*`.
    using Forget = std::function<Result<void>(const std::string& keys)>;
    /// Invitations are sealed by what only who has the enrolment key can make.
    Invitations(const SecretKey& enrolment, Keep keep, Forget forget);

    /// The first words of the keys that are theirs.
    static constexpr std::string_view invitationPart = "invitation.", usedPart = "used.";
    /// Takes a value that is kept, in the order in which they were. Storage: it is damaged, and counts for nothing.
    Result<void> read(std::string_view key, std::string_view value);

    /// A new one, which is kept when it returns. Those that ended a week ago are forgotten. IllegalArgument: its uses,
    /// time or labels are beyond the bounds; LimitExceeded: there are too many.
    Result<Invitation> make(std::vector<std::string> labels, std::uint32_t uses, Duration expires, WallTime now);
    /// nullptr: there is none of that id.
    const Invitation* find(std::string_view id) const;

    /// A device with a key that it has let in.
    bool hasLetIn(const Invitation& invitation, std::string_view device, std::string_view key) const;
    /// Counts a use for that device with that key, once: it is kept when it returns. Refused: no use is left.
    /// IllegalState: another server has counted one meanwhile, and it is to be read first.
    Result<void> use(const Invitation& invitation, std::string_view device, std::string_view key);

private:
    struct Known {
        std::optional<Invitation> invitation;     ///< nullopt: it is damaged
        std::set<std::string, std::less<>> lines; ///< "DEVICE KEY", of whom it has let in
        std::uint32_t used = 0; ///< numbers that are taken: a value that nobody can read is a use, too
    };

    std::string sealed(const Invitation& invitation) const;
    Result<Invitation> unsealed(std::string_view id, std::string_view value) const;

    Secret<std::array<unsigned char, 32>> seal_;
    Keep keep_;
    Forget forget_;
    std::map<std::string, Known, std::less<>> all_; ///< by their ids
};

} // namespace stint::fleet
