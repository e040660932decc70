// The sentence about a transfer that failed, by real failures.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "base/unix/fd.hpp"
#include "transfer/place.hpp"

using namespace stint;
using namespace stint::transfer;

namespace {

/// A port of this machine that is bound, so that nobody else has it.
class Port {
public:
    Port() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* const place = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(socket_.get(), place, length) == 0);
        REQUIRE(::getsockname(socket_.get(), place, &length) == 0);
        number_ = ntohs(address.sin_port);
    }
    void listen() const { REQUIRE(::listen(socket_.get(), 8) == 0); }
    std::string url() const { return fmt::format("http://127.0.0.1:{}/x", number_); }
    int number() const { return number_; }

private:
    Fd socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    int number_ = 0;
};

} // namespace

TEST_CASE("a host that is not there is named, and so is a proxy") {
    const Place place;
    auto download = place.download("http://exmaple.invalid/x");
    CHECK(run(download) == later("cannot find exmaple.invalid: no such host, or no name server answers"));
    download.access.proxy = "http://proxy.invalid:3128";
    CHECK(run(download) == later("cannot find the proxy proxy.invalid: no such host, or no name server answers"));
    CHECK(place.list().empty());
}

TEST_CASE("a server that refuses is named with its port") {
    const Port port;
    const Place place;
    CHECK(run(place.download(port.url())) ==
          later(fmt::format("cannot connect to 127.0.0.1 port {}: refused", port.number())));
}

TEST_CASE("a server that accepts and is silent is too slow after its time") {
    const Port port;
    port.listen();
    const Place place;
    auto download = place.download(port.url());
    download.access.leastRate = 1000;
    download.access.leastRateFor = std::chrono::seconds{1};
    CHECK(run(download) == later("too slow: less than 1000 B/s for 1 s"));
}
