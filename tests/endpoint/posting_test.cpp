// A POST's checks, in their order, and its answers (push.md §3).
#include <doctest/doctest.h>

#include "push/endpoint/posting.hpp"
#include "push/envelope/bytes.hpp"
#include "push/mailbox/rates.hpp"
#include "push/webpush/vapid.hpp"

using namespace stint;
using namespace stint::push;

namespace {

const std::string origin = "https://push.example";
const WallTime now(std::chrono::hours(24 * 365 * 56));

http::Request posted(http::Headers headers = {{"TTL", "60"}}) {
    return {.method = "POST", .path = {}, .query = {}, .headers = std::move(headers), .body = {}, .caller = {}};
}

Registered registered() {
    return {.name = "R", .shard = "03", .device = "D", .vapid = {}, .encrypted = false, .made = now, .gone = {}};
}

int statusOf(const http::Request& head, const std::optional<Registered>& known) {
    const auto refused = refusalOf(head, known, origin, now);
    return refused ? refused->status : 0;
}

std::string wrongIn(http::Headers headers) {
    const auto found = understood(posted(std::move(headers)));
    return found.refused ? found.refused->body : "";
}

} // namespace

TEST_CASE("a registration is there, is gone for thirty days, or never was") { // §3: 404, 410
    auto its = registered();
    CHECK(statusOf(posted(), std::nullopt) == 404);
    CHECK(statusOf(posted(), its) == 0);
    its.gone = now - std::chrono::hours(24 * 30);
    CHECK(statusOf(posted(), its) == 410);
    its.gone = now - std::chrono::hours(24 * 30) - std::chrono::milliseconds(1);
    CHECK(statusOf(posted(), its) == 404);
}

TEST_CASE(
    "where a key is registered only its owner posts, to this origin, for a day at most") { // §3: 401, 403; RFC 8292
    const auto key = webpush::KeyPair::random(), other = webpush::KeyPair::random();
    auto its = registered();
    its.vapid = in64(key.point());
    const auto signedBy = [&](const webpush::KeyPair& by, const std::string& where, Duration valid) {
        return posted({{"authorization", webpush::vapidFor(where, now + valid, by)}});
    };
    CHECK(statusOf(posted(), its) == 401);
    CHECK(refusalOf(posted(), its, origin, now)->headers.front().second == "vapid");
    CHECK(statusOf(signedBy(key, origin, std::chrono::hours(12)), its) == 0);
    CHECK(statusOf(signedBy(other, origin, std::chrono::hours(12)), its) == 403);
    CHECK(statusOf(signedBy(key, "https://other.example", std::chrono::hours(12)), its) == 403);
    CHECK(statusOf(signedBy(key, origin, std::chrono::hours(25)), its) == 403);
    CHECK(statusOf(signedBy(key, origin, std::chrono::hours(-1)), its) == 403);
    CHECK(statusOf(posted({{"Authorization", "Basic x"}}), its) == 403);
    auto twice = signedBy(key, origin, std::chrono::hours(12));
    twice.headers.push_back(twice.headers.front());
    CHECK(statusOf(twice, its) == 401);
    its.gone = now;
    CHECK(statusOf(posted(), its) == 410); // that comes first
}

TEST_CASE("what is not encrypted is refused where the registration says so") { // §3
    auto its = registered();
    its.encrypted = true;
    CHECK(statusOf(posted(), its) == 400);
    CHECK(statusOf(posted({{"Content-Encoding", "gzip"}}), its) == 400);
    CHECK(statusOf(posted({{"Content-Encoding", "aes128gcm"}}), its) == 0);
}

