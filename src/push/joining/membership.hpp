// A server's place in a cluster (push.md §3.3): the file by which its machine knows it, and the same as the others are
// told it.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stint/result.hpp"

namespace stint::push {

struct Membership {
    std::string name;   ///< 26 characters of Crockford's base32
    std::string route;  ///< ADDRESS:PORT, where the others reach it
    std::string broker; ///< the URL that devices are told

    bool operator==(const Membership&) const = default;

    /// A new name.
    static std::string newName();
    std::string text() const;
    /// IllegalArgument: it is none.
    static Result<Membership> parse(std::string_view text);
};

/// The bucket of a cluster's servers: each is there by this word and its name. So many keep what they have three times.
inline constexpr std::string_view clusterBucket = "STINT_CLUSTER", serverKey = "server-";
inline constexpr std::size_t enoughServers = 3;

/// The host and the port of a route. nullopt: it is none, or of an address that no other machine could reach.
struct Route {
    std::string address;
    std::uint16_t port = 0;
};
std::optional<Route> routeIn(std::string_view text);

/// This machine's knowledge of its cluster, so that it finds the others when it starts: a file of its server's
/// directory.
struct ClusterFile {
    std::string name, route;
    std::vector<std::string> others; ///< their routes

    bool operator==(const ClusterFile&) const = default;

    static constexpr const char* fileName = "cluster";
    /// nullopt: the server is alone. Storage: the file is none of a cluster.
    static Result<std::optional<ClusterFile>> read(const std::filesystem::path& directory);
    Result<void> write(const std::filesystem::path& directory) const;
};

} // namespace stint::push
