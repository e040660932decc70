#include "transfer/trouble.hpp"

#include <fmt/core.h>

namespace stint::transfer {

Ending endingOf(CURLcode code, const std::string& trouble) {
    // Debian's patch of curl 7.88 for CVE-2023-38039 has no code of its own for it.
    if (code == CURLE_RECV_ERROR && trouble.starts_with("Too large response headers"))
        return never(ends::protocol, fmt::format("the server sends headers without end: {}", trouble));
    switch (code) {
    case CURLE_OUT_OF_MEMORY: // so curl 7.88 calls a header line beyond its 100 KiB; of memory Linux is never out
        return never(ends::protocol, "the server sends a header without end");
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

Ending uploadRefusal(const Answer& answer) {
    switch (answer.status) {
    case 404:
    case 410:
        return never(ends::noInput, fmt::format("the server has no such place ({})", answer.status));
    case 405:
    case 501:
        return never(ends::protocol, fmt::format("the server takes no such upload there ({})", answer.status));
    case 413:
        return never(ends::refused, "the server takes no file of this size (413)");
    case 423:
        return later("the server is still busy with this upload (423)");
    default:
        return refusal(answer);
    }
}

} // namespace stint::transfer
