#include "programs/transfer/fetch.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <fcntl.h>
#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/folder.hpp"
#include "programs/transfer/access.hpp"
#include "programs/transfer/digest.hpp"

namespace stint::transfer {
namespace {

constexpr Bytes mostBuffered = 512 * 1024;
constexpr Bytes leastBuffered = 1024; // curl's own bound

/// The bytes that a transfer moves at once under the rate that all share: those of a twentieth of a second.
Bytes pieceFor(Bytes shared) {
    return shared > 0 ? std::clamp(shared / 20, leastBuffered, mostBuffered) : mostBuffered;
}

/// The bytes read or sent at once. Under a rate of its own, a thousandth of a second's: curl 7.88 reads up to a hundred
/// buffers before it looks at its limit, and forgets every three seconds by how much it exceeded it.
long bufferFor(Bytes rate, Bytes shared) {
    const Bytes own = rate > 0 ? std::clamp(rate / 1000, leastBuffered, mostBuffered) : mostBuffered;
    return static_cast<long>(std::min(own, pieceFor(shared)));
}

/// The limit for all responses of a request, through ten redirects: heads, hints (1xx) and trailers. curl keeps each
/// line, and bounds only the head of one response.
constexpr Bytes mostHeard = 1_MiB;

/// True if fewer are left than a connection takes at once: its socket, those for name resolution, the files with
/// certificates.
bool isShortOfDescriptors() {
    std::array<Fd, 8> more;
    return std::ranges::any_of(more, [](Fd& one) {
        one = Fd(::open("/", O_PATH | O_CLOEXEC));
        return !one && systemCode(errno) == Errc::BUSY;
    });
}

const char* textOrNull(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

} // namespace

Fetch::Fetch(const Net& net, const Request& request, const Access& access, Client& client)
    : net_(net), client_(client), complaint_(CURL_ERROR_SIZE, '\0'), handle_(curl_easy_init()) {
    STINT_CHECK(handle_ != nullptr);
    setOptions(request);
    setMethod(request);
    setAccess(request, access);
    setTrust(access);
    setRoute(access);
    setLimits(access);
    setHeaders(request, access);
    STINT_CHECK(curl_multi_add_handle(net_.multi.get(), handle_.get()) == CURLM_OK);
}

Fetch::~Fetch() {
    net_.throttle.forget(*this);
    net_.multi.remove(handle_.get());
}

void Fetch::setOptions(const Request& request) {
    CURL* handle = handle_.get();
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https,ftp");
    // A server may redirect only to another server: never to a file of this machine.
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt(handle, CURLOPT_FAILONERROR, 0L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPIDLE, 30L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPINTVL, 15L);
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, request.route == Request::Route::FreshConnection ? 1L : 0L);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, complaint_.data());
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Fetch::hear);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Fetch::write);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
}

void Fetch::setMethod(const Request& request) {
    CURL* handle = handle_.get();
    if (request.body) {
        curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(*request.body));
        curl_easy_setopt(handle, CURLOPT_READFUNCTION, &Fetch::read);
        curl_easy_setopt(handle, CURLOPT_READDATA, this);
        curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, &Fetch::seek);
        curl_easy_setopt(handle, CURLOPT_SEEKDATA, this);
    }
    switch (request.method) {
    case Request::Method::Get:
    case Request::Method::Put:
        return; // curl's default
    case Request::Method::Head:
        curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
        return;
    case Request::Method::Post:
        curl_easy_setopt(handle, CURLOPT_POST, 1L);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, "");
        curl_easy_setopt(handle, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
        return;
    case Request::Method::Options:
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, "OPTIONS");
        return;
    case Request::Method::Patch:
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, "PATCH");
        return;
    case Request::Method::Delete:
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, "DELETE");
        return;
    }
}

void Fetch::setAccess(const Request& request, const Access& access) {
    CURL* handle = handle_.get();
    // An empty string, not null: else curl would read this process's environment.
    curl_easy_setopt(handle, CURLOPT_PROXY, access.proxy.c_str());
    curl_easy_setopt(handle, CURLOPT_NOPROXY, access.noProxy.c_str());
    curl_easy_setopt(handle, CURLOPT_USERPWD, textOrNull(access.user));
    curl_easy_setopt(handle, CURLOPT_UNRESTRICTED_AUTH, access.trustsRedirects ? 1L : 0L);
    if (!access.trustsRedirects) origin_ = originOf(request.url);
    if (!access.cookieFile.empty()) curl_easy_setopt(handle, CURLOPT_COOKIEFILE, access.cookieFile.c_str());
    if (!access.netrc.empty()) {
        curl_easy_setopt(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
        curl_easy_setopt(handle, CURLOPT_NETRC_FILE, access.netrc.c_str());
    }
    curl_easy_setopt(handle, CURLOPT_USERAGENT, access.userAgent.empty() ? "stint/0.1" : access.userAgent.c_str());
    curl_easy_setopt(handle, CURLOPT_REFERER, textOrNull(access.referer));
}

void Fetch::setTrust(const Access& access) {
    CURL* handle = handle_.get();
    if (!access.authorities.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, access.authorities.c_str());
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, access.insecure ? 0L : 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, access.insecure ? 0L : 2L);
    curl_easy_setopt(handle, CURLOPT_SSLCERT, textOrNull(access.certificate.native()));
    curl_easy_setopt(handle, CURLOPT_SSLKEY, textOrNull(access.key.native()));
    curl_easy_setopt(handle, CURLOPT_KEYPASSWD, textOrNull(access.passphrase));
}

