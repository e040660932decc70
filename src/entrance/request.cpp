#include "entrance/request.hpp"

#include "base/text/words.hpp"

namespace stint::entrance {
namespace {

/// The values of the cookie of that name among those that a browser sends.
void takeCookies(std::string_view header, std::string_view name, std::vector<std::string>& cookies) {
    for (std::string_view one : splitAt(header, ";")) {
        while (one.starts_with(' '))
            one.remove_prefix(1);
        if (one.starts_with(name) && one.substr(name.size()).starts_with('='))
            cookies.emplace_back(one.substr(name.size() + 1));
    }
}

} // namespace

Request requestOf(const http::Request& sent, std::string_view cookie) {
    Request request{.method = sent.method,
                    .path = sent.path,
                    .query = sent.query,
                    .peer = static_cast<const Browser&>(*sent.caller).socket};
    for (const std::string_view host : sent.values("Host"))
        request.hosts.emplace_back(host);
    for (const std::string_view origin : sent.values("Origin")) // two match none of ours
        request.origin = (request.origin ? *request.origin + ", " : "") + std::string(origin);
    request.contentType = sent.value("Content-Type");
    for (const std::string_view cookies : sent.values("Cookie"))
        takeCookies(cookies, cookie, request.cookies);
    request.authorization = sent.value("Authorization");
    request.lastEventId = sent.value("Last-Event-ID");
    request.ifNoneMatch = sent.value("If-None-Match");
    request.takesGzip = sent.value("Accept-Encoding").find("gzip") != std::string_view::npos;
    request.body = sent.body;
    return request;
}

} // namespace stint::entrance
