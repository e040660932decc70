// Texts that the servers of one system alone can make and read: they lie on the broker, or in strangers' hands.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "push/keys/server_keys.hpp"

namespace stint::push {

/// In libsodium's secretbox: another one each time.
std::string sealedText(std::string_view plain, const ServerKeys& keys);
/// nullopt: no server of these keys has sealed it.
std::optional<std::string> unsealedText(std::string_view sealed, const ServerKeys& keys);

} // namespace stint::push
