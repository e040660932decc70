#include "transfer/scripted_server.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"

namespace stint::transfer {
namespace {

std::string readHead(int connection) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && ::recv(connection, &byte, 1, 0) == 1)
        head += byte;
    return head;
}

} // namespace

std::string ScriptedServer::Exchange::header(std::string_view name) const {
    for (std::size_t at = request_.find("\r\n"); at != std::string::npos; at = request_.find("\r\n", at)) {
        at += 2;
        const std::size_t colon = at + name.size();
        if (colon + 1 < request_.size() && request_[colon] == ':' &&
            ::strncasecmp(request_.c_str() + at, name.data(), name.size()) == 0)
            return request_.substr(colon + 2, request_.find("\r\n", colon) - colon - 2);
    }
    return {};
}

Bytes ScriptedServer::Exchange::rangeStart() const {
    const std::string range = header("Range");
    return range.empty() ? 0 : std::atoll(range.c_str() + std::string_view("bytes=").size());
}

bool ScriptedServer::Exchange::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t count = ::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool ScriptedServer::Exchange::receive(Bytes bytes) const {
    std::array<char, 16384> buffer;
    while (bytes > 0) {
        auto wanted = std::min<Bytes>(bytes, static_cast<Bytes>(buffer.size()));
        const ssize_t count = ::recv(connection_, buffer.data(), static_cast<std::size_t>(wanted), 0);
        if (count <= 0) return false;
        bytes -= count;
    }
    return true;
}

void ScriptedServer::Exchange::awaitHangUp() const {
    char byte = 0;
    while (::recv(connection_, &byte, 1, 0) > 0) {
    }
}

ScriptedServer::ScriptedServer(std::vector<Scene> scenes)
    : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), scenes_(std::move(scenes)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    STINT_CHECK(::bind(listening_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    STINT_CHECK(::listen(listening_.get(), 16) == 0);
    STINT_CHECK(::getsockname(listening_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
    ::shutdown(listening_.get(), SHUT_RDWR); // accept() returns
    thread_.join();
}

std::string ScriptedServer::url(std::string_view path) const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

std::vector<std::string> ScriptedServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void ScriptedServer::serve() {
    for (;;) {
        const Fd connection(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!connection) return;
        play(connection.get());
    }
}

void ScriptedServer::play(int connection) {
    Exchange exchange(connection, readHead(connection));
    std::size_t number = 0;
    {
        const std::lock_guard lock(mutex_);
        number = requests_.size();
        requests_.push_back(exchange.request());
    }
    if (number < scenes_.size()) scenes_[number](exchange);
}

std::string head(std::string_view status, std::string_view headers, Bytes length) {
    return fmt::format("HTTP/1.1 {}\r\nConnection: close\r\n{}Content-Length: {}\r\n\r\n", status, headers, length);
}

std::string reply(std::string_view status, std::string_view headers, std::string_view body) {
    return head(status, headers, static_cast<Bytes>(body.size())) + std::string(body);
}

std::string partial(std::string_view contentRange, std::string_view headers, std::string_view body) {
    return reply("206 Partial Content", fmt::format("Content-Range: {}\r\n{}", contentRange, headers), body);
}

ScriptedServer::Scene honest(std::string content, std::string etag) {
    return [content, etag](ScriptedServer::Exchange& exchange) {
        std::string headers = fmt::format("ETag: {}\r\n", etag);
        Bytes start = exchange.rangeStart();
        if (start == 0 || exchange.header("If-Range") != etag) {
            exchange.send(reply("200 OK", headers, content));
            return;
        }
        headers += fmt::format("Content-Range: bytes {}-{}/{}\r\n", start, content.size() - 1, content.size());
        exchange.send(reply("206 Partial Content", headers, std::string_view(content).substr(start)));
    };
}

ScriptedServer::Scene cutAfter(Bytes bytes, std::string content, std::string headers) {
    return [bytes, content, headers](ScriptedServer::Exchange& exchange) {
        exchange.send(head("200 OK", headers, static_cast<Bytes>(content.size())));
        exchange.send(std::string_view(content).substr(0, bytes));
    };
}

} // namespace stint::transfer
