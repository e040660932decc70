// The keys by which a server keeps what only it may read or have made.
#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "push/envelope/envelope.hpp"
#include "stint/result.hpp"

namespace stint::push {

/// The server's keys: what it seals values with, and what devices seal theirs with for it. Secret but for `publicKey`.
struct ServerKeys {
    std::array<unsigned char, 32> values{}, publicKey{}, secretKey{};

    /// Those of the file, which only its owner may read; it is made where it is not there.
    static Result<ServerKeys> open(const std::filesystem::path& file);
    /// The file's bytes, which make another directory this server's, too; and such bytes. nullopt: they are none.
    std::string bytes() const;
    static std::optional<ServerKeys> parse(std::string_view bytes);
};
/// The device's key, which sealed() has sealed for the server.
std::optional<LineKey> opened(std::string_view sealedKey, const ServerKeys& keys);

/// A text that the servers of one system alone can make and read: it lies on the broker, or in strangers' hands. In
/// libsodium's secretbox: another one each time.
std::string sealedText(std::string_view plain, const ServerKeys& keys);
/// nullopt: no server of these keys has sealed it.
std::optional<std::string> unsealedText(std::string_view sealed, const ServerKeys& keys);

} // namespace stint::push
