// The sentence about a transfer that failed, by real failures.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include "base/port.hpp"
#include "transfer/place.hpp"

using namespace stint;
using namespace stint::transfer;

namespace {

std::string urlAt(const test::Port& port) { return fmt::format("http://127.0.0.1:{}/x", port.number()); }

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
    const test::Port port;
    const Place place;
    CHECK(run(place.download(urlAt(port))) ==
          later(fmt::format("cannot connect to 127.0.0.1 port {}: refused", port.number())));
}

TEST_CASE("a server that accepts and is silent is too slow after its time") {
    const test::Port port;
    port.listen();
    const Place place;
    auto download = place.download(urlAt(port));
    download.access.leastRate = 1000;
    download.access.leastRateFor = std::chrono::seconds{1};
    CHECK(run(download) == later("too slow: less than 1000 B/s for 1 s"));
}
