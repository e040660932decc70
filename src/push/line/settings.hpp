// The file by which this device has joined a server: line.toml, written by `stint push join`. It has the line key, so
// it is this user's alone.
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
    /// nullopt: there is no line.toml; the device has joined no server. Security: the file is another user's, or others
    /// may read it; IllegalArgument says which key is wrong, and what would be right.
    static Result<std::optional<LineSettings>> read(const std::filesystem::path& directory);
    /// `text`, of `file`, which is in `directory`.
    static Result<LineSettings> parse(std::string_view text, const std::filesystem::path& directory);

    std::string endpointOf(std::string_view token) const;
};

} // namespace stint::push