void Fetch::setRoute(const Access& access) {
    CURL* handle = handle_.get();
    const bool four = access.family == Access::Family::IPv4;
    if (access.family != Access::Family::Any)
        curl_easy_setopt(handle, CURLOPT_IPRESOLVE, four ? CURL_IPRESOLVE_V4 : CURL_IPRESOLVE_V6);
    curl_easy_setopt(handle, CURLOPT_INTERFACE, textOrNull(access.interface));
    curl_slist* list = nullptr;
    for (const std::string& line : access.resolve)
        list = curl_slist_append(list, line.c_str());
    resolve_.reset(list);
    curl_easy_setopt(handle, CURLOPT_RESOLVE, list);
}

void Fetch::setLimits(const Access& access) {
    CURL* handle = handle_.get();
    const long buffer = bufferFor(access.rate, net_.throttle.rate());
    limits_ = {.connectTimeout = access.connectTimeout,
               .mostTime = access.mostTime,
               .leastRate = access.leastRate,
               .leastRateFor = access.leastRateFor};
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(access.connectTimeout.count()));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT, static_cast<long>(access.mostTime.count()));
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, buffer);
    curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, buffer);
    curl_easy_setopt(handle, CURLOPT_MAX_RECV_SPEED_LARGE, static_cast<curl_off_t>(access.rate));
    curl_easy_setopt(handle, CURLOPT_MAX_SEND_SPEED_LARGE, static_cast<curl_off_t>(access.rate));
    // A dead network does not end a transfer (curl/curl#8345), so a minute without a byte does.
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(access.leastRate));
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(access.leastRateFor.count()));
}

void Fetch::setHeaders(const Request& request, const Access& access) {
    // Byte ranges count encoded bytes, so nothing may be encoded.
    std::vector<std::string> own = request.headers;
    own.emplace_back("Accept-Encoding: identity");
    curl_slist* list = nullptr;
    curl_slist* bare = nullptr;
    for (const std::string& line : own) {
        list = curl_slist_append(list, line.c_str());
        bare = curl_slist_append(bare, line.c_str());
    }
    for (const std::string& line : access.headers)
        list = curl_slist_append(list, line.c_str());
    if (!access.cookie.empty()) list = curl_slist_append(list, fmt::format("Cookie: {}", access.cookie).c_str());
    headers_.reset(list);
    bare_.reset(bare);
    curl_easy_setopt(handle_.get(), CURLOPT_HTTPHEADER, list);
    // Never CURLOPT_RESUME_FROM: with a stale If-Range it ends with error 33 and the old part (linux.md §B).
    if (request.start > 0) curl_easy_setopt(handle_.get(), CURLOPT_RANGE, fmt::format("{}-", request.start).c_str());
}

// libcurl keeps a name, a password and the headers Authorization and Cookie from another origin by itself; but it sends
// all other headers along, and asks cookies and netrc by the host alone, whatever its port. A header line arrives
// here before curl makes the request that it leads to.
void Fetch::keepFromOthers(std::string_view headerLine) {
    const std::string location = "location:";
    if (origin_.empty() || !curl_strequal(std::string(headerLine.substr(0, location.size())).c_str(), location.c_str()))
        return;
    CURL* handle = handle_.get();
    long status = 0;
    char* from = nullptr;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle, CURLINFO_EFFECTIVE_URL, &from);
    if (status < 300 || status >= 400) return;
    // A location that cannot be parsed counts as another origin.
    const std::string to = resolved(from ? from : "", std::string(trimmed(headerLine.substr(location.size()))));
    if (originOf(to) == origin_) return;
    origin_.clear(); // no secrets are left to withhold
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, bare_.get());
    curl_easy_setopt(handle, CURLOPT_COOKIELIST, "ALL"); // forgets them
    curl_easy_setopt(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(handle, CURLOPT_SSLCERT, nullptr);
    curl_easy_setopt(handle, CURLOPT_SSLKEY, nullptr);
    curl_easy_setopt(handle, CURLOPT_KEYPASSWD, nullptr);
    curl_easy_setopt(handle, CURLOPT_REFERER, nullptr);
}

