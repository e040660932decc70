// TCP sockets as the kernel tells of them, on this machine's own (linux.md §A.11).
#include <doctest/doctest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "base/cgroup/cgroup.hpp"
#include "base/unix/process.hpp"
#include "base/unix/sockets.hpp"

using namespace stint;

namespace {

sockaddr_storage ownEnd(const Fd& socket) {
    sockaddr_storage end{};
    socklen_t size = sizeof end;
    REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&end), &size) == 0);
    return end;
}

struct Pair {
    Pair() : listener(::socket(AF_INET, SOCK_STREAM, 0)), left(::socket(AF_INET, SOCK_STREAM, 0)) {
        const sockaddr_in place{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0);
        REQUIRE(::listen(listener.get(), 1) == 0);
        const sockaddr_storage at = ownEnd(listener);
        REQUIRE(::connect(left.get(), reinterpret_cast<const sockaddr*>(&at), sizeof place) == 0);
        right = Fd(::accept(listener.get(), nullptr, nullptr));
    }
    Fd listener, left, right;
};

SockDiag kernel() {
    auto opened = SockDiag::open();
    REQUIRE(opened.ok());
    REQUIRE(opened->has_value());
    return std::move(**opened);
}

} // namespace

TEST_CASE("of a connection the kernel tells who made it and where, until it is closed") {
    SockDiag diag = kernel();
    Pair pair;
    const auto left = ownEnd(pair.left), right = ownEnd(pair.right);
    const auto told = diag.find(left, right);
    REQUIRE(told);
    CHECK(told->state == TCP_ESTABLISHED);
    CHECK(told->user == ::getuid());
    CHECK(readFile("/proc/net/tcp")->find(std::to_string(told->inode)) != std::string::npos);
    const auto mount = unifiedMount();
    const auto path = cgroupPath(readFile("/proc/self/cgroup").value_or(""));
    const auto place = mount && path ? placeOf(*mount, *path) : std::nullopt;
    if (place) CHECK(told->cgroup == idOf(place->directory));

    CHECK(diag.find(right, left)->inode != told->inode);
    CHECK_FALSE(diag.find(left, left));

    pair.left = Fd();
    const auto closed = diag.find(left, right);
    CHECK((!closed || closed->inode == 0));
    CHECK(diag.find(right, left)->inode != 0);
}
