#include "transfer.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string_view>

#include <curl/curl.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

constexpr long requestTimeout = 408, rangeNotSatisfiable = 416, tooManyRequests = 429, partialContent = 206;

/// The value of a header line `name: value`, else empty.
std::string_view valueOf(std::string_view line, const std::string& name) {
    if (!curl_strequal(std::string(line.substr(0, name.size())).c_str(), name.c_str())) return {};
    line.remove_prefix(name.size());
    const auto begin = line.find_first_not_of(' ');
    const auto end = line.find_last_not_of("\r\n ");
    return begin > end || begin == std::string_view::npos ? std::string_view() : line.substr(begin, end - begin + 1);
}

std::string firstLine(const fs::path& file) {
    std::string line;
    std::ifstream stream(file);
    std::getline(stream, line);
    return line;
}

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
struct EndCurl {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeHeaders {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

} // namespace

/// One request and what comes of it. Callbacks of curl: each answers what curl's manual demands.
struct Transfer::Attempt {
    const Transfer& transfer;
    const std::stop_token& stopped;
    const std::function<void(Progress)>& tell;
    std::unique_ptr<CURL, EndCurl> curl{curl_easy_init()};
    std::unique_ptr<curl_slist, FreeHeaders> headers;
    std::unique_ptr<std::FILE, CloseFile> part;
    long long from = 0;   ///< what was there of the file
    std::string etag;     ///< of this answer
    long long begins = 0; ///< the first byte of a 206, as its Content-Range says

    long status() const {
        long code = 0;
        curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &code);
        return code;
    }

    /// The answer's body begins: it is the rest of what is there, or all of it.
    bool openPart() {
        const bool rest = status() == partialContent;
        if (rest && begins != from) return false; // not what was asked for
        if (!rest) from = 0;
        part.reset(std::fopen(transfer.part_.c_str(), rest ? "ab" : "wb"));
        if (!part) return false;
        // Only a strong ETag names these very bytes.
        std::ofstream(transfer.etag_) << (etag.starts_with('"') ? etag : "");
        return true;
    }

    static std::size_t header(char* text, std::size_t, std::size_t size, void* self) {
        auto& attempt = *static_cast<Attempt*>(self);
        const std::string_view line(text, size);
        if (line.starts_with("HTTP/")) attempt.etag.clear(); // a redirect's answer is over
        if (const auto value = valueOf(line, "etag:"); !value.empty()) attempt.etag = value;
        if (const auto value = valueOf(line, "content-range: bytes"); !value.empty())
            attempt.begins = std::strtoll(std::string(value).c_str(), nullptr, 10);
        return size;
    }

    static std::size_t write(char* bytes, std::size_t, std::size_t size, void* self) {
        auto& attempt = *static_cast<Attempt*>(self);
        if (!attempt.part && !attempt.openPart()) return 0;
        return std::fwrite(bytes, 1, size, attempt.part.get());
    }

    static int progress(void* self, curl_off_t total, curl_off_t done, curl_off_t, curl_off_t) {
        auto& attempt = *static_cast<Attempt*>(self);
        if (attempt.stopped.stop_requested()) return 1;
        if (attempt.part) attempt.tell({attempt.from + done, total > 0 ? attempt.from + total : -1});
        return 0;
    }

    template <class Value> void set(CURLoption option, Value value) { curl_easy_setopt(curl.get(), option, value); }

    CURLcode perform() {
        set(CURLOPT_URL, transfer.url_.c_str());
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_FOLLOWLOCATION, 1L);
        set(CURLOPT_FAILONERROR, 1L);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_CONNECTTIMEOUT, 30L);
        set(CURLOPT_LOW_SPEED_LIMIT, 1L); // a dead network does not end a transfer by itself
        set(CURLOPT_LOW_SPEED_TIME, 60L);
        set(CURLOPT_HEADERFUNCTION, header);
        set(CURLOPT_HEADERDATA, this);
        set(CURLOPT_WRITEFUNCTION, write);
        set(CURLOPT_WRITEDATA, this);
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, progress);
        set(CURLOPT_XFERINFODATA, this);
        const std::string known = firstLine(transfer.etag_);
        std::error_code absent;
        const auto size = fs::file_size(transfer.part_, absent);
        if (!absent && size > 0 && !known.empty()) {
            from = static_cast<long long>(size);
            set(CURLOPT_RANGE, (std::to_string(from) + "-").c_str());
            headers.reset(curl_slist_append(nullptr, ("If-Range: " + known).c_str()));
            set(CURLOPT_HTTPHEADER, headers.get());
        }
        return curl_easy_perform(curl.get());
    }

    Ending ending(CURLcode code) {
        if (code == CURLE_OK && !part && !openPart()) code = CURLE_WRITE_ERROR; // an empty file has no body
        const bool written = part && std::fflush(part.get()) == 0 && ::fsync(::fileno(part.get())) == 0;
        part.reset();
        if (code == CURLE_OK && written) return inPlace();
        if (code == CURLE_HTTP_RETURNED_ERROR) return refusal();
        switch (code) {
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WRITE_ERROR:
            return {Ending::Kind::Never, curl_easy_strerror(code)};
        default:
            return {Ending::Kind::Later, curl_easy_strerror(code)};
        }
    }

    Ending inPlace() const {
        std::error_code error;
        fs::rename(transfer.part_, transfer.file_, error);
        if (error) return {Ending::Kind::Never, error.message()};
        fs::remove(transfer.etag_, error);
        return {Ending::Kind::Done, "Done"};
    }

    Ending refusal() const {
        const long code = status();
        if (code == rangeNotSatisfiable) { // what is there is no part of that file
            std::error_code ignored;
            fs::remove(transfer.part_, ignored);
        }
        const bool passes = code >= 500 || code == requestTimeout || code == tooManyRequests;
        return {passes || code == rangeNotSatisfiable ? Ending::Kind::Later : Ending::Kind::Never,
                "The server answers " + std::to_string(code)};
    }
};

Transfer::Transfer(std::string url, fs::path file)
    : url_(std::move(url)), file_(std::move(file)), part_(file_.string() + ".part"), etag_(part_.string() + ".etag") {}

Ending Transfer::run(const std::stop_token& stopped, const std::function<void(Progress)>& tell) {
    Attempt attempt{*this, stopped, tell};
    if (!attempt.curl) return {Ending::Kind::Later, "No memory"};
    const CURLcode code = attempt.perform();
    return attempt.ending(code);
}
