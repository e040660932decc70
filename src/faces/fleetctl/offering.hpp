// Files that the fleet's server answers its devices (fleet.md §5.3): which directory it is, and how a file gets there,
// whole or not at all, under its SHA-256.
#pragma once
#include <filesystem>
#include <string>

#include "faces/cli/line/verbs.hpp"
#include "fleet/document/campaign.hpp"
#include "stint/result.hpp"

namespace stint::fleetctl {

/// The directory that --files names, which is made where it is not there; empty: it is not given.
Result<std::filesystem::path> filesOf(const cli::Arguments& given);
/// Notes, in the fleet's directory, where files go and at which origin devices find them; or that there are none.
Result<void> noteFiles(const std::filesystem::path& fleet, const std::string& origin,
                       const std::filesystem::path& files);

/// A file that is to be put there.
struct Offer {
    std::filesystem::path file;
    fleet::Source source; ///< of the devices
    std::filesystem::path directory;
};
/// Refused: it is not there, or the server was started without --files.
Result<Offer> offerOf(const cli::Arguments& given, const std::string& file);
/// Storage: it does not go there. IllegalState: it is not the same any more. Busy: another one is at it.
Result<void> put(const Offer& offer);

} // namespace stint::fleetctl
