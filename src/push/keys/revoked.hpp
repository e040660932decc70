// The devices that a server lets in no more (push.md §3.1), as a file in its directory: stint-endpoint writes it, and
// nats-server's configuration is made of it.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::push {

/// A device that has left, or was revoked.
struct Revoked {
    std::string device;
    std::string key; ///< its public one; empty: it is not known
    WallTime since;

    bool operator==(const Revoked&) const = default;
};
inline constexpr std::size_t mostRevoked = 10'000; ///< PROPOSAL: that nats-server is told, the newest

/// Those in the directory's file; none where it is not there. A line that is none is passed over: it keeps no server
/// from starting. Storage: the file cannot be read.
Result<std::vector<Revoked>> readRevoked(const std::filesystem::path& data);
/// The file has these: on the disk when it returns.
Result<void> writeRevoked(const std::filesystem::path& data, const std::vector<Revoked>& all);

} // namespace stint::push
