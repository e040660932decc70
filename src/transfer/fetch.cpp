#include "transfer/fetch.hpp"

#include <fmt/core.h>

#include "base/check.hpp"
#include "transfer/download.hpp"

namespace stint::transfer {
namespace {

constexpr long receiveBuffer = 512 * 1024;
constexpr std::chrono::seconds connectTimeout{30};
// A dead network does not end a transfer by itself (curl/curl#8345): a minute without a byte does.
constexpr std::chrono::seconds silence{60};

} // namespace

Fetch::Fetch(CURLM* multi, const std::string& url, const Asked& asked, Route route, Sink& sink)
    : multi_(multi), sink_(sink), complaint_(CURL_ERROR_SIZE, '\0'), handle_(curl_easy_init()) {
    STINT_CHECK(handle_ != nullptr);
    setOptions(url, route);
    setHeaders(asked);
    STINT_CHECK(curl_multi_add_handle(multi_, handle_.get()) == CURLM_OK);
}

Fetch::~Fetch() { curl_multi_remove_handle(multi_, handle_.get()); }

void Fetch::setOptions(const std::string& url, Route route) {
    CURL* handle = handle_.get();
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https,ftp");
    // A server may not lead anywhere but to another server: never to a file of this machine.
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt(handle, CURLOPT_FAILONERROR, 0L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "stint/0.1");
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, receiveBuffer);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(connectTimeout.count()));
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(silence.count()));
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPIDLE, 30L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPINTVL, 15L);
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, route == Route::FreshConnection ? 1L : 0L);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, complaint_.data());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Fetch::write);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
}

void Fetch::setHeaders(const Asked& asked) {
    // Byte ranges are of the encoded bytes: nothing may be encoded.
    curl_slist* list = curl_slist_append(nullptr, "Accept-Encoding: identity");
    if (asked.start > 0) {
        // Never CURLOPT_RESUME_FROM: with a stale If-Range it ends with error 33 and the old part (linux.md §B).
        curl_easy_setopt(handle_.get(), CURLOPT_RANGE, fmt::format("{}-", asked.start).c_str());
        list = curl_slist_append(list, fmt::format("If-Range: {}", asked.validator.text).c_str());
    }
    headers_.reset(list);
    curl_easy_setopt(handle_.get(), CURLOPT_HTTPHEADER, list);
}

std::size_t Fetch::write(char* bytes, std::size_t, std::size_t count, void* self) {
    switch (static_cast<Fetch*>(self)->sink_.take({bytes, count})) {
    case Take::All:
        return count;
    case Take::Wait:
        return CURL_WRITEFUNC_PAUSE;
    case Take::Drop:
        return CURL_WRITEFUNC_ERROR;
    }
    return CURL_WRITEFUNC_ERROR;
}

std::string Fetch::header(const char* name) const {
    std::string text;
    curl_header* found = nullptr;
    // Of the last answer (-1), its trailers not included.
    for (std::size_t i = 0; curl_easy_header(handle_.get(), name, i, CURLH_HEADER, -1, &found) == CURLHE_OK; ++i)
        text += fmt::format("{}{}", i == 0 ? "" : ", ", found->value);
    return text;
}

Answer Fetch::answer() const {
    CURL* handle = handle_.get();
    Answer answer;
    char* scheme = nullptr;
    char* url = nullptr;
    curl_off_t length = -1;
    curl_off_t wait = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(handle, CURLINFO_SCHEME, &scheme);
    curl_easy_getinfo(handle, CURLINFO_EFFECTIVE_URL, &url);
    curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &wait);
    answer.http = !scheme || !curl_strequal(scheme, "ftp");
    answer.etag = header("ETag");
    answer.lastModified = header("Last-Modified");
    answer.date = header("Date");
    answer.contentRange = header("Content-Range");
    if (length >= 0) answer.length = length;
    if (wait > 0) answer.retryAfter = std::chrono::seconds(wait);
    answer.location = url ? locationOf(url) : "";
    return answer;
}

void Fetch::go() { curl_easy_pause(handle_.get(), CURLPAUSE_CONT); }

std::string Fetch::trouble(CURLcode code) const {
    std::string text = complaint_.c_str();
    return text.empty() ? curl_easy_strerror(code) : text;
}

} // namespace stint::transfer
