#include "push/webpush/key_pair.hpp"

#include <array>

#include <absl/strings/escaping.h>
#include <nlohmann/json.hpp>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "push/webpush/openssl.hpp"

namespace stint::webpush {
namespace {

constexpr const char* curve = "prime256v1"; // OpenSSL's name of P-256
constexpr std::size_t coordinateSize = 32;

using Key = Owned<EVP_PKEY, &EVP_PKEY_free>;
using KeyContext = Owned<EVP_PKEY_CTX, &EVP_PKEY_CTX_free>;
using DigestContext = Owned<EVP_MD_CTX, &EVP_MD_CTX_free>;
using Number = Owned<BIGNUM, &BN_clear_free>;
using Parameters = Owned<OSSL_PARAM, &OSSL_PARAM_free>;
using Builder = Owned<OSSL_PARAM_BLD, &OSSL_PARAM_BLD_free>;
using Signature = Owned<ECDSA_SIG, &ECDSA_SIG_free>;

/// nullptr: these are not a key of P-256. `secret` is empty for a public key.
Key made(std::string_view secret, std::string_view point) {
    const Builder builder(OSSL_PARAM_BLD_new());
    STINT_CHECK(builder);
    const Number number(BN_bin2bn(bytesOf(secret), static_cast<int>(secret.size()), nullptr));
    STINT_CHECK(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1);
    STINT_CHECK(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) ==
                1);
    if (!secret.empty())
        STINT_CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) == 1);
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    STINT_CHECK(parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1);
    EVP_PKEY* key = nullptr;
    const int what = secret.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
    if (EVP_PKEY_fromdata(context.get(), &key, what, parameters.get()) != 1) return nullptr;
    return Key(key);
}

/// nullptr: the point is none of P-256's. A point off the curve would give the private key away, bit by bit.
Key publicKey(std::string_view point) {
    if (point.size() != pointSize || point.front() != '\x04') return nullptr;
    Key key = made({}, point);
    if (!key) return nullptr;
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    STINT_CHECK(context);
    if (EVP_PKEY_public_check(context.get()) != 1) return nullptr;
    return key;
}

std::string groupOf(const EVP_PKEY* key) {
    std::array<char, 64> name{};
    std::size_t length = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1) return {};
    return {name.data(), length};
}

Result<KeyPair> fromJson(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const auto bytes = [&](const char* name, std::size_t size) -> std::optional<std::string> {
        const auto its = textMember(json, name);
        return its ? fromBase64Url(*its, size) : std::nullopt;
    };
    const auto point = bytes("publicKey", pointSize);
    const auto secret = bytes("privateKey", secretSize);
    if (!point || !secret)
        return fail(Errc::ILLEGAL_ARGUMENT, "it has no publicKey of {} bytes and privateKey of {} in base64url",
                    pointSize, secretSize);
    return KeyPair::of(*secret, *point);
}

} // namespace

std::optional<std::string> fromBase64Url(std::string_view text, std::size_t size) {
    std::string bytes;
    if (!absl::WebSafeBase64Unescape({text.data(), text.size()}, &bytes) || bytes.size() != size) return std::nullopt;
    return bytes;
}

Result<KeyPair> KeyPair::from(EVP_PKEY* key) {
    std::shared_ptr<EVP_PKEY> shared(key, &EVP_PKEY_free);
    std::string point(pointSize, '\0');
    std::size_t size = 0;
    if (groupOf(key) != curve ||
        EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, bytesOf(point), point.size(), &size) != 1)
        return fail(Errc::ILLEGAL_ARGUMENT, "it is no private key on the curve P-256");
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    STINT_CHECK(context);
    if (size != pointSize || point.front() != '\x04' || EVP_PKEY_pairwise_check(context.get()) != 1)
        return fail(Errc::ILLEGAL_ARGUMENT, "its private and its public key are no pair");
    return KeyPair(std::move(shared), std::move(point));
}

