#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "base/unix/process.hpp"
#include "faces/pushctl/server/post.hpp"
#include "faces/pushctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "push/webpush/encryption.hpp"
#include "push/webpush/vapid.hpp"

namespace stint::pushctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

constexpr std::int64_t longestTtl = 28 * 24 * 60 * 60; // push.md §2

/// A key file's pair.
Result<webpush::KeyPair> keyIn(const std::string& file) {
    const auto text = readFile(file);
    if (!text) return fail(Errc::SYSTEM, "cannot read {}: {}", printable(file), std::generic_category().message(errno));
    auto key = webpush::KeyPair::read(*text);
    if (!key.ok()) return within(printable(file), key.error());
    return key;
}

/// The app's keys; nullopt: none are given.
Result<std::optional<webpush::Subscription>> subscriptionOf(const Arguments& given) {
    const auto key = given.value("key"), auth = given.value("auth");
    if (!key && !auth) return std::optional<webpush::Subscription>();
    if (!key || !auth)
        return fail(Errc::ILLEGAL_ARGUMENT, "--key and --auth stand together: an app gives both with its URL");
    const auto point = webpush::fromBase64Url(*key, webpush::pointSize);
    const auto secret = webpush::fromBase64Url(*auth, webpush::authSize);
    if (!point)
        return fail(Errc::ILLEGAL_ARGUMENT, "--key is {} bytes in base64url, 87 characters", webpush::pointSize);
    if (!secret)
        return fail(Errc::ILLEGAL_ARGUMENT, "--auth is {} bytes in base64url, 22 characters", webpush::authSize);
    return std::optional(webpush::Subscription{.point = *point, .auth = *secret});
}

Result<std::int64_t> ttlSeconds(const Arguments& given) {
    const auto text = given.value("ttl");
    if (!text) return longestTtl;
    auto length = parseDuration(*text);
    if (!length.ok()) return within("--ttl", length.error());
    if (*length < Duration{0}) return fail(Errc::ILLEGAL_ARGUMENT, "--ttl is at least 0s");
    return std::chrono::ceil<std::chrono::seconds>(*length).count();
}

/// The message's bytes: the second word, or what stdin has, where that is `-`.
Result<std::string> dataOf(const Arguments& given) {
    if (given.words.size() < 2) return std::string();
    if (given.words[1] != "-") return given.words[1];
    auto text = readFile("/dev/stdin");
    if (!text) return fail(Errc::SYSTEM, "cannot read stdin: {}", std::generic_category().message(errno));
    return *std::move(text);
}

/// The request that the line asks for.
Result<Request> requestOf(const Arguments& given) {
    Request request{.url = given.words[0], .headers = {}, .body = {}};
    const std::string origin = STINT_TRY(originOf(request.url));
    const std::int64_t ttl = STINT_TRY(ttlSeconds(given));
    const auto app = STINT_TRY(subscriptionOf(given));
    request.body = STINT_TRY(dataOf(given));
    request.headers = {fmt::format("TTL: {}", ttl),
                       fmt::format("Urgency: {}", given.value("urgency").value_or("normal")),
                       "Content-Type: application/octet-stream"};
    if (const auto topic = given.value("topic")) {
        if (topic->find_first_of("\r\n") != std::string::npos)
            return fail(Errc::ILLEGAL_ARGUMENT, "--topic is one line");
        request.headers.push_back("Topic: " + *topic);
    }
    if (app) {
        request.headers.emplace_back("Content-Encoding: aes128gcm");
        request.body = STINT_TRY(webpush::encrypt(request.body, *app));
    }
    if (const auto file = given.value("vapid")) {
        const webpush::KeyPair key = STINT_TRY(keyIn(*file));
        // Half of what a signature may hold: the server's clock is its own.
        const WallTime expires = wallNow() + webpush::mostValid / 2;
        request.headers.push_back("Authorization: " + webpush::vapidFor(origin, expires, key));
    }
    return request;
}

cli::Json textOrNull(const std::string& text) { return text.empty() ? cli::Json() : cli::Json(text); }

/// Tells a person what the server says of a message that it has taken.
void tellKept(const Answer& answer, const Screen& screen) {
    const auto kept = secondsIn(answer.ttl);
    std::string line = fmt::format("{}: the server has it", answer.status);
    if (kept && *kept > Duration{0}) line += fmt::format(", and keeps it for {}", formatDuration(*kept));
    screen.print(line);
    if (!answer.location.empty()) screen.print(printable(answer.location));
}

} // namespace

int send(const Arguments& given, const Screen& screen) {
    const auto request = requestOf(given);
    if (!request.ok()) return screen.fail("cannot send it", request.error());
    const auto answer = post(*request);
    if (!answer.ok())
        return screen.fail(ends::inputOutput, fmt::format("cannot reach the server: {}", answer.error().message));
    if (answer->status < 200 || answer->status > 299) return failOf(*answer, screen);
    if (screen.json()) {
        cli::Json line = cli::header();
        line["status"] = answer->status;
        line["location"] = textOrNull(answer->location);
        line["ttl"] = textOrNull(answer->ttl);
        screen.print(cli::dumped(line));
    } else {
        tellKept(*answer, screen);
    }
    return ends::ok;
}

} // namespace stint::pushctl
