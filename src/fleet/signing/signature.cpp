#include "fleet/signing/signature.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "fleet/signing/format.hpp"

namespace stint::fleet {
namespace {

struct SignatureBytes {
    Mark algorithm;
    KeyId key;
    std::array<unsigned char, crypto_sign_BYTES> ofContent;
};
static_assert(sizeof(SignatureBytes) == 74);

std::string_view charactersOf(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::array<unsigned char, crypto_generichash_BYTES_MAX> hashOf(std::string_view content) {
    std::array<unsigned char, crypto_generichash_BYTES_MAX> hash{};
    crypto_generichash(hash.data(), hash.size(), bytesOf(content).data(), content.size(), nullptr, 0);
    return hash;
}

/// The bytes that the second signature is over.
std::string allOf(ByteSpan ofContent, std::string_view comment) {
    return std::string(charactersOf(ofContent)).append(comment);
}

bool isSigned(const std::array<unsigned char, 64>& signature, ByteSpan bytes, const PublicKey& key) {
    return crypto_sign_verify_detached(signature.data(), bytes.data(), bytes.size(), key.point.data()) == 0;
}

Error noSignature(std::string_view why) {
    return fail(Errc::ILLEGAL_ARGUMENT, "this is no signature of minisign: {}", why);
}

} // namespace

Result<Signature> Signature::read(std::string_view file) {
    const auto lines = STINT_TRY(linesOf(file, 4, "signature"));
    SignatureBytes bytes{};
    Signature signature;
    if (!from64(lines[1], roomOf(bytes)) || (bytes.algorithm != ed25519 && bytes.algorithm != ed25519OfHash))
        return noSignature("its second line is no base64 of one");
    if (bytes.algorithm == ed25519)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "this signature of key {} has minisign's older form, over a content that "
                    "was not hashed: sign it anew, without the option -l",
                    bytes.key.text());
    if (!lines[2].starts_with(trusted)) return noSignature("its third line must begin with \"trusted comment: \"");
    const auto comment = lines[2].substr(trusted.size());
    if (const auto checked = checkComment(comment); !checked.ok()) return noSignature(checked.error().message);
    if (!from64(lines[3], signature.ofAll_)) return noSignature("its fourth line is no base64 of one");
    signature.key_ = bytes.key;
    signature.ofContent_ = bytes.ofContent;
    signature.comment_ = comment;
    return signature;
}

Result<std::string> Signature::verify(std::string_view content, const PublicKey& key) const {
    if (key_ != key.id)
        return fail(Errc::SECURITY, "this signature is of key {}, and not of key {}", key_.text(), key.id.text());
    if (!isOfContent(content, key)) return fail(Errc::SECURITY, "the content is not what key {} signed", key.id.text());
    if (!isSigned(ofAll_, bytesOf(allOf(ofContent_, comment_)), key))
        return fail(Errc::SECURITY, "the trusted comment is not what key {} signed", key.id.text());
    return comment_;
}

bool Signature::isOfContent(std::string_view content, const PublicKey& key) const {
    return key_ == key.id && isSigned(ofContent_, hashOf(content), key);
}

Result<std::string> sign(std::string_view content, const SecretKey& key, std::string_view trustedComment) {
    STINT_TRY(checkComment(trustedComment));
    const KeyId id = key.publicKey().id;
    const SignatureBytes bytes{
        .algorithm = ed25519OfHash, .key = id, .ofContent = key.signatureOf(charactersOf(hashOf(content)))};
    const auto ofAll = key.signatureOf(allOf(bytes.ofContent, trustedComment));
    return fmt::format("{}signature of key {}\n{}\n{}{}\n{}\n", untrusted, id.text(), in64(bytesIn(bytes)), trusted,
                       trustedComment, in64(ofAll));
}

} // namespace stint::fleet
