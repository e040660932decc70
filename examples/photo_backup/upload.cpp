#include "upload.hpp"

#include <cstdio>
#include <curl/curl.h>
#include <memory>

namespace {

int progress(void* goesOn, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return (*static_cast<const std::function<bool()>*>(goesOn))() ? 0 : 1;
}

} // namespace

SendOutcome put(const std::filesystem::path& file, const std::string& url, const std::function<bool()>& goesOn) {
    static const auto begun = curl_global_init(CURL_GLOBAL_DEFAULT);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> body(std::fopen(file.c_str(), "rb"), std::fclose);
    const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
    if (!body) return {Sent::Never, file.string() + " is gone"};
    if (begun != CURLE_OK || !curl) return {Sent::Later, "libcurl does not start"};
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_READDATA, body.get());
    curl_easy_setopt(curl.get(), CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(std::filesystem::file_size(file)));
    curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, progress);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &goesOn);
    curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_LIMIT, 1L); // a server that is silent for a minute is one that hangs
    curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_TIME, 60L);
    const CURLcode sent = curl_easy_perform(curl.get());
    if (sent != CURLE_OK) return {Sent::Later, curl_easy_strerror(sent)};
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) return {Sent::Done, ""};
    const bool passing = status >= 500 || status == 408 || status == 429;
    return {passing ? Sent::Later : Sent::Never, "the server answered " + std::to_string(status)};
}
