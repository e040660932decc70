#include "faces/pushctl/post.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <string_view>

#include <absl/strings/ascii.h>
#include <curl/curl.h>

#include "base/result/errors.hpp"
#include "base/result/owned.hpp"
#include "base/text/number.hpp"
#include "base/version/version.hpp"

namespace stint::pushctl {
namespace {

constexpr long connectSeconds = 10, wholeSeconds = 30;

std::string partOf(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    return text;
}

struct Kept {
    std::string& text;
    std::size_t most;
};
std::size_t keep(const char* bytes, std::size_t, std::size_t count, void* into) {
    auto& [text, most] = *static_cast<Kept*>(into);
    text.append(bytes, std::min(count, most - std::min(most, text.size())));
    return text.size() < most ? count : 0;
}

// The whole URL of one that an answer names, which may lack all but its path.
std::string absolute(const std::string& named, const std::string& base) {
    const Owned<CURLU, curl_url_cleanup> url(curl_url());
    STINT_CHECK(url);
    const bool known = curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) == CURLUE_OK &&
                       curl_url_set(url.get(), CURLUPART_URL, named.c_str(), 0) == CURLUE_OK;
    return known ? partOf(url.get(), CURLUPART_URL) : named;
}

std::string headerOf(CURL* curl, const char* name) {
    curl_header* found = nullptr;
    return curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : "";
}

using SetMore = std::function<void(CURL*)>;

/// One request and its answer, of whose text that much is read; `more` says which.
Result<Answer> answerTo(const std::string& url, std::size_t longest, const SetMore& more) {
    const Owned<CURL, curl_easy_cleanup> curl(curl_easy_init());
    STINT_CHECK(curl);
    Answer answer;
    Kept kept{answer.text, longest};
    const auto set = [&](CURLoption option, auto value) {
        STINT_CHECK(curl_easy_setopt(curl.get(), option, value) == CURLE_OK);
    };
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_USERAGENT, fmt::format("stint/{}", ownBuild().version).c_str());
    set(CURLOPT_CONNECTTIMEOUT, connectSeconds);
    set(CURLOPT_TIMEOUT, wholeSeconds);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_WRITEFUNCTION, &keep);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&kept));
    if (more) more(curl.get());
    const CURLcode code = curl_easy_perform(curl.get());
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    const bool cut = code == CURLE_WRITE_ERROR && answer.text.size() >= longest;
    if (code != CURLE_OK && !cut) return fail(Errc::SYSTEM, "{}", curl_easy_strerror(code));
    if (const std::string named = headerOf(curl.get(), "Location"); !named.empty())
        answer.location = absolute(named, url);
    answer.ttl = headerOf(curl.get(), "TTL");
    answer.retryAfter = headerOf(curl.get(), "Retry-After");
    if (const auto date = curl_getdate(headerOf(curl.get(), "Date").c_str(), nullptr); date >= 0)
        answer.date = WallTime(std::chrono::seconds(date));
    return answer;
}

} // namespace

std::optional<Duration> secondsIn(const std::string& header) {
    constexpr std::chrono::seconds longest = std::chrono::days(28);
    const auto seconds = numberIn<std::int64_t>(header);
    if (!seconds || *seconds < 0 || *seconds > longest.count()) return std::nullopt;
    return std::chrono::seconds(*seconds);
}

Result<std::string> originOf(const std::string& url) {
    const Owned<CURLU, curl_url_cleanup> parts(curl_url());
    STINT_CHECK(parts);
    const bool parsed = curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
    const std::string scheme = partOf(parts.get(), CURLUPART_SCHEME);
    if (!parsed || (scheme != "http" && scheme != "https"))
        return fail(Errc::ILLEGAL_ARGUMENT, "it is not an http:// or https:// URL");
    const std::string port = partOf(parts.get(), CURLUPART_PORT);
    const bool usual = port.empty() || port == (scheme == "http" ? "80" : "443");
    const std::string host = absl::AsciiStrToLower(partOf(parts.get(), CURLUPART_HOST));
    return fmt::format("{}://{}{}", scheme, host, usual ? "" : ":" + port);
}

Result<std::string> serverOriginOf(const std::string& url) {
    std::string origin = STINT_TRY(originOf(url));
    if (url != origin && url != origin + "/")
        return fail(Errc::ILLEGAL_ARGUMENT, "a server's URL has no path: {}", origin);
    return origin;
}

std::string hostOf(const std::string& origin) {
    const Owned<CURLU, curl_url_cleanup> parts(curl_url());
    STINT_CHECK(parts);
    curl_url_set(parts.get(), CURLUPART_URL, origin.c_str(), 0);
    return partOf(parts.get(), CURLUPART_HOST);
}

Result<Answer> post(const Request& request) {
    Owned<curl_slist, curl_slist_free_all> headers;
    for (const std::string& header : request.headers) {
        curl_slist* const longer = curl_slist_append(headers.get(), header.c_str());
        STINT_CHECK(longer);
        (void)headers.release();
        headers.reset(longer);
    }
    return answerTo(request.url, request.longestAnswer, [&](CURL* curl) {
        const auto size = static_cast<curl_off_t>(request.body.size());
        STINT_CHECK(curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, size) == CURLE_OK);
        STINT_CHECK(curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data()) == CURLE_OK);
        STINT_CHECK(curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get()) == CURLE_OK);
    });
}

Result<Answer> get(const std::string& url, std::size_t longestAnswer) { return answerTo(url, longestAnswer, nullptr); }

} // namespace stint::pushctl
