// One request of libcurl's: its options, the head of its answer, its bytes. Knows nothing of files and decides nothing.
#pragma once
#include <memory>
#include <span>
#include <string>

#include <curl/curl.h>

#include "transfer/answer.hpp"

namespace stint::transfer {

class Fetch {
public:
    /// What to do with bytes that came.
    enum class Take {
        All,
        Wait, ///< hand the same bytes over again after go()
        Drop, ///< and end the request: CURLE_WRITE_ERROR
    };

    /// Who takes the bytes. Called inside curl: may not end the fetch.
    class Sink {
    public:
        virtual ~Sink() = default;
        virtual Take take(std::span<const char> bytes) = 0;
    };

    enum class Route { Any, FreshConnection };

    /// Begins at once, in `multi`; `asked.start` > 0 asks for what lies from there on, if it is still the same version.
    Fetch(CURLM* multi, const std::string& url, const Asked& asked, Route route, Sink& sink);
    /// Aborts it where it still goes on. Not inside Sink::take().
    ~Fetch();
    Fetch(const Fetch&) = delete;
    Fetch& operator=(const Fetch&) = delete;

    bool is(const CURL* handle) const { return handle_.get() == handle; }
    /// Complete once bytes have come, or the fetch has ended.
    Answer answer() const;
    /// After Take::Wait.
    void go();
    /// For a person: what went wrong, `code` being how it ended.
    std::string trouble(CURLcode code) const;

private:
    void setOptions(const std::string& url, Route route);
    void setHeaders(const Asked& asked);
    std::string header(const char* name) const;

    static std::size_t write(char* bytes, std::size_t one, std::size_t count, void* self);

    struct FreeHandle {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    };
    struct FreeList {
        void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    };
    CURLM* multi_;
    Sink& sink_;
    std::unique_ptr<curl_slist, FreeList> headers_; ///< the handle points into it
    std::string complaint_;                         ///< curl's error buffer
    std::unique_ptr<CURL, FreeHandle> handle_;
};

} // namespace stint::transfer
