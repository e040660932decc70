// One connection of a browser. Only files that speak HTTP include this, and Beast with it.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "faces/taskmanager/request.hpp"

namespace stint::taskmanager {

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
public:
    HttpConnection(boost::asio::ip::tcp::socket socket, const PeerSocket& peer, Service& service);

    /// Serves until the connection's end, which comes by itself, or by close().
    boost::asio::awaitable<void> serve();
    void close();
    /// Its last request came with the cookie.
    bool hasEntered() const { return entered_; }
    enum class Doing : std::uint8_t {
        Nothing,   ///< it is between two requests
        Waiting,   ///< for its browser: to send a body, or to take an answer
        Answering, ///< for whoever computes the answer
        Following, ///< the stream of events
    };
    Doing doing() const { return doing_; }

private:
    boost::asio::awaitable<bool> serveOne();
    boost::asio::awaitable<void> follow(const Request& request);
    boost::asio::awaitable<Answer> answered(const Request& request);
    boost::asio::awaitable<void> send(const Answer& answer, bool isHead, bool keeps);
    boost::asio::awaitable<void> turnAway(const Answer& answer, bool isHead);
    boost::asio::awaitable<void> wait();
    std::function<void()> waker();
    void limitReading(std::chrono::steady_clock::duration patience);

    boost::beast::tcp_stream stream_;
    boost::asio::steady_timer woken_;    ///< never expires: it is cancelled when there is something to send
    boost::asio::steady_timer deadline_; ///< for what is being read
    boost::beast::flat_buffer buffer_;
    Service& service_;
    PeerSocket peer_;
    bool entered_ = false;
    Doing doing_ = Doing::Nothing;
    bool late_ = false;  ///< the bytes to read did not come in time
    bool ended_ = false; ///< the browser of a stream has gone
};

} // namespace stint::taskmanager
