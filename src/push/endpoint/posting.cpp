#include "push/endpoint/posting.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "push/envelope/bytes.hpp"
#include "push/envelope/names.hpp"
#include "push/keys/server_keys.hpp"
#include "push/webpush/vapid.hpp"

namespace stint::push {
namespace {

using http::Answer;
using http::refusal;

constexpr std::size_t longestKey = 256;

/// The header's one value. `isTwice`: there are several.
struct One {
    std::optional<std::string_view> value;
    bool isTwice = false;
};
One oneOf(const http::Request& head, std::string_view name) {
    const auto values = head.values(name);
    if (values.empty()) return {};
    return {values.front(), values.size() > 1};
}

std::optional<Answer> notSignedBy(std::string_view key, const http::Request& head, std::string_view origin,
                                  WallTime now) {
    const auto given = oneOf(head, "Authorization");
    if (!given.value || given.isTwice) {
        auto answer = refusal(401, "this registration takes what is signed by its application server (RFC 8292)");
        answer.headers.emplace_back("WWW-Authenticate", "vapid");
        return answer;
    }
    const auto signer = webpush::signerOf(*given.value, origin, now);
    if (!signer.ok()) return refusal(403, signer.error().message);
    if (in64(*signer) != key) return refusal(403, "it is signed by another key than the registration has");
    return std::nullopt;
}

} // namespace

Answer retryLater(int status, Duration after, std::string_view sentence) {
    auto answer = refusal(status, sentence);
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(after).count();
    answer.headers.emplace_back("Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1)));
    return answer;
}

std::optional<std::string_view> tokenIn(std::string_view path) {
    if (path.size() > longestPath || !path.starts_with(postPath)) return std::nullopt;
    return path.substr(postPath.size());
}

std::optional<Answer> refusalOf(const http::Request& head, const std::optional<Registered>& registered,
                                std::string_view origin, WallTime now) {
    if (!registered || (registered->gone && now - *registered->gone > knownAfter))
        return refusal(404, "there is no such registration");
    if (registered->gone) return refusal(410, "the registration is gone: forget this URL");
    if (!registered->vapid.empty())
        if (auto wrong = notSignedBy(registered->vapid, head, origin, now)) return wrong;
    const auto encoding = oneOf(head, "Content-Encoding");
    if (registered->encrypted && (encoding.value != "aes128gcm" || encoding.isTwice))
        return refusal(400, "Content-Encoding: aes128gcm is missing: messages here are encrypted (RFC 8291)");
    return std::nullopt;
}

Understood understood(const http::Request& head) {
    const auto wrong = [](std::string_view sentence) { return Understood{.refused = refusal(400, sentence)}; };
    Posting posting;
    const auto ttl = oneOf(head, "TTL"), urgency = oneOf(head, "Urgency"), topic = oneOf(head, "Topic"),
               key = oneOf(head, "Idempotency-Key");
    if (ttl.isTwice || urgency.isTwice || topic.isTwice || key.isTwice)
        return wrong("a header of it stands there twice");
    if (!ttl.value) return wrong("TTL is missing: seconds for which the message is worth something (RFC 8030 §5.2)");
    if (ttl.value->empty() || ttl.value->find_first_not_of("0123456789") != std::string_view::npos)
        return wrong("TTL is a whole number of seconds (RFC 8030 §5.2)");
    const auto seconds = numberIn<std::int64_t>(*ttl.value); // none: more digits than a number has
    const auto most = std::chrono::duration_cast<std::chrono::seconds>(longestTtl).count();
    posting.ttl = std::chrono::seconds(std::min(seconds.value_or(most), most));
    if (urgency.value) {
        const auto named = urgencyNamed(*urgency.value);
        if (!named || *urgency.value == nameOf(Urgency::VeryLow))
            return wrong("Urgency is very-low, low, normal or high (RFC 8030 §5.3)");
        posting.urgency = *named;
    }
    if (topic.value && (topic.value->empty() || !isTopic(*topic.value)))
        return wrong("Topic is 1 to 32 letters, digits, - and _ (RFC 8030 §5.4)");
    posting.topic = topic.value.value_or("");
    if (key.value && (key.value->empty() || key.value->size() > longestKey))
        return wrong("Idempotency-Key has 1 to 256 characters");
    posting.idempotencyKey = key.value.value_or("");
    return {.refused = {}, .posting = posting};
}

Envelope envelopeOf(const Posting& posting, const Registered& registered, std::string body, WallTime now) {
    return {.to = {registered.shard, registered.device, posting.urgency, registered.name},
            .id = posting.idempotencyKey.empty() ? newId() : idFor(registered.name, posting.idempotencyKey),
            .sent = now,
            .ttl = posting.ttl,
            .topic = posting.topic,
            .body = std::move(body)};
}

namespace {

constexpr std::size_t longestLocation = 256;
constexpr std::string_view sealedFor = "location"; // so that nothing else that these keys seal is one

} // namespace

std::string locationOf(const Located& located, const ServerKeys& keys) {
    const std::string plain =
        fmt::format("{} {} {} {}", sealedFor, letterOf(located.urgency), located.registration, located.id);
    return fmt::format("{}{}/{}", locationPath, in64(sealedText(plain, keys)), located.id);
}

std::optional<Located> locatedAt(std::string_view path, const ServerKeys& keys) {
    if (path.size() > longestLocation || !path.starts_with(locationPath)) return std::nullopt;
    const auto parts = splitAt(path.substr(locationPath.size()), "/");
    if (parts.size() != 2) return std::nullopt;
    const auto sealed = from64(parts[0]);
    const auto plain = sealed ? unsealedText(*sealed, keys) : std::nullopt;
    if (!plain) return std::nullopt;
    const auto words = splitAt(*plain, " ");
    if (words.size() != 4 || words[0] != sealedFor || words[3] != parts[1]) return std::nullopt;
    const auto urgency = urgencyOf(words[1]);
    if (!urgency || !isRegistration(words[2])) return std::nullopt;
    return Located{std::string(words[2]), *urgency, std::string(words[3])};
}

} // namespace stint::push