TEST_CASE("TTL, Urgency and Topic are as RFC 8030 has them") { // §3: 400; RFC 8030 §5.2 to §5.4
    const auto read = [](http::Headers headers) { return understood(posted(std::move(headers))).posting; };
    CHECK(read({{"ttl", "60"}}) == Posting{.ttl = std::chrono::minutes(1), .topic = {}, .idempotencyKey = {}});
    CHECK(read({{"TTL", "2419200"}}).ttl == longestTtl);
    CHECK(read({{"TTL", "2419201"}}).ttl == longestTtl);
    CHECK(read({{"TTL", "99999999999999999999999999"}}).ttl == longestTtl);
    CHECK(read({{"TTL", "0"}, {"Urgency", "very-low"}}).urgency == Urgency::VeryLow);
    CHECK(read({{"TTL", "0"}, {"Topic", "inbox_-9"}}).topic == "inbox_-9");
    for (const char* const ttl : {"", "-1", "1.5", "+1", "soon", "1 ", "0x10"})
        CHECK_MESSAGE(!wrongIn({{"TTL", ttl}}).empty(), ttl);
    CHECK(wrongIn({}).starts_with("{\"error\":\"TTL is missing"));
    for (const char* const urgency : {"", "urgent", "High", "very_low"})
        CHECK_MESSAGE(!wrongIn({{"TTL", "1"}, {"Urgency", urgency}}).empty(), urgency);
    for (const std::string& topic : {std::string(), std::string(33, 'a'), std::string("a b"), std::string("a=")})
        CHECK_MESSAGE(!wrongIn({{"TTL", "1"}, {"Topic", topic}}).empty(), topic);
    CHECK_FALSE(wrongIn({{"TTL", "1"}, {"ttl", "2"}}).empty());
    CHECK_FALSE(wrongIn({{"TTL", "1"}, {"Idempotency-Key", std::string(257, 'x')}}).empty());
}

TEST_CASE("paths") { // §3: 404
    CHECK(tokenIn("/push/v1/abc") == "abc");
    CHECK_FALSE(tokenIn("/push/v2/abc"));
    CHECK_FALSE(tokenIn("/push/v1/" + std::string(56, 'a')));
    CHECK(tokenIn("/push/v1/" + std::string(55, 'a')));
}

TEST_CASE("rates: so many in a window, and then the time until the next") { // §3: 429
    Rates rates;
    const Instant start(std::chrono::hours(1));
    for (int n = 0; n < 60; ++n)
        rates.count("R", Urgency::High, start + std::chrono::seconds(n % 30));
    CHECK(rates.mustWait("R", Urgency::High, start + std::chrono::seconds(59)) == std::chrono::seconds(1));
    CHECK_FALSE(rates.mustWait("R", Urgency::High, start + std::chrono::seconds(60)));
    CHECK_FALSE(rates.mustWait("R", Urgency::Normal, start + std::chrono::seconds(30)));
    CHECK_FALSE(rates.mustWait("S", Urgency::High, start + std::chrono::seconds(30)));
    for (int n = 60; n < 240; ++n)
        rates.count("R", Urgency::Normal, start + std::chrono::seconds(30));
    CHECK(rates.mustWait("R", Urgency::Normal, start + std::chrono::seconds(30)) == std::chrono::seconds(30));
    for (int n = 240; n < 5'000; ++n)
        rates.count("R", Urgency::Normal, start + std::chrono::minutes(10));
    CHECK(rates.mustWait("R", Urgency::Normal, start + std::chrono::minutes(30)) == std::chrono::minutes(30));
    CHECK_FALSE(rates.mustWait("R", Urgency::Normal, start + std::chrono::minutes(60)));
}

TEST_CASE("of a million strangers no more is remembered than there is room for") {
    Counted counted(wrongInMinute);
    const Instant start(std::chrono::hours(1));
    for (int n = 0; n < 100'000; ++n)
        counted.count(std::to_string(n), start);
    CHECK_FALSE(counted.mustWait("7", start)); // among the first
    CHECK(counted.mustWait("99999", start));   // one of all the others, who are one
    CHECK_FALSE(counted.mustWait("99999", start + std::chrono::minutes(1)));
}
