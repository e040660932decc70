// One request of libcurl's: its options, the head of its answer, its bytes in either direction. Redirects are followed;
// what is secret stays with the origin that it was meant for (access.hpp). Knows nothing of files and decides nothing.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "transfer/access.hpp"
#include "transfer/answer.hpp"

namespace stint::transfer {

struct Request {
    enum class Method { Get, Head, Options, Post, Patch, Put, Delete };
    enum class Route { Any, FreshConnection };

    Method method = Method::Get;
    std::string url;
    std::vector<std::string> headers = {}; ///< "Name: value", beside those of the access
    Bytes start = 0;                       ///< Get: the range from here on; 0: all
    std::optional<Bytes> body = {};        ///< Put, Patch: how many bytes are sent
    Route route = Route::Any;
};

class Fetch {
public:
    /// What to do with bytes that came.
    enum class Take {
        All,
        Wait, ///< hand the same bytes over again after go()
        Drop, ///< and end the request: CURLE_WRITE_ERROR
    };

    /// Who takes the bytes, and has them. Called inside curl: may not end the fetch.
    class Peer {
    public:
        virtual ~Peer() = default;
        virtual Take take(std::span<const char> bytes) = 0;
        /// Fills the front of `bytes`; nullopt: end the request, CURLE_ABORTED_BY_CALLBACK.
        virtual std::optional<std::size_t> give(std::span<char>) { return std::nullopt; }
        /// The body is wanted from its first byte on again: a redirect, or a name and password that were asked for.
        virtual bool rewind() { return false; }
    };

    /// Begins at once, in `multi`.
    Fetch(CURLM* multi, const Request& request, const Access& access, Peer& peer);
    /// Aborts it where it still goes on. Not inside a call of the peer.
    ~Fetch();
    Fetch(const Fetch&) = delete;
    Fetch& operator=(const Fetch&) = delete;

    bool is(const CURL* handle) const { return handle_.get() == handle; }
    /// Complete once bytes have come, or the fetch has ended.
    Answer answer() const;
    /// Of the last answer. An absent one is empty; one that is there twice is both, with a comma.
    std::string header(const char* name) const;
    /// After Take::Wait.
    void go();
    /// For a person: what went wrong, `code` being how it ended.
    std::string trouble(CURLcode code) const;

private:
    void setOptions(const Request& request);
    void setMethod(const Request& request);
    void setAccess(const Request& request, const Access& access);
    void setHeaders(const Request& request, const Access& access);

    void keepFromOthers(std::string_view headerLine);

    static std::size_t hear(char* bytes, std::size_t one, std::size_t count, void* self);
    static std::size_t write(char* bytes, std::size_t one, std::size_t count, void* self);
    static std::size_t read(char* bytes, std::size_t one, std::size_t count, void* self);
    static int seek(void* self, curl_off_t offset, int origin);

    struct FreeHandle {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    };
    struct FreeList {
        void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    };
    CURLM* multi_;
    Peer& peer_;
    std::unique_ptr<curl_slist, FreeList> headers_; ///< the handle points into it
    std::unique_ptr<curl_slist, FreeList> bare_;    ///< those of the transfer's own; likewise
    std::string origin_;                            ///< what the access is meant for; empty: it goes along anywhere
    std::string complaint_;                         ///< curl's error buffer
    std::unique_ptr<CURL, FreeHandle> handle_;
};

} // namespace stint::transfer
