// The file by which this device has joined a server: line.toml, which `stint push join` writes and `leave` removes. It
// has the line key, so it is this user's alone; so is the file of credentials beside it.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "push/envelope/envelope.hpp"
#include "stint/result.hpp"

namespace stint::push {

struct LineSettings {
    std::string origin;               ///< endpoints are ORIGIN/push/v1/TOKEN
    std::vector<std::string> brokers; ///< 1 to 8
    PublicKey serverKey{};
    std::string device, shard;
    LineKey lineKey{};
    std::string credentials; ///< a file of libnats; empty: none

    /// $XDG_STATE_HOME/stint/push.
    static std::filesystem::path directory();
    static constexpr const char* fileName = "line.toml";
    /// nullopt: there is no line.toml; the device has joined no server. Security: the file is another user's, or others
    /// may read it; IllegalArgument says which key is wrong, and what would be right.
    static Result<std::optional<LineSettings>> read(const std::filesystem::path& directory);
    /// The text of the file in `directory`.
    static Result<LineSettings> parse(std::string_view text, const std::filesystem::path& directory);

    /// The device joins: its credentials, and line.toml, which is there whole or not at all. IllegalArgument: something
    /// in it is not as read() wants it, and nothing was written. `credentials` is set to the file's path.
    Result<void> write(const std::filesystem::path& directory, std::string_view itsCredentials);
    /// The device leaves: both files are gone, line.toml first.
    Result<void> remove(const std::filesystem::path& directory) const;

    std::string endpointOf(std::string_view token) const;
};

} // namespace stint::push
