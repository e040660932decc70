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

/// It has the form of a broker's URL.
bool isBroker(std::string_view text);

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

    /// Brokers that it does not know yet, by their places (HOST:PORT), as far as there is room for them. True: some
    /// were.
    bool learn(const std::vector<std::string>& places);
    /// line.toml has them from now on, if it is this one still.
    Result<void> keepBrokers(const std::filesystem::path& directory) const;
    /// The same but for the brokers.
    bool isSameJoin(const LineSettings& other) const;

    bool operator==(const LineSettings&) const = default;

private:
    /// line.toml, with the credentials in the file of that name beside it.
    std::string text(const std::string& beside) const;
};

} // namespace stint::push