std::size_t Fetch::hear(char* bytes, std::size_t one, std::size_t count, void* self) {
    auto& fetch = *static_cast<Fetch*>(self);
    fetch.heard_ += static_cast<Bytes>(one * count);
    if (fetch.heard_ > mostHeard) return 0;
    fetch.keepFromOthers({bytes, one * count});
    return one * count;
}

std::size_t Fetch::pause() {
    net_.multi.rest(handle_.get());
    return CURL_WRITEFUNC_PAUSE;
}

std::size_t Fetch::write(char* bytes, std::size_t, std::size_t count, void* self) {
    auto& fetch = *static_cast<Fetch*>(self);
    Throttle& throttle = fetch.net_.throttle;
    if (!throttle.admits(fetch)) return fetch.pause();
    switch (fetch.client_.take({bytes, count})) {
    case Take::All:
        throttle.took(static_cast<Bytes>(count));
        return count;
    case Take::Wait:
        return fetch.pause();
    case Take::Drop:
        return CURL_WRITEFUNC_ERROR;
    }
    return CURL_WRITEFUNC_ERROR;
}

std::size_t Fetch::read(char* bytes, std::size_t one, std::size_t count, void* self) {
    auto& fetch = *static_cast<Fetch*>(self);
    Throttle& throttle = fetch.net_.throttle;
    if (!throttle.admits(fetch)) return CURL_READFUNC_PAUSE;
    const std::size_t piece = std::min(one * count, static_cast<std::size_t>(pieceFor(throttle.rate())));
    const auto given = fetch.client_.give({bytes, piece});
    throttle.took(static_cast<Bytes>(given.value_or(0)));
    return given.value_or(CURL_READFUNC_ABORT);
}

int Fetch::seek(void* self, curl_off_t offset, int origin) {
    const bool begin = offset == 0 && origin == SEEK_SET;
    return begin && static_cast<Fetch*>(self)->client_.rewind() ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

std::string Fetch::header(const char* name) const {
    std::string text;
    curl_header* found = nullptr;
    // The headers of the last response (-1), its trailers not included.
    for (std::size_t i = 0; curl_easy_header(handle_.get(), name, i, CURLH_HEADER, -1, &found) == CURLHE_OK; ++i)
        text += fmt::format("{}{}", i == 0 ? "" : ", ", found->value);
    return text;
}

Response Fetch::response() const {
    CURL* handle = handle_.get();
    Response response;
    char* scheme = nullptr;
    char* url = nullptr;
    curl_off_t length = -1;
    curl_off_t wait = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &response.status);
    curl_easy_getinfo(handle, CURLINFO_SCHEME, &scheme);
    curl_easy_getinfo(handle, CURLINFO_EFFECTIVE_URL, &url);
    curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &wait);
    response.http = !scheme || !curl_strequal(scheme, "ftp");
    response.etag = header("ETag");
    response.lastModified = header("Last-Modified");
    response.date = header("Date");
    response.contentRange = header("Content-Range");
    response.contentLength = header("Content-Length");
    response.contentEncoding = header("Content-Encoding");
    response.transferEncoding = header("Transfer-Encoding");
    response.name = offeredName(header("Content-Disposition"));
    response.digest = offeredDigest(header("Repr-Digest"), header("Digest"));
    if (length >= 0) response.length = length;
    if (wait > 0) response.retryAfter = std::chrono::seconds(wait);
    response.url = url ? url : "";
    response.location = fingerprint(locationOf(response.url));
    return response;
}

void Fetch::go() { net_.multi.goOn(handle_.get()); }

Fault Fetch::fault(CURLcode code) const {
    CURL* handle = handle_.get();
    Fault fault = limits_;
    char* url = nullptr;
    long systemError = 0;
    curl_off_t connected = 0;
    curl_easy_getinfo(handle, CURLINFO_EFFECTIVE_URL, &url);
    curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &systemError);
    curl_easy_getinfo(handle, CURLINFO_CONNECT_TIME_T, &connected);
    fault.code = code;
    fault.text = complaint_.c_str();
    if (fault.text.empty()) fault.text = curl_easy_strerror(code);
    fault.server = serverOf(url ? url : "");
    fault.systemError = static_cast<int>(systemError);
    fault.connected = connected > 0;
    fault.endless = heard_ > mostHeard;
    fault.isShort = isShortOfDescriptors();
    return fault;
}

} // namespace stint::transfer
