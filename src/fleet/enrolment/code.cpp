#include "fleet/enrolment/code.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "fleet/signing/format.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::fleet {
namespace {

constexpr std::size_t fingerprintBytes = Fingerprint{}.size(), pushBytes = 20, idBytes = 5, secretBytes = 16,
                      checkBytes = 3, codeBytes = fingerprintBytes + pushBytes + idBytes + secretBytes + checkBytes;
constexpr std::size_t codeLength = codeBytes * 8 / 5, groupLength = 8;
static_assert(codeBytes * 8 % 5 == 0 && codeLength % groupLength == 0);

/// The number is this form's, so that a code of another one is none of this.
constexpr std::string_view form = "stint fleet code 1";

std::string hashedTo(std::size_t size, std::string_view text) {
    std::array<unsigned char, crypto_generichash_BYTES> hash{};
    crypto_generichash(hash.data(), hash.size(), bytesOf(text).data(), text.size(), nullptr, 0);
    return std::string(push::charactersOf(hash).substr(0, size));
}

std::string checkOf(std::string_view bytes, std::string_view server) {
    return hashedTo(checkBytes, fmt::format("{}\n{}\n{}", form, server, bytes));
}

std::string bytesOfWord(std::string_view word) {
    auto bytes = push::from32(word, push::crockford);
    STINT_CHECK(bytes); // our own
    return *std::move(bytes);
}

} // namespace

Fingerprint fingerprintOf(const PublicKey& root, std::string_view fleet) {
    Fingerprint print{};
    std::ranges::copy(hashedTo(print.size(), fmt::format("{}\n{}\n{}", form, root.text(), fleet)), print.begin());
    return print;
}

std::string textOf(const JoinCode& code, std::string_view server) {
    std::string bytes(push::charactersOf(code.fleet));
    for (const std::string_view word : {code.push, code.invitation, code.secret})
        bytes += bytesOfWord(word);
    bytes += checkOf(bytes, server);
    STINT_CHECK(bytes.size() == codeBytes);
    std::string text = push::in32(bytes, push::crockford);
    for (std::size_t at = codeLength - groupLength; at > 0; at -= groupLength)
        text.insert(at, 1, '-');
    return text;
}

Result<JoinCode> codeIn(std::string_view typed, std::string_view server) {
    std::string text = push::asCrockford(std::string(typed));
    std::erase_if(text, [](char c) { return c == '-' || c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
    const auto bytes = push::from32(text, push::crockford);
    if (text.size() != codeLength || !bytes)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "this is no code of a fleet: one has {} letters and digits, in groups of {}", codeLength,
                    groupLength);
    const std::string_view checked = std::string_view(*bytes).substr(0, codeBytes - checkBytes);
    if (!bytes->ends_with(checkOf(checked, server)))
        return fail(Errc::ILLEGAL_ARGUMENT, "a character of the code is wrong, or it is not for {}", server);
    std::string_view rest = checked;
    const auto take = [&](std::size_t size) {
        const std::string_view taken = rest.substr(0, size);
        rest.remove_prefix(size);
        return taken;
    };
    JoinCode code;
    std::ranges::copy(take(fingerprintBytes), code.fleet.begin());
    code.push = push::in32(take(pushBytes), push::crockford);
    code.invitation = push::in32(take(idBytes), push::crockford);
    code.secret = push::in32(take(secretBytes), push::crockford);
    return code;
}

} // namespace stint::fleet
