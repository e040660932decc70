// Words that only those read for whom they are sealed (fleet.md §4.1): by a key of their own, which is sealed for each
// reader's key. Those are Ed25519's, turned into X25519's, so whoever can sign can read. Text in and out is a
// stranger's.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "fleet/signing/public_key.hpp"
#include "fleet/signing/secret_key.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

inline constexpr std::size_t mostReaders = 8;

/// Base64 of up to `room` characters; the words are cut at a character to what has room. `whose` says what they are of:
/// in another place they are not opened. Empty: nobody is to read them, or nothing has room.
std::string sealed(std::string_view words, std::string_view whose, std::span<const PublicKey> readers,
                   std::size_t room);
/// IllegalArgument: it is nothing that was sealed; Security: not for that key, of something else, or damaged.
Result<std::string> unsealed(std::string_view text, std::string_view whose, const SecretKey& key);

} // namespace stint::fleet
