#include "push/webpush/vapid.hpp"

#include <optional>
#include <utility>

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/match.h>
#include <absl/strings/str_split.h>
#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "push/webpush/openssl.hpp"

namespace stint::webpush {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view scheme = "vapid";

std::int64_t secondsOf(WallTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

/// The object of a part of a token; not an object: the part is none.
Json partOf(std::string_view part) {
    std::string text;
    if (!absl::WebSafeBase64Unescape({part.data(), part.size()}, &text)) return {};
    return Json::parse(text, nullptr, false);
}

/// "t=TOKEN, k=KEY", in any order, with others that nobody knows (RFC 8292 §3).
std::pair<std::string, std::string> parametersOf(std::string_view text) {
    std::pair<std::string, std::string> found;
    for (const absl::string_view each : absl::StrSplit(absl::string_view(text.data(), text.size()), ',')) {
        const absl::string_view parameter = absl::StripAsciiWhitespace(each);
        if (absl::StartsWith(parameter, "t=")) found.first = std::string(parameter.substr(2));
        if (absl::StartsWith(parameter, "k=")) found.second = std::string(parameter.substr(2));
    }
    return found;
}

/// The error in the claims of a token that is signed; nullopt: they are good.
std::optional<Error> claimsError(const Json& claims, std::string_view origin, WallTime now) {
    const auto expires = claims.is_object() ? claims.find("exp") : claims.end();
    const auto audience = claims.is_object() ? claims.find("aud") : claims.end();
    if (expires == claims.end() || audience == claims.end() || !expires->is_number() || !audience->is_string())
        return fail(Errc::ILLEGAL_ARGUMENT, "its token has no exp and aud (RFC 8292 §2)");
    const std::string meant = audience->get<std::string>();
    if (meant != origin) return fail(Errc::SECURITY, "it is signed for {}; this is {}", printable(meant), origin);
    const auto until = expires->get<double>(); // a number of any size
    if (until <= static_cast<double>(secondsOf(now))) return fail(Errc::SECURITY, "its signature has run out");
    if (until > static_cast<double>(secondsOf(now + mostValid)))
        return fail(Errc::SECURITY, "its signature holds for more than 24 hours (RFC 8292 §2)");
    return std::nullopt;
}

} // namespace

std::string vapidFor(std::string_view origin, WallTime expires, const KeyPair& key) {
    const Json header{{"typ", "JWT"}, {"alg", "ES256"}};
    const Json claims{{"aud", origin}, {"exp", secondsOf(expires)}};
    std::string token = toBase64Url(header.dump()) + "." + toBase64Url(claims.dump());
    token += "." + toBase64Url(key.sign(token));
    return fmt::format("{} t={}, k={}", scheme, token, toBase64Url(key.point()));
}

Result<std::string> signerOf(std::string_view authorization, std::string_view origin, WallTime now) {
    const auto space = authorization.find(' ');
    const auto word = authorization.substr(0, space);
    if (space == std::string_view::npos || !absl::EqualsIgnoreCase(absl::string_view(word.data(), word.size()),
                                                                   absl::string_view(scheme.data(), scheme.size())))
        return fail(Errc::ILLEGAL_ARGUMENT, "its Authorization is not `vapid t=…, k=…` (RFC 8292 §3)");
    const auto [token, key] = parametersOf(authorization.substr(space));
    const auto point = fromBase64Url(key, pointSize);
    const auto dot = token.rfind('.'), first = token.find('.');
    if (!point || first == std::string::npos || first == dot)
        return fail(Errc::ILLEGAL_ARGUMENT, "its Authorization is not `vapid t=…, k=…` (RFC 8292 §3)");
    const Json header = partOf(std::string_view(token).substr(0, first));
    if (!header.is_object() || header.value("alg", Json()) != "ES256")
        return fail(Errc::SECURITY, "its token is not signed by ES256 (RFC 8292 §2)");
    const auto signature = fromBase64Url(std::string_view(token).substr(dot + 1), 64);
    if (!signature || !isSignedBy(*point, std::string_view(token).substr(0, dot), *signature))
        return fail(Errc::SECURITY, "its token is not signed by the key that stands beside it");
    if (auto error = claimsError(partOf(std::string_view(token).substr(first + 1, dot - first - 1)), origin, now))
        return *std::move(error);
    return *point;
}

} // namespace stint::webpush
