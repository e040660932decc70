#include "push/envelope/envelope.hpp"

#include <algorithm>

#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "push/envelope/bytes.hpp"
#include "push/webpush/encryption.hpp"

namespace stint::push {
namespace {

constexpr std::string_view formVersion = "1";
constexpr std::string_view versionHeader = "Stint-Version", sentHeader = "Stint-Sent", ttlHeader = "Stint-TTL",
                           topicHeader = "Stint-Topic", macHeader = "Stint-Mac";
constexpr std::size_t idBytes = 16;
constexpr std::size_t idLength = 22;
constexpr std::int64_t farthest = std::int64_t{1} << 52; ///< ms and s beyond are no times
static_assert(std::tuple_size_v<LineKey> == crypto_auth_hmacsha256_KEYBYTES);

std::int64_t secondsOf(Duration time) { return std::chrono::duration_cast<std::chrono::seconds>(time).count(); }

using Mac = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

// No part but the last one can have a newline in it.
Mac macOf(const Envelope& envelope, const LineKey& key) {
    const std::string signedText =
        fmt::format("{}\n{}\n{}\n{}\n{}\n{}", storedSubject(envelope.to), envelope.id,
                    envelope.sent.time_since_epoch().count(), secondsOf(envelope.ttl), envelope.topic, envelope.body);
    Mac mac{};
    crypto_auth_hmacsha256(mac.data(), bytesOf(signedText), signedText.size(), key.data());
    return mac;
}

bool isId(std::string_view text) {
    return text.size() == idLength && text.find_first_not_of(alphabet64) == std::string_view::npos;
}

/// The value of the header that may stand there once. nullopt: it is not there, where `isNeeded` is false.
Result<std::optional<std::string_view>> once(const Headers& headers, std::string_view name, bool isNeeded) {
    std::optional<std::string_view> value;
    for (const auto& [its, text] : headers) {
        if (its != name) continue;
        if (value) return fail(Errc::ILLEGAL_ARGUMENT, "{} twice", name);
        value = text;
    }
    if (!value && isNeeded) return fail(Errc::ILLEGAL_ARGUMENT, "no {}", name);
    return value;
}

Result<std::string_view> needed(const Headers& headers, std::string_view name) {
    const auto value = STINT_TRY(once(headers, name, true));
    return *value;
}

Result<std::int64_t> neededNumber(const Headers& headers, std::string_view name) {
    const auto text = STINT_TRY(needed(headers, name));
    const auto number = numberIn<std::int64_t>(text);
    if (!number || *number < 0 || *number > farthest) return fail(Errc::ILLEGAL_ARGUMENT, "a wrong {}", name);
    return *number;
}

} // namespace

LineKey newLineKey() {
    LineKey key{};
    crypto_auth_hmacsha256_keygen(key.data());
    return key;
}

std::string sealed(const LineKey& key, const PublicKey& publicKey) {
    std::string text(crypto_box_SEALBYTES + key.size(), '\0');
    crypto_box_seal(bytesOf(text), key.data(), key.size(), publicKey.data());
    return text;
}

std::string newId() {
    std::array<unsigned char, idBytes> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    return in64(charactersOf(bytes));
}

std::string idFor(std::string_view registration, std::string_view idempotencyKey) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    const std::string both = fmt::format("{}\n{}", registration, idempotencyKey);
    crypto_hash_sha256(hash.data(), bytesOf(both), both.size());
    return in64(charactersOf(hash).substr(0, idBytes));
}

std::string_view idOf(const Headers& headers) {
    const auto found = std::ranges::find(headers, idHeader, &Headers::value_type::first);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

Headers headersOf(const Envelope& envelope, const LineKey& key) {
    STINT_CHECK(isId(envelope.id));
    Headers headers{{std::string(idHeader), envelope.id},
                    {std::string(versionHeader), std::string(formVersion)},
                    {std::string(sentHeader), std::to_string(envelope.sent.time_since_epoch().count())},
                    {std::string(ttlHeader), std::to_string(secondsOf(envelope.ttl))},
                    {std::string(macHeader), in64(charactersOf(macOf(envelope, key)))}};
    if (!envelope.topic.empty()) headers.emplace_back(topicHeader, envelope.topic);
    return headers;
}

Result<Envelope> envelopeIn(std::string_view subject, const Headers& headers, std::string body, const LineKey& key) {
    const auto to = addressIn(subject);
    if (!to) return fail(Errc::ILLEGAL_ARGUMENT, "a wrong subject");
    const auto said = STINT_TRY(needed(headers, versionHeader));
    if (said != formVersion) return fail(Errc::ILLEGAL_ARGUMENT, "an unknown version");
    Envelope envelope{.to = *to, .body = std::move(body)};
    if (envelope.body.size() > webpush::mostBody) return fail(Errc::ILLEGAL_ARGUMENT, "a body too long");
    const auto id = STINT_TRY(needed(headers, idHeader));
    if (!isId(id)) return fail(Errc::ILLEGAL_ARGUMENT, "a wrong {}", idHeader);
    envelope.id = id;
    const auto sent = STINT_TRY(neededNumber(headers, sentHeader));
    const auto ttl = STINT_TRY(neededNumber(headers, ttlHeader));
    const auto topic = STINT_TRY(once(headers, topicHeader, false));
    envelope.sent = WallTime(Duration(sent));
    envelope.ttl = std::chrono::seconds(std::min(ttl, farthest / 1000));
    envelope.topic = topic.value_or("");
    if (!isTopic(envelope.topic)) return fail(Errc::ILLEGAL_ARGUMENT, "a wrong {}", topicHeader);
    const auto mac = STINT_TRY(needed(headers, macHeader));
    // Compared as text: of two spellings of the same bytes only ours is right.
    const std::string right = in64(charactersOf(macOf(envelope, key)));
    const bool isSigned = mac.size() == right.size() && sodium_memcmp(mac.data(), right.data(), right.size()) == 0;
    if (!isSigned) return fail(Errc::SECURITY, "a wrong {}", macHeader);
    return envelope;
}

} // namespace stint::push
