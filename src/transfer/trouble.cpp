#include "transfer/trouble.hpp"

#include <fmt/core.h>

namespace stint::transfer {

Ending endingOf(CURLcode code, const std::string& trouble) {
    switch (code) {
    case CURLE_URL_MALFORMAT:
        return never(ends::usage, fmt::format("the URL cannot be used: {}", trouble));
    case CURLE_UNSUPPORTED_PROTOCOL: // the URL itself was checked before
        return never(ends::protocol, fmt::format("the server speaks no HTTP, or leads to what is none: {}", trouble));
    case CURLE_TOO_MANY_REDIRECTS:
        return never(ends::protocol, fmt::format("the server redirects for ever: {}", trouble));
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return never(ends::protocol, fmt::format("the server speaks no HTTP: {}", trouble));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return never(ends::refused, fmt::format("the server's certificate is not trusted: {}", trouble));
    case CURLE_REMOTE_FILE_NOT_FOUND:
        return never(ends::noInput, fmt::format("the server has no such file: {}", trouble));
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_LOGIN_DENIED:
        return never(ends::refused, fmt::format("the server refuses it: {}", trouble));
    default:
        // DNS, connections refused and cut, timeouts, TLS that broke off: the network may be better the next time.
        return later(trouble);
    }
}

} // namespace stint::transfer
