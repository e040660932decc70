// One connection. Only files that speak HTTP include this, and Beast with it.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "base/http/server.hpp"

namespace stint::http {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<const Caller> caller, Service& service,
               const Bounds& bounds);

    /// Serves until the connection's end, which comes by itself, or by close().
    boost::asio::awaitable<void> serve();
    void close();
    /// Its last request was of one who is known to the Service.
    bool isKnown() const { return known_; }
    enum class Doing : std::uint8_t {
        Nothing,   ///< it is between two requests
        Waiting,   ///< for its other end: to send a body, or to take an answer
        Answering, ///< for whoever computes the answer
        Following, ///< the stream of events
    };
    Doing doing() const { return doing_; }

private:
    boost::asio::awaitable<bool> serveOne();
    boost::asio::awaitable<void> follow(Viewer& viewer);
    boost::asio::awaitable<Answer> answered(Request request);
    boost::asio::awaitable<void> send(const Answer& answer, bool isHead, bool keeps);
    boost::asio::awaitable<bool> sendFrom(Source& source, const Answer& answer, bool keeps);
    boost::asio::awaitable<void> turnAway(const Answer& answer, bool isHead);
    boost::asio::awaitable<void> wait();
    std::function<void()> waker();
    void limitReading(std::chrono::steady_clock::duration patience);

    boost::beast::tcp_stream stream_;
    boost::asio::steady_timer woken_;    ///< never expires: it is cancelled when there is something to send
    boost::asio::steady_timer deadline_; ///< for what is being read
    boost::beast::flat_buffer buffer_;
    Service& service_;
    std::shared_ptr<const Caller> caller_;
    const Bounds& bounds_;
    bool known_ = false;
    Doing doing_ = Doing::Nothing;
    bool late_ = false;  ///< the bytes to read did not come in time
    bool ended_ = false; ///< the reader of a stream has gone
};

} // namespace stint::http
