// ftp is one of the three schemes: a server of a dozen answers.
#include <doctest/doctest.h>

#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/unix/fd.hpp"
#include "transfer/place.hpp"

using namespace stint;
using namespace stint::transfer;

namespace {

Fd listenOnLoopback(int& port) {
    Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    STINT_CHECK(fd);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    STINT_CHECK(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    STINT_CHECK(::listen(fd.get(), 4) == 0);
    STINT_CHECK(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
    return fd;
}

/// Serves one file, called "file", to one client; `given` bytes of it, and then hangs up.
class FtpServer {
public:
    FtpServer(std::string content, std::size_t given)
        : content_(std::move(content)), given_(given), listening_(listenOnLoopback(port_)),
          data_(listenOnLoopback(dataPort_)), thread_([this] { serve(); }) {}
    ~FtpServer() {
        ::shutdown(listening_.get(), SHUT_RDWR);
        ::shutdown(data_.get(), SHUT_RDWR);
        thread_.join();
    }
    std::string url(const char* name) const { return fmt::format("ftp://127.0.0.1:{}/{}", port_, name); }

private:
    void serve() {
        const Fd control(::accept(listening_.get(), nullptr, nullptr));
        if (!control) return;
        send(control, "220 here\r\n");
        std::string line;
        for (char byte = 0; ::recv(control.get(), &byte, 1, 0) == 1;) {
            line += byte;
            if (!line.ends_with("\r\n")) continue;
            answer(control, line.substr(0, line.size() - 2));
            line.clear();
        }
    }
    void answer(const Fd& control, const std::string& command) {
        const bool ours = command.ends_with(" file");
        if (command.starts_with("USER")) return send(control, "331 and\r\n");
        if (command.starts_with("PASS")) return send(control, "230 in\r\n");
        if (command.starts_with("PWD")) return send(control, "257 \"/\"\r\n");
        if (command.starts_with("EPSV")) return send(control, fmt::format("229 go (|||{}|)\r\n", dataPort_));
        if (command.starts_with("TYPE")) return send(control, "200 so\r\n");
        if (command.starts_with("SIZE") && ours) return send(control, fmt::format("213 {}\r\n", content_.size()));
        if (command.starts_with("RETR") && ours) {
            Fd data(::accept(data_.get(), nullptr, nullptr));
            send(control, "150 now\r\n");
            send(data, content_.substr(0, given_));
            data = Fd();
            return send(control, "226 that was it\r\n");
        }
        send(control, command.starts_with("QUIT") ? "221 bye\r\n" : "550 no\r\n");
    }
    static void send(const Fd& to, std::string_view text) {
        while (!text.empty()) {
            const ssize_t count = ::send(to.get(), text.data(), text.size(), MSG_NOSIGNAL);
            if (count <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(count));
        }
    }

    std::string content_;
    std::size_t given_;
    int port_ = 0;
    int dataPort_ = 0;
    Fd listening_;
    Fd data_;
    std::thread thread_;
};

} // namespace

TEST_CASE("a file comes by ftp, whole") {
    const Place place;
    std::string content = noise(500'000, 1);
    const FtpServer server(content, content.size());
    CHECK(run(place.download(server.url("file"))).fate == Fate::Done);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("ftp cannot resume, and begins anew") {
    const Place place;
    std::string content = noise(500'000, 2);
    {
        const FtpServer server(content, 300'000);
        CHECK(run(place.download(server.url("file"))).fate == Fate::Later);
        CHECK(!std::filesystem::exists(place.path()));
    }
    const FtpServer server(content, content.size());
    CHECK(run(place.download(server.url("file"))).text.find("; begun anew: ") != std::string::npos);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("what an ftp server does not have is never there") {
    const Place place;
    const FtpServer server("", 0);
    CHECK(run(place.download(server.url("missing"))).exitCode == 66);
    CHECK(place.list().empty());
}
