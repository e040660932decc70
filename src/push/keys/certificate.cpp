#include "push/keys/authority.hpp"

#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/result/errors.hpp"
#include "base/result/owned.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::push {
namespace {

using Pair = Owned<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Owned<X509, X509_free>;
using Memory = Owned<BIO, BIO_free>;
using Extension = Owned<X509_EXTENSION, X509_EXTENSION_free>;

// A machine makes its own anew at each start, so it may be old; the authority is the same for ever.
constexpr auto validity = std::chrono::hours(24 * 365 * 20);
constexpr auto skew = std::chrono::hours(24);

std::string pemOf(const X509* certificate) {
    const Memory memory(BIO_new(BIO_s_mem()));
    STINT_CHECK(memory && PEM_write_bio_X509(memory.get(), certificate) == 1);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

std::string pemOf(const EVP_PKEY* key) {
    const Memory memory(BIO_new(BIO_s_mem()));
    STINT_CHECK(memory);
    STINT_CHECK(PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

void extend(X509* certificate, X509* issuer, int which, const std::string& value) {
    X509V3_CTX both;
    X509V3_set_ctx(&both, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &both, which, value.c_str()));
    STINT_CHECK(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

void name(X509_NAME* subject, const char* text) {
    STINT_CHECK(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, bytesOf(text), -1, -1, 0) == 1);
}

/// Without its extensions and its signature.
Certificate certificateOf(EVP_PKEY* key, const char* subject, long number, std::int64_t from, std::int64_t to) {
    Certificate made(X509_new());
    STINT_CHECK(made && X509_set_version(made.get(), X509_VERSION_3) == 1);
    STINT_CHECK(ASN1_INTEGER_set(X509_get_serialNumber(made.get()), number) == 1);
    STINT_CHECK(ASN1_TIME_set(X509_getm_notBefore(made.get()), from) != nullptr);
    STINT_CHECK(ASN1_TIME_set(X509_getm_notAfter(made.get()), to) != nullptr);
    STINT_CHECK(X509_set_pubkey(made.get(), key) == 1);
    name(X509_get_subject_name(made.get()), subject);
    name(X509_get_issuer_name(made.get()), "stint cluster");
    return made;
}

} // namespace

Result<Certified> certifiedFor(std::string_view address, std::string_view secret, WallTime now) {
    STINT_CHECK(secret.size() == 32);
    const std::string its(address);
    if (ASN1_OCTET_STRING* const parsed = a2i_IPADDRESS(its.c_str()))
        ASN1_OCTET_STRING_free(parsed);
    else
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is no address, as in 192.0.2.7", its);
    const Pair authority(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytesOf(secret), secret.size()));
    const Pair own(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    STINT_CHECK(authority && own);

    const Certificate above = certificateOf(authority.get(), "stint cluster", 1, 0, 4'102'444'800); // to 2100
    extend(above.get(), above.get(), NID_basic_constraints, "critical,CA:TRUE");
    extend(above.get(), above.get(), NID_key_usage, "critical,keyCertSign");
    extend(above.get(), above.get(), NID_subject_key_identifier, "hash");
    STINT_CHECK(X509_sign(above.get(), authority.get(), nullptr) > 0);

    const auto since1970 = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    const auto from = since1970 - skew, to = since1970 + validity;
    const Certificate made = certificateOf(own.get(), "stint server", 2, from.count(), to.count());
    extend(made.get(), above.get(), NID_basic_constraints, "critical,CA:FALSE");
    extend(made.get(), above.get(), NID_ext_key_usage, "serverAuth,clientAuth");
    extend(made.get(), above.get(), NID_subject_alt_name, "IP:" + its);
    extend(made.get(), above.get(), NID_authority_key_identifier, "keyid:always");
    STINT_CHECK(X509_sign(made.get(), authority.get(), nullptr) > 0);
    return Certified{pemOf(above.get()), pemOf(made.get()), pemOf(own.get())};
}

} // namespace stint::push
