// An operator's desk: the key, by its password; and what it has signed, handed to the fleet's server (fleet.md §6.1).
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "faces/cli/line/verbs.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/password.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/terminal.hpp"
#include "fleet/signing/secret_key.hpp"
#include "stint/result.hpp"

namespace stint::fleetctl {

/// A file that a person names. Refused: it is not there.
Result<std::string> textOfFile(const std::filesystem::path& file);

/// The operator's key, by the password that is asked for. nullopt: a signal has ended that, as `passwords` knows.
Result<std::optional<fleet::SecretKey>> keyOf(const cli::Arguments& given, Passwords& passwords,
                                              const cli::Screen& screen);

// Whom an order means is asked before the password is: the server refuses one that means all where nobody says so.

struct Reach {
    std::uint32_t devices = 0;
    bool isAll = false; ///< the fleet has no others
};
Result<Reach> reachOf(const Door& door, const std::string& query);
/// IllegalArgument: it is every device, and --all does not say so.
Result<void> checkReach(const Reach& reach, const cli::Arguments& given);

/// Hands over what is signed. Where nobody knows whether it was taken, the very same is handed over again: so a
/// campaign is started once, or not at all.
Result<cli::Json> handOver(const Door& door, std::string_view path, const cli::Json& body, const cli::Screen& screen);

} // namespace stint::fleetctl
