// How a connection is made: whom it is tried with, how often, and how it says who it is.
#include <algorithm>

#include <nats/nats.h>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/process.hpp"
#include "push/broker/connection.hpp"
#include "push/broker/libnats.hpp"
#include "push/keys/nkey.hpp"

namespace stint::push {
using namespace nats;
namespace {

constexpr std::int64_t untilReconnect = 250; ///< ms
constexpr std::int64_t untilPing = 20'000;   ///< ms
constexpr std::size_t mostServers = 8;

// A device pings nobody: its own questions keep the connection alive (push.md §4.1).
constexpr std::int64_t never = std::int64_t{1000} * 3600 * 24 * 365; ///< ms
constexpr Duration firstDelay = std::chrono::seconds(1), longestDelay = std::chrono::minutes(5);

std::int64_t devicesDelay(natsConnection*, int attempts, void*) {
    nats::endGreeting();
    return randombytes_uniform(static_cast<std::uint32_t>(triesWithin(attempts).count()) + 1);
}

/// Questions that are passed over are no trouble; libnats by itself would print a line for each burst of them.
void told(natsConnection*, natsSubscription*, natsStatus why, void*) {
    if (why != NATS_SLOW_CONSUMER) complain("libnats", natsStatus_GetText(why));
}

std::int64_t serversDelay(natsConnection*, int, void*) {
    nats::endGreeting();
    return untilReconnect;
}

Result<void> checkUrls(const std::vector<std::string>& urls) {
    if (urls.empty() || urls.size() > mostServers)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} brokers; there are 1 to {}", urls.size(), mostServers);
    // libnats takes whatever it is given for a host's name.
    for (const std::string& url : urls)
        if (!url.starts_with("nats://") && !url.starts_with("tls://"))
            return fail(Errc::ILLEGAL_ARGUMENT, "a broker's URL begins with nats:// or tls://");
    return {};
}

/// A copy that libnats frees.
char* given(std::string_view bytes) {
    auto* const copy = static_cast<char*>(std::malloc(bytes.size() + 1)); // NOLINT(cppcoreguidelines-no-malloc)
    STINT_CHECK(copy);
    std::ranges::copy(bytes, copy);
    copy[bytes.size()] = '\0';
    return copy;
}

/// The credentials in the file, read anew for each try; `error` where there are none.
std::optional<Credentials> credentialsOf(void* file, char** error) {
    auto credentials = credentialsIn(readFile(*static_cast<const std::string*>(file)).value_or(""));
    if (!credentials) *error = given("it has no JWT and no seed of a user");
    return credentials;
}

natsStatus giveJwt(char** jwt, char** error, void* file) {
    nats::beginGreeting();
    const auto credentials = credentialsOf(file, error);
    if (!credentials) return NATS_INVALID_ARG;
    *jwt = given(credentials->jwt);
    return NATS_OK;
}

natsStatus giveSignature(char** error, unsigned char** signature, int* length, const char* nonce, void* file) {
    const auto credentials = credentialsOf(file, error);
    if (!credentials) return NATS_INVALID_ARG;
    const std::string its = credentials->user.signForLibnats(nonce);
    *signature = reinterpret_cast<unsigned char*>(given(its));
    *length = static_cast<int>(its.size());
    return NATS_OK;
}

} // namespace

// Where it doubled, a few of 10,000 that came back to one broker were not let in six times, and rested for up to 64 s.
Duration triesWithin(int tries) {
    Duration within = firstDelay;
    while (--tries > 0 && within < longestDelay)
        within = std::min(within * 3 / 2, longestDelay);
    return within;
}

// All that come back at once are turned away at once, and would come at once again.
Duration untilTriedAgain(int tries) {
    const Duration most = std::min(2 * triesWithin(tries), longestDelay);
    return most / 2 + Duration(randombytes_uniform(static_cast<std::uint32_t>((most / 2).count()) + 1));
}

// Whoever posts waits for what stint-endpoint says, and that for its server here; a device's may be over a satellite.
Duration connectingOf(const Broker::Settings& settings) {
    return settings.device.empty() ? std::chrono::seconds(2) : std::chrono::seconds(4);
}

Result<Options> optionsOf(const Broker::Settings& settings, std::string* file) {
    STINT_TRY(checkUrls(settings.urls));
    natsOptions* made = nullptr;
    STINT_TRY(checked(natsOptions_Create(&made), "libnats"));
    Options options(made);
    std::vector<const char*> urls;
    for (const std::string& url : settings.urls)
        urls.push_back(url.c_str());
    STINT_TRY(checked(natsOptions_SetServers(made, urls.data(), static_cast<int>(urls.size())), "a broker's URL"));
    if (!settings.credentials.empty())
        STINT_TRY(checked(natsOptions_SetUserCredentialsCallbacks(made, giveJwt, file, giveSignature, file),
                          settings.credentials));
    natsOptions_SetErrorHandler(made, told, nullptr);
    natsOptions_SetTimeout(made, connectingOf(settings).count());
    natsOptions_SetMaxReconnect(made, -1);
    natsOptions_SetSendAsap(made, true);      // libnats would wait for a millisecond, whether more comes or not
    natsOptions_SetReconnectBufSize(made, 1); // what was sent while there is no server is not sent by itself later
    // stint-endpoint has the one beside it, and no other.
    natsOptions_SetIgnoreDiscoveredServers(made, settings.device.empty());
    // By libnats' own word a server need not do what the URL says, and whoever is in between could speak for it.
    const auto isSecure = [](const std::string& url) { return url.starts_with("tls://"); };
    if (std::ranges::any_of(settings.urls, isSecure)) STINT_TRY(checked(natsOptions_SetSecure(made, true), "TLS"));
    if (!settings.certified.empty())
        STINT_TRY(checked(natsOptions_SetExpectedHostname(made, settings.certified.c_str()), settings.certified));
    if (settings.device.empty()) {
        natsOptions_SetName(made, "stint-endpoint");
        natsOptions_SetNoEcho(made, true); // what it put into a bucket it would hear, whether the bucket took it or not
        natsOptions_SetPingInterval(made, untilPing);
        natsOptions_SetCustomReconnectDelay(made, serversDelay, nullptr);
        return options;
    }
    natsOptions_SetName(made, "stint-push");
    natsOptions_SetPingInterval(made, never);
    natsOptions_SetCustomReconnectDelay(made, devicesDelay, nullptr);
    natsOptions_UseGlobalMessageDelivery(made, true); // one thread, not one for each subscription
    STINT_TRY(checked(natsOptions_SetCustomInboxPrefix(made, ("_INBOX." + settings.device).c_str()), "its inbox"));
    return options;
}

} // namespace stint::push
