#include "faces/pushctl/server/post.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string_view>

#include <absl/strings/ascii.h>
#include <curl/curl.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/result/owned.hpp"
#include "base/text/json_member.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/time/time.hpp"
#include "base/version/version.hpp"
#include "faces/screen/exit_code.hpp"

namespace stint::pushctl {

namespace ends = cli::ends;

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

/// One request and its answer; `more` says which.
Result<Answer> answerTo(const Request& request, const std::function<void(CURL*)>& more) {
    const Owned<CURL, curl_easy_cleanup> curl(curl_easy_init());
    STINT_CHECK(curl);
    Owned<curl_slist, curl_slist_free_all> headers;
    for (const std::string& header : request.headers) {
        curl_slist* const longer = curl_slist_append(headers.get(), header.c_str());
        STINT_CHECK(longer);
        (void)headers.release();
        headers.reset(longer);
    }
    Answer answer;
    Kept kept{answer.text, request.longestAnswer};
    const auto set = [&](CURLoption option, auto value) {
        STINT_CHECK(curl_easy_setopt(curl.get(), option, value) == CURLE_OK);
    };
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_HTTPHEADER, headers.get());
    if (const auto origin = originOf(request.url); origin.ok() && isOnThisMachine(*origin)) set(CURLOPT_NOPROXY, "*");
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_USERAGENT, fmt::format("stint/{}", ownBuild().version).c_str());
    set(CURLOPT_CONNECTTIMEOUT, connectSeconds);
    set(CURLOPT_TIMEOUT, wholeSeconds);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_WRITEFUNCTION, &keep);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&kept));
    more(curl.get());
    const CURLcode code = curl_easy_perform(curl.get());
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    const bool cut = code == CURLE_WRITE_ERROR && answer.text.size() >= request.longestAnswer;
    if (code != CURLE_OK && !cut)
        return fail(code == CURLE_COULDNT_CONNECT ? Errc::UNAVAILABLE : Errc::SYSTEM, "{}", curl_easy_strerror(code));
    if (const std::string named = headerOf(curl.get(), "Location"); !named.empty())
        answer.location = absolute(named, request.url);
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

bool isOnThisMachine(const std::string& origin) {
    for (const char* const host : {"http://127.0.0.1", "http://localhost", "http://[::1]"})
        if (origin.starts_with(host) &&
            (origin.size() == std::string(host).size() || origin[std::string(host).size()] == ':'))
            return true;
    return false;
}

std::string hostOf(const std::string& origin) {
    const Owned<CURLU, curl_url_cleanup> parts(curl_url());
    STINT_CHECK(parts);
    curl_url_set(parts.get(), CURLUPART_URL, origin.c_str(), 0);
    return partOf(parts.get(), CURLUPART_HOST);
}

Result<Answer> post(const Request& request) {
    return answerTo(request, [&](CURL* curl) {
        const auto size = static_cast<curl_off_t>(request.body.size());
        STINT_CHECK(curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, size) == CURLE_OK);
        STINT_CHECK(curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data()) == CURLE_OK);
    });
}

Result<Answer> get(const Request& request) {
    return answerTo(request, [](CURL*) {});
}

namespace {

constexpr std::array statuses{
    Status{400, ends::badData, "it does not understand the message"},
    Status{401, ends::refused, "it wants the message to be signed (--vapid)"},
    Status{403, ends::refused, "the key that signs it is not the one that may send there"},
    Status{404, ends::noInput, "there is no such registration"},
    Status{410, ends::noInput, "the registration is gone: forget this URL"},
    Status{413, ends::badData, "the message is too long for it"},
    Status{429, ends::waits, "there were too many messages"},
    Status{503, ends::waits, "it cannot keep the message now"},
};

/// The row of a status that is not in the table.
Status otherwise(long status) {
    if (status >= 500) return {status, ends::inputOutput, "it has failed"};
    return {status, ends::protocol, "it is not a push service"};
}

} // namespace

Status statusOf(long status) {
    const auto* const row = std::ranges::find(statuses, status, &Status::status);
    return row == statuses.end() ? otherwise(status) : *row;
}

std::string saidBy(const Answer& answer) {
    constexpr std::size_t most = 200;
    const auto said = nlohmann::json::parse(answer.text, nullptr, false);
    const std::string text = textMember(said, "error").value_or(answer.text);
    return printable(text.substr(0, std::min(text.find_first_of("\r\n"), most)));
}

int failOf(const Answer& answer, const cli::Screen& screen) {
    const Status status = statusOf(answer.status);
    std::string sentence = fmt::format("the server answers {}: {}", answer.status, status.meaning);
    if (const auto later = secondsIn(answer.retryAfter))
        sentence += fmt::format("; try again in {}", formatDuration(*later));
    if (const std::string says = saidBy(answer); !says.empty() && says != status.meaning)
        sentence += fmt::format(" ({})", says);
    return screen.fail(status.ends, sentence);
}

} // namespace stint::pushctl
