#include "programs/transfer/access.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <curl/curl.h>

#include "base/result/errors.hpp"
#include "base/result/owned.hpp"
#include "programs/spool/transfers.hpp"

namespace stint::transfer {
namespace {

using Url = Owned<CURLU, curl_url_cleanup>;

Url parse(const std::string& text) {
    Url url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        url.reset();
    return url;
}

std::string partOf(const Url& url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return {};
    std::string copied(text);
    curl_free(text);
    return copied;
}

/// `text` with its path changed by `change`; unchanged if it cannot be parsed.
template <class Change> std::string withPath(const std::string& text, Change change) {
    const Url url = parse(text);
    if (!url) return text;
    const std::string path = change(partOf(url, CURLUPART_PATH));
    if (curl_url_set(url.get(), CURLUPART_PATH, path.c_str(), 0) != CURLUE_OK) return text;
    return partOf(url, CURLUPART_URL);
}

} // namespace

Result<void> checkUrl(const std::string& text) {
    constexpr std::array<std::string_view, 3> supported{"http", "https", "ftp"};
    const Url url = parse(text);
    if (!url) return fail(Errc::ILLEGAL_ARGUMENT, "the URL cannot be read: write http://HOST/PATH, https:// or ftp://");
    std::string scheme = partOf(url, CURLUPART_SCHEME);
    if (std::find(supported.begin(), supported.end(), scheme) == supported.end())
        return fail(Errc::ILLEGAL_ARGUMENT, "the scheme \"{}\" is not supported: http, https and ftp are", scheme);
    return {};
}

std::string locationOf(const std::string& text) {
    const Url url = parse(text);
    if (!url) return {};
    std::string port = partOf(url, CURLUPART_PORT);
    return fmt::format("{}://{}{}{}{}", partOf(url, CURLUPART_SCHEME), partOf(url, CURLUPART_HOST),
                       port.empty() ? "" : ":", port, partOf(url, CURLUPART_PATH));
}

std::string withoutUser(const std::string& text) {
    const Url url = parse(text);
    if (!url) return text;
    curl_url_set(url.get(), CURLUPART_USER, nullptr, 0);
    curl_url_set(url.get(), CURLUPART_PASSWORD, nullptr, 0);
    return partOf(url, CURLUPART_URL);
}

std::string originOf(const std::string& text) {
    const Url url = parse(text);
    if (!url) return {};
    return fmt::format("{}://{}:{}", partOf(url, CURLUPART_SCHEME), partOf(url, CURLUPART_HOST),
                       partOf(url, CURLUPART_PORT, CURLU_DEFAULT_PORT));
}

std::string hostOf(const std::string& text) {
    const Url url = parse(text);
    return url ? partOf(url, CURLUPART_HOST) : "";
}

std::string serverOf(const std::string& text) {
    const Url url = parse(text);
    if (!url) return "the server";
    return fmt::format("{} port {}", partOf(url, CURLUPART_HOST), partOf(url, CURLUPART_PORT, CURLU_DEFAULT_PORT));
}

std::string resolved(const std::string& base, const std::string& reference) {
    const Url url = parse(base);
    if (!url || reference.empty()) return {};
    if (curl_url_set(url.get(), CURLUPART_URL, reference.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) return {};
    const std::string scheme = partOf(url, CURLUPART_SCHEME);
    return scheme == "http" || scheme == "https" ? partOf(url, CURLUPART_URL) : "";
}

std::string withSuffix(const std::string& url, const std::string& suffix) {
    return withPath(url, [&](const std::string& path) { return path + suffix; });
}

std::string withName(const std::string& url, const std::string& name) {
    return withPath(url, [&](const std::string& path) {
        if (!path.ends_with('/')) return path;
        char* escaped = curl_easy_escape(nullptr, name.data(), static_cast<int>(name.size()));
        std::string made = path + (escaped ? escaped : "");
        curl_free(escaped);
        return made;
    });
}

Result<void> checkAccess(const Access& access) {
    for (const std::string& header : access.headers)
        STINT_TRY(checkHeader(header));
    if (access.cookie.find_first_of("\r\n") != std::string::npos)
        return fail(Errc::ILLEGAL_ARGUMENT, "the cookie contains a line break");
    for (const std::string* const text : {&access.userAgent, &access.referer})
        if (text->find_first_of("\r\n") != std::string::npos)
            return fail(Errc::ILLEGAL_ARGUMENT, "a header contains a line break");
    if (access.connectTimeout.count() < 0 || access.mostTime.count() < 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "a time must not be negative");
    if (access.rate < 0 || access.leastRate < 0 || access.leastRateFor.count() < 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "a rate must not be negative");
    return {};
}

Access withoutSecrets(Access access) {
    if (access.trustsRedirects) return access;
    access.headers.clear();
    access.cookie.clear();
    access.cookieFile.clear();
    access.user.clear();
    access.netrc.clear(); // it names hosts, but no ports
    access.certificate.clear();
    access.key.clear();
    access.passphrase.clear();
    access.referer.clear();
    return access;
}

} // namespace stint::transfer
