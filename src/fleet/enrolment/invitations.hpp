// Invitations (fleet.md §3), a file each on the fleet's server, and beside it the keys that it has let in. Who invites
// is another process than who lets devices in: the one writes the first file, the other the second.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/unix/folder.hpp"
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
    /// The folder of invitations in the server's directory, which is made where it is not there.
    static Result<Invitations> open(const std::filesystem::path& server);

    /// A new one: on the disk when it returns. Those that ended a week ago are forgotten. IllegalArgument: its uses,
    /// time or labels are beyond the bounds; LimitExceeded: there are too many.
    Result<Invitation> make(std::vector<std::string> labels, std::uint32_t uses, Duration expires, WallTime now) const;
    /// nullopt: there is none of that id. Storage: its file is damaged.
    Result<std::optional<Invitation>> find(std::string_view id) const;

    /// A device with a key that it has let in.
    Result<bool> hasLetIn(const Invitation& invitation, std::string_view device, std::string_view key);
    /// Counts a use for that device with that key, once: on the disk when it returns. Refused: no use is left.
    Result<void> use(const Invitation& invitation, std::string_view device, std::string_view key);

private:
    struct Uses {
        std::set<std::string, std::less<>> lines;
        std::uint32_t count = 0; ///< a line that nobody can read is one, too
        Bytes end = 0;           ///< of the file's last line
    };

    Invitations(std::filesystem::path directory, Folder folder)
        : directory_(std::move(directory)), folder_(std::move(folder)) {}
    Result<Uses*> usesOf(const std::string& id);

    std::filesystem::path directory_;
    Folder folder_;
    std::map<std::string, Uses, std::less<>> read_; ///< those of late: nobody else writes them
};

} // namespace stint::fleet
