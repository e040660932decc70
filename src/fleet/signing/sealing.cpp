#include "fleet/signing/sealing.hpp"

#include <algorithm>
#include <vector>

#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "fleet/signing/format.hpp"

namespace stint::fleet {
namespace {

// One byte: how many readers; of each the key's id, and the words' key sealed for it; then a nonce, and the words.
using WordsKey = std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_KEYBYTES>;
constexpr std::size_t nonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
                      tagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES,
                      readerSize = sizeof(KeyId) + sizeof(SealedKey);
static_assert(sizeof(SealedKey) == sizeof(WordsKey) + crypto_box_SEALBYTES);

const unsigned char* bytesOfText(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

} // namespace

std::string sealed(std::string_view words, std::string_view whose, std::span<const PublicKey> readers,
                   std::size_t room) {
    if (readers.empty()) return {};
    readers = readers.first(std::min(readers.size(), mostReaders));
    const std::size_t others = 1 + readers.size() * readerSize + nonceSize + tagSize, most = room / 4 * 3;
    if (most <= others) return {};
    words = headOf(words, most - others);
    Secret<WordsKey> key;
    randombytes_buf(key->data(), key->size());
    std::vector<unsigned char> bytes{static_cast<unsigned char>(readers.size())};
    for (const PublicKey& reader : readers) {
        std::array<unsigned char, crypto_box_PUBLICKEYBYTES> point{};
        SealedKey its{};
        if (crypto_sign_ed25519_pk_to_curve25519(point.data(), reader.point.data()) != 0 ||
            crypto_box_seal(its.data(), key->data(), key->size(), point.data()) != 0)
            return {};
        bytes.insert(bytes.end(), reader.id.bytes.begin(), reader.id.bytes.end());
        bytes.insert(bytes.end(), its.begin(), its.end());
    }
    const std::size_t nonceAt = bytes.size();
    bytes.resize(nonceAt + nonceSize + words.size() + tagSize);
    unsigned char* const nonce = bytes.data() + nonceAt;
    randombytes_buf(nonce, nonceSize);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + nonceSize, nullptr, bytesOfText(words), words.size(),
                                               bytesOfText(whose), whose.size(), nullptr, nonce, key->data());
    return in64(bytes);
}

Result<std::string> unsealed(std::string_view text, std::string_view whose, const SecretKey& key) {
    const Error none = fail(Errc::ILLEGAL_ARGUMENT, "these are no sealed words");
    std::vector<unsigned char> bytes(text.size() / 4 * 3);
    while (!bytes.empty() && lengthIn64(bytes.size()) == text.size() && !from64(text, bytes))
        bytes.pop_back(); // as many as its padding says
    if (bytes.empty() || lengthIn64(bytes.size()) != text.size()) return none;
    const std::size_t nonceAt = 1 + bytes.front() * readerSize;
    if (bytes.size() < nonceAt + nonceSize + tagSize) return none;
    const KeyId id = key.publicKey().id;
    for (std::size_t at = 1; at < nonceAt; at += readerSize) {
        const unsigned char* const reader = bytes.data() + at;
        SealedKey its{};
        std::copy_n(reader + sizeof(KeyId), its.size(), its.begin());
        if (!std::equal(id.bytes.begin(), id.bytes.end(), reader)) continue;
        const auto opened = key.opened(its);
        if (!opened) continue;
        const unsigned char* const nonce = bytes.data() + nonceAt;
        std::string words(bytes.size() - nonceAt - nonceSize - tagSize, '\0');
        if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(words.data()), nullptr, nullptr,
                                                       nonce + nonceSize, words.size() + tagSize, bytesOfText(whose),
                                                       whose.size(), nonce, (*opened)->data()) == 0)
            return words;
    }
    return fail(Errc::SECURITY, "they are not sealed for this key");
}

} // namespace stint::fleet
