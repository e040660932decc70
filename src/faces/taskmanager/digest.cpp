#include "faces/taskmanager/digest.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/result/check.hpp"

namespace stint::taskmanager {
namespace {

using Sha256 = std::array<unsigned char, 32>;

Sha256 sha256(std::string_view text) {
    Sha256 digest{};
    STINT_CHECK(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
    return digest;
}

} // namespace

std::string base64OfSha256(std::string_view text) {
    const Sha256 digest = sha256(text);
    std::array<unsigned char, 45> written{}; // 44 and a zero
    const int length = EVP_EncodeBlock(written.data(), digest.data(), static_cast<int>(digest.size()));
    return {reinterpret_cast<const char*>(written.data()), static_cast<std::size_t>(length)};
}

std::string entityTag(std::string_view bytes) {
    std::string tag = "\"";
    for (const unsigned char byte : sha256(bytes))
        tag += fmt::format("{:02x}", byte);
    return tag.substr(0, 33) + '"';
}

} // namespace stint::taskmanager
