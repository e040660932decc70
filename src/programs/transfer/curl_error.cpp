#include "programs/transfer/curl_error.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/core.h>

#include "base/time/time.hpp"

namespace stint::transfer {
namespace {

constexpr std::string_view untrusted = "the server's certificate is not trusted";

/// The part of `text` between these two; empty where there is none.
std::string between(const std::string& text, std::string_view before, std::string_view behind) {
    const auto at = text.find(before);
    if (at == std::string::npos) return {};
    const auto from = at + before.size();
    return text.substr(from, behind.empty() ? std::string::npos : text.find(behind, from) - from);
}

/// curl names the host that it asked, which may be a proxy; the words are those of curl 7.88 and of 8.
std::string notFound(const Fault& fault) {
    std::string host = between(fault.text, "host: ", "");
    if (const auto proxy = between(fault.text, "proxy: ", ""); !proxy.empty()) host = "the proxy " + proxy;
    return fmt::format("cannot find {}: no such host, or no name server answers", host.empty() ? fault.server : host);
}

std::string notConnected(const Fault& fault, const std::string& why) {
    const std::string asked = between(fault.text, "Failed to connect to ", " after ");
    return fmt::format("cannot connect to {}: {}", asked.empty() ? fault.server : asked, why);
}

std::string systemWords(const Fault& fault) {
    switch (fault.systemError) {
    case 0:
        return fault.text;
    case ECONNREFUSED:
        return "refused";
    case ENETUNREACH:
    case EHOSTUNREACH:
        return "no way leads there";
    default:
        return std::strerror(fault.systemError);
    }
}

std::string tooLate(const Fault& fault) {
    if (fault.text.starts_with("Operation too slow"))
        return fmt::format("too slow: less than {}/s for {} s", formatSize(fault.leastRate),
                           fault.leastRateFor.count());
    // curl compares after each step, so the time in its own text is a little late.
    if (fault.mostTime.count() > 0 && fault.text.starts_with("Operation timed out"))
        return fmt::format("not done within {} s (--max-time)", fault.mostTime.count());
    if (fault.connected) return fmt::format("{} is silent: {}", fault.server, fault.text);
    return notConnected(fault, fmt::format("no answer within {} s", fault.connectTimeout.count()));
}

/// A header, a head or a trailer beyond curl's bounds.
bool isEndless(const Fault& fault) {
    // The code for a line that is too large; until curl 8.6 it is the one for memory, which here means the line where
    // there is a connection.
    constexpr auto curleTooLarge = static_cast<CURLcode>(100);
    constexpr bool hasTooLarge = LIBCURL_VERSION_NUM >= 0x080600;
    const bool line = hasTooLarge ? fault.code == curleTooLarge : fault.code == CURLE_OUT_OF_MEMORY && fault.connected;
    // A head, and in 7.88 a trailer, that is too large has no code of its own.
    const bool head = fault.code == CURLE_RECV_ERROR && (fault.text.starts_with("Too large response headers") ||
                                                         fault.text.starts_with("Out of memory in chunked-encoding"));
    return fault.endless || line || head;
}

} // namespace

bool isOfCertificate(const Ending& ending) { return ending.text.starts_with(untrusted); }

Ending endingOf(const Fault& fault) {
    const std::string& text = fault.text;
    if (isEndless(fault)) return never(ends::protocol, "the server sends headers or trailers without end");
    // Without descriptors curl cannot read a connection's certificates, either, and does not always say why.
    if (fault.isShort) return later(fmt::format("too many files are open: {}", text));
    switch (fault.code) {
    case CURLE_OUT_OF_MEMORY:
        return later(text);
    case CURLE_URL_MALFORMAT:
        if (text.starts_with("The redirect target"))
            return never(ends::protocol, fmt::format("the server leads to what is not a URL: {}", text));
        return never(ends::usage, fmt::format("the URL cannot be used: {}", text));
    case CURLE_UNSUPPORTED_PROTOCOL: // the URL itself was checked before
        return never(ends::protocol, fmt::format("the server speaks no HTTP, or leads to what is none: {}", text));
    case CURLE_TOO_MANY_REDIRECTS:
        return never(ends::protocol, fmt::format("the server redirects for ever: {}", text));
    case CURLE_BAD_CONTENT_ENCODING: // an encoding on the way: Fetch has curl decode no other
        return never(ends::protocol, std::string(encodedOnTheWay));
    case CURLE_WEIRD_SERVER_REPLY:
        return never(ends::protocol, fmt::format("the server speaks no HTTP: {}", text));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return never(ends::refused, fmt::format("{}: {}", untrusted, text));
    case CURLE_REMOTE_FILE_NOT_FOUND:
        return never(ends::noInput, fmt::format("the server has no such file: {}", text));
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_LOGIN_DENIED:
        return never(ends::refused, fmt::format("the server refuses it: {}", text));
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ENGINE_NOTFOUND:
        return never(ends::usage, fmt::format("the client certificate cannot be used: {}", text));
    // The network may be better next time.
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return later(notFound(fault));
    case CURLE_COULDNT_CONNECT:
        return later(notConnected(fault, systemWords(fault)));
    case CURLE_OPERATION_TIMEDOUT:
        return later(tooLate(fault));
    case CURLE_SSL_CONNECT_ERROR:
        return later(fmt::format("no TLS with {}: {}", fault.server, text));
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
        return later(fmt::format("the connection to {} broke: {}", fault.server, text));
    default:
        return later(text);
    }
}

bool isOwn(const Fault& fault) {
    const bool outOfMemory = fault.code == CURLE_OUT_OF_MEMORY && !isEndless(fault);
    return fault.isShort || outOfMemory || fault.code == CURLE_SSL_CERTPROBLEM ||
           fault.code == CURLE_SSL_CACERT_BADFILE || fault.code == CURLE_SSL_ENGINE_NOTFOUND;
}

Ending uploadRefusal(const Response& response) {
    switch (response.status) {
    case 404:
    case 410:
        return never(ends::noInput, fmt::format("the server has no such place ({})", statusText(response)));
    case 405:
    case 501:
        return never(ends::protocol, fmt::format("the server takes no such upload there ({})", statusText(response)));
    case 413:
        return never(ends::refused, "the server takes no file of this size (413)");
    case 423:
        return later("the server is still busy with this upload (423)");
    default:
        return refusal(response);
    }
}

} // namespace stint::transfer
