#include "push/webpush/encryption.hpp"

#include <limits>

#include "base/result/errors.hpp"
#include "push/webpush/openssl.hpp"

namespace stint::webpush {
namespace {

using Cipher = Owned<EVP_CIPHER_CTX, &EVP_CIPHER_CTX_free>;

constexpr std::size_t keySize = 16, nonceSize = 12, tagSize = 16;
constexpr std::size_t fixedHeader = saltSize + 4 + 1;
// Ends a record's text, before its padding (RFC 8188 §2).
constexpr char lastRecord = 2, otherRecord = 1;
constexpr std::size_t delimiter = 1;

struct Secrets {
    std::string key;
    std::string nonce; ///< of the first record
};

// RFC 8188 §2.2, §2.3. A literal's own NUL byte is part of these words.
Secrets secretsOf(std::string_view salt, std::string_view secret) {
    using namespace std::string_view_literals;
    return {.key = hkdf(salt, secret, "Content-Encoding: aes128gcm\0"sv, keySize),
            .nonce = hkdf(salt, secret, "Content-Encoding: nonce\0"sv, nonceSize)};
}

std::string nonceOf(const Secrets& secrets, std::uint64_t record) {
    std::string nonce = secrets.nonce;
    for (auto byte = nonce.rbegin(); record > 0; ++byte, record >>= 8U)
        *byte = static_cast<char>(static_cast<unsigned char>(*byte) ^ (record & 0xffU));
    return nonce;
}

Cipher begun(const Secrets& secrets, std::uint64_t record, int encrypts) {
    Cipher cipher(EVP_CIPHER_CTX_new());
    const std::string nonce = nonceOf(secrets, record);
    STINT_CHECK(cipher && EVP_CipherInit_ex2(cipher.get(), EVP_aes_128_gcm(), bytesOf(std::string_view(secrets.key)),
                                             bytesOf(std::string_view(nonce)), encrypts, nullptr) == 1);
    return cipher;
}

std::string sealed(std::string_view text, const Secrets& secrets) {
    const Cipher cipher = begun(secrets, 0, 1);
    std::string record(text.size() + tagSize, '\0');
    int size = 0, rest = 0;
    STINT_CHECK(EVP_CipherUpdate(cipher.get(), bytesOf(record), &size, bytesOf(text), static_cast<int>(text.size())) ==
                1);
    STINT_CHECK(EVP_CipherFinal_ex(cipher.get(), bytesOf(record) + size, &rest) == 1);
    STINT_CHECK(static_cast<std::size_t>(size + rest) == text.size());
    STINT_CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, tagSize, bytesOf(record) + text.size()) == 1);
    return record;
}

// A record's text with its delimiter, and without padding.
Result<std::string> opened(std::string_view record, const Secrets& secrets, std::uint64_t number) {
    if (record.size() < tagSize + delimiter)
        return fail(Errc::ILLEGAL_ARGUMENT, "record {} has {} bytes; it is cut off", number, record.size());
    const std::string_view text = record.substr(0, record.size() - tagSize);
    std::string tag(record.substr(text.size()));
    const Cipher cipher = begun(secrets, number, 0);
    std::string plain(text.size(), '\0');
    int size = 0, rest = 0;
    const bool sound =
        EVP_CipherUpdate(cipher.get(), bytesOf(plain), &size, bytesOf(text), static_cast<int>(text.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, tagSize, tag.data()) == 1 &&
        EVP_CipherFinal_ex(cipher.get(), bytesOf(plain) + size, &rest) == 1;
    if (!sound) return fail(Errc::ILLEGAL_ARGUMENT, "it is not encrypted with these keys, or was changed");
    plain.erase(plain.find_last_not_of('\0') + 1);
    return plain;
}

std::string big(std::uint32_t number) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(number >> static_cast<unsigned>(shift));
    return bytes;
}

// RFC 8291 §3.4.
std::string secretFor(std::string_view shared, std::string_view auth, std::string_view app, std::string_view sender) {
    using namespace std::string_literals;
    return hkdf(auth, shared, "WebPush: info\0"s.append(app).append(sender), 32);
}

} // namespace

Result<std::string> seal(std::string_view plain, std::string_view secret, const Coding& coding) {
    STINT_CHECK(coding.salt.size() == saltSize);
    STINT_CHECK(coding.keyId.size() <= std::numeric_limits<unsigned char>::max());
    if (coding.recordSize < plain.size() + delimiter + tagSize)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} bytes are too many for a record of {}", plain.size(),
                    coding.recordSize);
    std::string text(plain);
    text += lastRecord;
    return coding.salt + big(coding.recordSize) + static_cast<char>(coding.keyId.size()) + coding.keyId +
           sealed(text, secretsOf(coding.salt, secret));
}

Result<Coding> codingOf(std::string_view body) {
    const auto at = [&](std::size_t place) { return static_cast<unsigned char>(body[place]); };
    if (body.size() < fixedHeader || body.size() < fixedHeader + at(fixedHeader - 1))
        return fail(Errc::ILLEGAL_ARGUMENT, "{} bytes are no aes128gcm: its header is cut off", body.size());
    Coding coding{.salt = std::string(body.substr(0, saltSize)),
                  .recordSize = 0,
                  .keyId = std::string(body.substr(fixedHeader, at(fixedHeader - 1)))};
    for (std::size_t place = saltSize; place < saltSize + 4; ++place)
        coding.recordSize = coding.recordSize << 8U | at(place);
    if (coding.recordSize < tagSize + delimiter + 1)
        return fail(Errc::ILLEGAL_ARGUMENT, "records of {} bytes hold nothing; the least is 18 (RFC 8188 §2.1)",
                    coding.recordSize);
    return coding;
}

Result<std::string> open(std::string_view body, std::string_view secret) {
    const Coding coding = STINT_TRY(codingOf(body));
    const Secrets secrets = secretsOf(coding.salt, secret);
    body.remove_prefix(fixedHeader + coding.keyId.size());
    std::string plain;
    for (std::uint64_t number = 0;; ++number) {
        const std::string_view record = body.substr(0, coding.recordSize);
        body.remove_prefix(record.size());
        std::string text = STINT_TRY(opened(record, secrets, number));
        const char expected = body.empty() ? lastRecord : otherRecord;
        if (text.empty() || text.back() != expected)
            return fail(Errc::ILLEGAL_ARGUMENT, "record {} is not the last, or is it too soon: some are missing",
                        number);
        text.pop_back();
        plain += text;
        if (body.empty()) return plain;
    }
}

Result<std::string> encrypt(std::string_view plain, const Subscription& app, const KeyPair& sender,
                            const std::string& salt) {
    if (plain.size() > mostPlain)
        return fail(Errc::ILLEGAL_ARGUMENT, "the message has {} bytes; encrypted, at most {} fit in (RFC 8030 §7.2)",
                    plain.size(), mostPlain);
    const std::string shared = STINT_TRY(sender.sharedWith(app.point));
    return seal(plain, secretFor(shared, app.auth, app.point, sender.point()),
                {.salt = salt, .recordSize = mostBody, .keyId = sender.point()});
}

Result<std::string> encrypt(std::string_view plain, const Subscription& app) {
    return encrypt(plain, app, KeyPair::random(), randomBytes(saltSize));
}

Result<std::string> decrypt(std::string_view body, const KeyPair& keys, std::string_view auth) {
    const Coding coding = STINT_TRY(codingOf(body));
    const std::string shared = STINT_TRY(keys.sharedWith(coding.keyId));
    return open(body, secretFor(shared, auth, keys.point(), coding.keyId));
}

} // namespace stint::webpush
