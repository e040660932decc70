#include "base/http/server.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <list>

#include <fcntl.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/http/connection.hpp"
#include "base/result/errors.hpp"

namespace stint::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int fewTries = 16;   ///< for a port that is free at both addresses
constexpr int mostInARow = 64; ///< events of sd-event before the sockets have their turn, and the other way round

Error cannotListen(std::uint16_t port, const error_code& error) {
    return fail(Errc::SYSTEM, "cannot listen at port {} of 127.0.0.1: {}", port, error.message());
}

Result<void> bindTo(tcp::acceptor& acceptor, const tcp::endpoint& place) {
    error_code error;
    acceptor.open(place.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && place.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(true), error);
    if (!error) acceptor.bind(place, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return cannotListen(place.port(), error);
    return {};
}

} // namespace

Result<Loop> loopEndedBy(std::initializer_list<int> signals) {
    sd_event* made = nullptr;
    int result = sd_event_default(&made);
    Loop loop(made);
    sigset_t ends;
    sigemptyset(&ends);
    for (const int signal : signals)
        sigaddset(&ends, signal);
    ::sigprocmask(SIG_BLOCK, &ends, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    for (const int signal : signals)
        if (result >= 0) result = sd_event_add_signal(made, nullptr, signal, nullptr, nullptr);
    if (result < 0) return fail(Errc::SYSTEM, "cannot make an event loop: {}", std::strerror(-result));
    return loop;
}

class Server::Listening {
public:
    explicit Listening(const Bounds& bounds) : bounds_(bounds) {}

    Result<void> open(std::uint16_t port) {
        STINT_TRY(bindTo(four_, {asio::ip::address_v4::loopback(), port}));
        error_code none;
        port_ = four_.local_endpoint(none).port();
        // Without IPv6 nobody can take the port there, either.
        if (tcp::acceptor any(io_); !bindTo(any, {asio::ip::address_v6::loopback(), 0}).ok()) return {};
        return bindTo(six_, {asio::ip::address_v6::loopback(), port_});
    }

    std::uint16_t port() const { return port_; }

    void run(sd_event* loop, Service& service) {
        service_ = &service;
        asio::posix::stream_descriptor inner(io_, ::fcntl(sd_event_get_fd(loop), F_DUPFD_CLOEXEC, 0));
        bool isWatched = false;
        accept(four_);
        if (six_.is_open()) accept(six_);
        while (sd_event_get_state(loop) != SD_EVENT_FINISHED) {
            // A run with no patience also prepares the sources: timers and queues are armed when it returns 0.
            int ran = 1;
            for (int i = 0; i < mostInARow && ran > 0; ++i)
                ran = sd_event_run(loop, 0);
            if (ran < 0) break;
            if (ran == 0 && !isWatched) {
                isWatched = true;
                inner.async_wait(asio::posix::stream_descriptor::wait_read,
                                 [&isWatched](const error_code&) { isWatched = false; });
            }
            if (ran == 0) io_.run_one();
            // Readers of files that take all that they are sent are always ready.
            for (int i = 0; i < mostInARow && io_.poll_one() > 0; ++i) {
            }
        }
        stop();
        inner.cancel();
        io_.poll();
    }

private:
    using Connections = std::list<std::shared_ptr<Connection>>;

    void accept(tcp::acceptor& acceptor) {
        acceptor.async_accept([this, &acceptor](const error_code& error, tcp::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (!error) admit(std::move(socket));
            accept(acceptor);
        });
    }

    void admit(tcp::socket socket) {
        auto caller = service_->met(socket.native_handle());
        if (connections_.size() >= bounds_.connections && (!caller->displaces || !dropOne()))
            return; // and `socket` is closed
        const auto connection = std::make_shared<Connection>(std::move(socket), std::move(caller), *service_, bounds_);
        connections_.push_back(connection);
        // An exception (there is no memory) ends the one connection.
        asio::co_spawn(
            io_, [connection] { return connection->serve(); },
            [this, connection](const std::exception_ptr&) { connections_.remove(connection); });
    }

    /// Drops the oldest connection of a stranger, if possible one that is not being answered; else the oldest between
    /// two requests; else the oldest stream, where streams have more than their share; else the oldest that waits for
    /// its other end. A request of one who is known that is being answered stays, and so do as many streams as have a
    /// place of their own.
    bool dropOne() {
        using Doing = Connection::Doing;
        const auto first = [this](auto is) { return std::ranges::find_if(connections_, is); };
        const auto oldestThat = [&](Doing doing) {
            return first([=](const auto& one) { return one->doing() == doing; });
        };
        const auto streams =
            std::ranges::count(connections_, Doing::Following, [](const auto& one) { return one->doing(); });
        auto oldest = first([](const auto& one) { return !one->isKnown() && one->doing() != Doing::Answering; });
        if (oldest == connections_.end()) oldest = first([](const auto& one) { return !one->isKnown(); });
        if (oldest == connections_.end()) oldest = oldestThat(Doing::Nothing);
        if (oldest == connections_.end() && streams > bounds_.streams) oldest = oldestThat(Doing::Following);
        if (oldest == connections_.end()) oldest = oldestThat(Doing::Waiting);
        if (oldest == connections_.end()) return false;
        (*oldest)->close();
        connections_.erase(oldest);
        return true;
    }

    void stop() {
        error_code ignored;
        four_.close(ignored);
        six_.close(ignored);
        for (const auto& connection : connections_)
            connection->close();
    }

    const Bounds bounds_;
    asio::io_context io_{1};
    tcp::acceptor four_{io_};
    tcp::acceptor six_{io_};
    std::uint16_t port_ = 0;
    Service* service_ = nullptr;
    Connections connections_; ///< oldest first
};

Server::Server(std::unique_ptr<Listening> it) : it_(std::move(it)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

Result<Server> Server::listen(std::uint16_t port, const Bounds& bounds) {
    for (int i = 1;; ++i) {
        auto it = std::make_unique<Listening>(bounds);
        const auto opened = it->open(port);
        if (opened.ok()) return Server(std::move(it));
        // The kernel may have chosen a port that is taken at ::1: another one is tried.
        if (port != 0 || i == fewTries) return opened.error();
    }
}

std::uint16_t Server::port() const { return it_->port(); }
void Server::run(sd_event* loop, Service& service) { it_->run(loop, service); }

} // namespace stint::http
