#include "transfer/curl_error.hpp"

#include <fmt/core.h>

namespace stint::transfer {

Ending endingOf(CURLcode code, const std::string& error) {
    // Debian's patch of curl 7.88 for CVE-2023-38039 has no code of its own for it.
    if (code == CURLE_RECV_ERROR && error.starts_with("Too large response headers"))
        return never(ends::protocol, fmt::format("the server sends headers without end: {}", error));
    switch (code) {
    case CURLE_OUT_OF_MEMORY: // curl 7.88's code for a header line beyond 100 KiB; Linux itself does not run out of
                              // memory here
        return never(ends::protocol, "the server sends a header without end");
    case CURLE_URL_MALFORMAT:
        return never(ends::usage, fmt::format("the URL cannot be used: {}", error));
    case CURLE_UNSUPPORTED_PROTOCOL: // the URL itself was checked before
        return never(ends::protocol, fmt::format("the server speaks no HTTP, or leads to what is none: {}", error));
    case CURLE_TOO_MANY_REDIRECTS:
        return never(ends::protocol, fmt::format("the server redirects for ever: {}", error));
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return never(ends::protocol, fmt::format("the server speaks no HTTP: {}", error));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return never(ends::refused, fmt::format("the server's certificate is not trusted: {}", error));
    case CURLE_REMOTE_FILE_NOT_FOUND:
        return never(ends::noInput, fmt::format("the server has no such file: {}", error));
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_LOGIN_DENIED:
        return never(ends::refused, fmt::format("the server refuses it: {}", error));
    default:
        // DNS, refused or broken connections, timeouts, broken TLS: the network may be better next time.
        return later(error);
    }
}

Ending uploadRefusal(const Response& response) {
    switch (response.status) {
    case 404:
    case 410:
        return never(ends::noInput, fmt::format("the server has no such place ({})", response.status));
    case 405:
    case 501:
        return never(ends::protocol, fmt::format("the server takes no such upload there ({})", response.status));
    case 413:
        return never(ends::refused, "the server takes no file of this size (413)");
    case 423:
        return later("the server is still busy with this upload (423)");
    default:
        return refusal(response);
    }
}

} // namespace stint::transfer
