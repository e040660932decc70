// One libcurl request: its options, the head of its response, its bytes in both directions. Follows redirects; secrets
// stay with the origin that they are meant for (access.hpp). Knows nothing about files and decides nothing.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "base/result/owned.hpp"
#include "programs/transfer/access.hpp"
#include "programs/transfer/curl_error.hpp"
#include "programs/transfer/multi.hpp"
#include "programs/transfer/response.hpp"
#include "programs/transfer/throttle.hpp"

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

/// The parts that all fetches share.
struct Net {
    Multi& multi;
    Throttle& throttle;
};

class Fetch : Throttle::Held {
public:
    /// The treatment of received bytes.
    enum class Take {
        All,
        Wait, ///< hand the same bytes over again after go()
        Drop, ///< drop them, and end the request: CURLE_WRITE_ERROR
    };

    /// Takes received bytes, and gives bytes to send. Called inside curl: must not end the fetch.
    class Client {
    public:
        virtual ~Client() = default;
        virtual Take take(std::span<const char> bytes) = 0;
        /// Fills the front of `bytes`; nullopt: end the request, CURLE_ABORTED_BY_CALLBACK.
        virtual std::optional<std::size_t> give(std::span<char>) { return std::nullopt; }
        /// The body must be sent again from its first byte: after a redirect, or a request for name and password.
        virtual bool rewind() { return false; }
    };

    /// Begins at once.
    Fetch(const Net& net, const Request& request, const Access& access, Client& client);
    /// Aborts it if it is under way. Not to be called from the client's functions.
    ~Fetch() override;
    Fetch(const Fetch&) = delete;
    Fetch& operator=(const Fetch&) = delete;

    bool is(const CURL* handle) const { return handle_.get() == handle; }
    /// Complete once bytes have come, or the fetch has ended.
    Response response() const;
    /// A header of the last response. Empty if absent; a repeated one is joined with commas.
    std::string header(const char* name) const;
    /// Goes on after Take::Wait, or after it was held by the throttle.
    void go() override;
    /// The fault behind curl's code.
    Fault fault(CURLcode code) const;

private:
    void setOptions(const Request& request);
    void setMethod(const Request& request);
    void setAccess(const Request& request, const Access& access);
    void setTrust(const Access& access);
    void setRoute(const Access& access);
    void setLimits(const Access& access);
    void setHeaders(const Request& request, const Access& access);

    void keepFromOthers(std::string_view headerLine);

    /// curl's word for it: these bytes are handed over again after go().
    std::size_t pause();
    static std::size_t hear(char* bytes, std::size_t one, std::size_t count, void* self);
    static std::size_t write(char* bytes, std::size_t one, std::size_t count, void* self);
    static std::size_t read(char* bytes, std::size_t one, std::size_t count, void* self);
    static int seek(void* self, curl_off_t offset, int origin);

    Net net_;
    Client& client_;
    Owned<curl_slist, curl_slist_free_all> headers_; ///< the handle points into it
    Owned<curl_slist, curl_slist_free_all> bare_;    ///< the transfer's own headers alone; likewise
    Owned<curl_slist, curl_slist_free_all> resolve_; ///< likewise
    std::string origin_;                             ///< the origin that secrets are for; empty: they go to any
    std::string complaint_;                          ///< curl's error buffer
    Bytes heard_ = 0;                                ///< bytes of header lines
    Fault limits_;                                   ///< the limits that it has to keep
    Owned<CURL, curl_easy_cleanup> handle_;
};

} // namespace stint::transfer