KeyPair KeyPair::random() {
    EVP_PKEY* const key = EVP_EC_gen(curve);
    STINT_CHECK(key);
    return from(key).value();
}

Result<KeyPair> KeyPair::of(std::string_view secret, std::string_view point) {
    Key key = secret.size() == secretSize && point.size() == pointSize ? made(secret, point) : nullptr;
    if (!key) return fail(Errc::ILLEGAL_ARGUMENT, "its private and its public key are no pair");
    return from(key.release());
}

Result<KeyPair> KeyPair::read(const std::string& text) {
    if (text.find("-----BEGIN") == std::string::npos) return fromJson(text);
    const Owned<BIO, &BIO_free_all> source(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    STINT_CHECK(source);
    const auto noPassphrase = [](char*, int, int, void*) { return -1; }; // it would be asked for at the terminal
    EVP_PKEY* const key = PEM_read_bio_PrivateKey(source.get(), nullptr, noPassphrase, nullptr);
    if (!key) return fail(Errc::ILLEGAL_ARGUMENT, "it has no private key that can be read without a passphrase");
    return from(key);
}

std::string KeyPair::secret() const {
    BIGNUM* number = nullptr;
    STINT_CHECK(EVP_PKEY_get_bn_param(key_.get(), OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1);
    const Number owned(number);
    std::string bytes(secretSize, '\0');
    STINT_CHECK(BN_bn2binpad(number, bytesOf(bytes), static_cast<int>(secretSize)) > 0);
    return bytes;
}

Result<std::string> KeyPair::sharedWith(std::string_view point) const {
    const Key other = publicKey(point);
    if (!other) return fail(Errc::ILLEGAL_ARGUMENT, "the public key is not a point on the curve P-256");
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    std::string secret(coordinateSize, '\0');
    std::size_t size = secret.size();
    STINT_CHECK(context && EVP_PKEY_derive_init(context.get()) == 1);
    STINT_CHECK(EVP_PKEY_derive_set_peer(context.get(), other.get()) == 1);
    STINT_CHECK(EVP_PKEY_derive(context.get(), bytesOf(secret), &size) == 1 && size == coordinateSize);
    return secret;
}

std::string KeyPair::sign(std::string_view text) const {
    const DigestContext context(EVP_MD_CTX_new());
    STINT_CHECK(context);
    STINT_CHECK(EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key_.get(), nullptr) == 1);
    std::string der(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    std::size_t size = der.size();
    STINT_CHECK(EVP_DigestSign(context.get(), bytesOf(der), &size, bytesOf(text), text.size()) == 1);
    const unsigned char* at = bytesOf(der);
    const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    STINT_CHECK(signature);
    std::string both(2 * coordinateSize, '\0');
    STINT_CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytesOf(both), coordinateSize) > 0);
    STINT_CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytesOf(both) + coordinateSize, coordinateSize) > 0);
    return both;
}

bool isSignedBy(std::string_view point, std::string_view text, std::string_view signature) {
    const Key key = publicKey(point);
    if (!key || signature.size() != 2 * coordinateSize) return false;
    const Signature parts(ECDSA_SIG_new());
    STINT_CHECK(parts);
    const auto number = [](std::string_view bytes) {
        return BN_bin2bn(bytesOf(bytes), static_cast<int>(bytes.size()), nullptr);
    };
    STINT_CHECK(ECDSA_SIG_set0(parts.get(), number(signature.substr(0, coordinateSize)),
                               number(signature.substr(coordinateSize))) == 1);
    std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(parts.get(), nullptr)), '\0');
    unsigned char* at = bytesOf(der);
    STINT_CHECK(i2d_ECDSA_SIG(parts.get(), &at) == static_cast<int>(der.size()));
    const DigestContext context(EVP_MD_CTX_new());
    STINT_CHECK(context);
    STINT_CHECK(EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key.get(), nullptr) == 1);
    return EVP_DigestVerify(context.get(), bytesOf(der), der.size(), bytesOf(text), text.size()) == 1;
}

} // namespace stint::webpush
