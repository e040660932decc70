// A web server that says exactly what a test scripts, byte for byte, true or not: one scene a request, in order, a
// connection each. On loopback, in a thread of its own.
#pragma once
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unix/fd.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

class ScriptedServer {
public:
    /// One request and its response, as the server sees it.
    class Exchange {
    public:
        Exchange(int connection, std::string request) : connection_(connection), request_(std::move(request)) {}

        const std::string& request() const { return request_; }
        /// The value of a header; empty where it is absent.
        std::string header(std::string_view name) const;
        /// N of "Range: bytes=N-"; 0 where no range is asked for.
        Bytes rangeStart() const;
        /// False: the client is gone.
        bool send(std::string_view bytes) const;
        /// Reads so much of the request's body; false: the client is gone before.
        bool receive(Bytes bytes) const;
        /// Waits until the client hangs up.
        void awaitHangUp() const;

    private:
        int connection_;
        std::string request_;
    };
    using Scene = std::function<void(Exchange&)>;

    explicit ScriptedServer(std::vector<Scene> scenes);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::string url(std::string_view path = "/file") const;
    /// The heads of all requests so far. One beyond the script is answered by hanging up.
    std::vector<std::string> requests() const;

private:
    void serve();
    void play(int connection);

    Fd listening_;
    std::uint16_t port_ = 0;
    std::vector<Scene> scenes_;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

/// A whole response: the status line's end, header lines, Content-Length, and the body.
std::string reply(std::string_view status, std::string_view headers, std::string_view body);
/// The head alone, with a Content-Length of the test's choice.
std::string head(std::string_view status, std::string_view headers, Bytes length);
/// A whole 206 of that Content-Range.
std::string partial(std::string_view contentRange, std::string_view headers, std::string_view body);
/// An honest server of `content`: 206 to a range whose If-Range is `etag`, else 200.
ScriptedServer::Scene honest(std::string content, std::string etag);
/// 200 with the whole length in its head, and hangs up after `bytes` of the body.
ScriptedServer::Scene cutAfter(Bytes bytes, std::string content, std::string headers);

} // namespace stint::transfer
