#include "entrance/entry.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <sys/random.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "base/text/words.hpp"
#include "entrance/pages.hpp"

namespace stint::entrance {

Result<Secret> Secret::draw() {
    std::array<unsigned char, 32> bytes{};
    // Up to 256 bytes come whole, without an interruption (getrandom(2)).
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return fail(Errc::SYSTEM, "cannot make a token: {}", std::strerror(errno));
    std::string text;
    for (const unsigned char byte : bytes)
        text += fmt::format("{:02x}", byte);
    return Secret(std::move(text));
}

bool Secret::is(std::string_view word) const {
    if (word.size() != text_.size() || text_.empty()) return false;
    unsigned differs = 0;
    for (std::size_t i = 0; i < text_.size(); ++i)
        differs |= static_cast<unsigned char>(text_[i]) ^ static_cast<unsigned char>(word[i]);
    return differs == 0;
}

namespace {

using namespace std::string_view_literals;

/// Removes the token from behind the address's '#', which no browser sends, and posts it; what stands behind a '/'
/// there is a view of the page. Where the token is none any more, the page's own words say what to type.
constexpr std::string_view enterScript =
    "function enter() {"
    " const [token, ...view] = location.hash.slice(1).split('/');"
    " if (!token) return;"
    " history.replaceState(null, '', view.length ? '/#/' + view.join('/') : '/');"
    " fetch('/enter', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({token})})"
    ".then(async answer => {"
    " if (answer.ok) return location.reload();"
    " const told = await answer.text();"
    " document.querySelector('p').textContent = told ? JSON.parse(told).error :"
    " 'This address has had its time. Type in a terminal: ' + document.querySelector('p').dataset.command; });"
    "} addEventListener('hashchange', enter); enter();";

std::string enterPage(std::string_view command) {
    return fmt::format(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Stint</title><link "
        "rel=\"icon\" href=\"data:,\">"
        "<meta name=\"color-scheme\" content=\"light dark\">"
        "<p data-command=\"{0}\">To see this page, type in a terminal: {0}</p><script>{1}</script></html>\n",
        command, enterScript);
}

/// The policy of the page of entry: its only script is the one above.
std::string enterPolicy() {
    return fmt::format(
        "default-src 'none'; connect-src 'self'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
        base64OfSha256(enterScript));
}

bool isJson(std::string_view contentType) {
    const auto end = std::min(contentType.find(';'), contentType.size());
    std::string type = lowered(contentType.substr(0, end));
    while (type.ends_with(' ') || type.ends_with('\t'))
        type.pop_back();
    return type == "application/json";
}

/// True for a path with ".", an escape or "//" in it. No path of ours has them: no file is above another here, and no
/// name is written in two ways.
bool climbs(std::string_view path) {
    if (!path.starts_with('/')) return true;
    if (path.find_first_of("%\\\0"sv) != std::string_view::npos || path.find("//") != std::string_view::npos)
        return true;
    return std::ranges::any_of(splitAt(path, "/"), [](std::string_view part) { return part.starts_with('.'); });
}

std::optional<Answer> wrongMethod(const Request& request, std::string_view right) {
    if (request.method == right || (right == "GET" && request.method == "HEAD")) return std::nullopt;
    Answer answer = refusal(405, fmt::format("{} takes {} alone", request.path, right));
    answer.headers.emplace_back("Allow", right == "GET" ? "GET, HEAD" : std::string(right));
    return answer;
}

/// The token in {"token": "…"}; empty where the body is anything else.
std::string tokenIn(const std::string& body) {
    const auto object = nlohmann::json::parse(body, nullptr, false);
    return object.size() == 1 ? textMember(object, "token").value_or("") : "";
}

} // namespace

const http::Headers& commonHeaders() {
    // Styles and scripts only from files of ours, no frame, no form; no page of another origin may read an answer.
    static const http::Headers headers{
        {"Content-Security-Policy",
         "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"},
        {"X-Frame-Options", "DENY"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cache-Control", "no-store"}};
    return headers;
}

Entry::Entry(const House& house, std::uint16_t port, Secret token, Secret cookie)
    : house_(house), token_(std::move(token)), cookie_(std::move(cookie)) {
    for (const std::string_view name : {"127.0.0.1", "localhost", "[::1]"}) {
        hosts_.push_back(fmt::format("{}:{}", name, port));
        origins_.push_back("http://" + hosts_.back());
    }
}

bool Entry::isKnown(const Request& request) const {
    constexpr std::string_view bearer = "Bearer ";
    // Prometheus keeps no cookies: it reads with the token, and changes nothing.
    if (request.path == "/metrics" && request.authorization.starts_with(bearer))
        return token_.is(std::string_view(request.authorization).substr(bearer.size()));
    return hasCookie(request);
}

bool Entry::hasCookie(const Request& request) const {
    return request.peer.whose != Peer::Foreign &&
           std::ranges::any_of(request.cookies, [this](const std::string& each) { return cookie_.is(each); });
}

Answer Entry::unauthorized(const Request& request) const {
    if (request.method != "GET" || request.path != "/") return {401, ""};
    // Not 401, which a browser's console calls an error.
    return {200, "text/html; charset=utf-8", enterPage(house_.command), {{"Content-Security-Policy", enterPolicy()}}};
}

std::optional<Answer> Entry::refused(const Request& request) const {
    if (request.peer.whose == Peer::Foreign) return Answer{401, ""};
    if (request.hosts.size() != 1) return Answer{400, ""};
    // A stranger's name that was made to lead here.
    if (std::ranges::find(hosts_, lowered(request.hosts.front())) == hosts_.end()) return Answer{421, ""};
    if (request.origin && std::ranges::find(origins_, *request.origin) == origins_.end()) return Answer{403, ""};
    const bool enters = request.path == "/enter";
    if (!enters && !isKnown(request)) return unauthorized(request);

    if (climbs(request.path))
        return refusal(400, "a path here has only letters, digits, '/', '-', '_', and dots inside a name");
    std::string_view method = house_.methodOf(request.path);
    if (method.empty() && request.path.starts_with(house_.api))
        return refusal(404, fmt::format("there is no {}", request.path));
    if (method.empty()) method = "GET";
    if (auto wrong = wrongMethod(request, method)) return wrong;
    if (method == "POST" && !isJson(request.contentType))
        return refusal(415, "the body's Content-Type must be application/json");
    return std::nullopt;
}

Answer Entry::enter(const Request& request, const std::function<Result<void>()>& mayEnter) const {
    if (!token_.is(tokenIn(request.body))) return {401, ""};
    if (const auto may = mayEnter(); !may.ok()) return refusal(401, may.error().message);
    return {204,
            "",
            "",
            {{"Set-Cookie", fmt::format("{}={}; HttpOnly; SameSite=Strict; Path=/", house_.cookie, cookie_.text())}}};
}

} // namespace stint::entrance
