// A link of so many milliseconds and Mbit/s between this network namespace and one of its own, in which whoever is to
// live behind it can be put: what tc's netem makes of a pair of veth, where the kernel has one. Whole IP packets, so
// that TCP meets the link itself: its handshake, slow start and full queues.
//
//     bench_link MS MBIT      a round trip of MS, MBIT each way; 10.77.0.1 is this end, 10.77.0.2 the other
//
// Says "ready" once the link is up; its namespace is then /proc/PID/ns/net. Until it is killed.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/unix/fd.hpp"

using stint::Fd;

namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

/// Packets that wait for their turn or are on their way; what comes on top is dropped, as netem's default has it.
constexpr std::size_t longestQueue = 1000;
constexpr std::size_t largestPacket = 1500;

[[noreturn]] void giveUp(const char* what) {
    std::fprintf(stderr, "bench: cannot %s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

sockaddr addressOf(const char* text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, text, &address.sin_addr);
    sockaddr any{};
    std::memcpy(&any, &address, sizeof any);
    return any;
}

void bringUp(const Fd& socket, ifreq request) {
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) giveUp("bring an interface up");
}

/// One end, in the namespace that this process is in now.
Fd openEnd(const char* address, const char* other) {
    Fd tun(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    ifreq request{};
    std::strcpy(request.ifr_name, "stint-bench%d");
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (!tun || ::ioctl(tun.get(), TUNSETIFF, &request) != 0) giveUp("make a tun device (are you root?)");
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    request.ifr_addr = addressOf(address);
    if (::ioctl(socket.get(), SIOCSIFADDR, &request) != 0) giveUp("give the link an address");
    request.ifr_dstaddr = addressOf(other);
    if (::ioctl(socket.get(), SIOCSIFDSTADDR, &request) != 0) giveUp("give the link an address");
    bringUp(socket, request);
    return tun;
}

void bringUpLoopback() {
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    bringUp(socket, request);
}

/// One way.
class Way {
public:
    Way(const Fd& from, const Fd& to, Nanoseconds delay, Nanoseconds byte)
        : from_(from), to_(to), delay_(delay), byte_(byte) {}

    void takeIn(Clock::time_point now) {
        std::array<char, largestPacket> packet;
        for (ssize_t size = 0; (size = ::read(from_.get(), packet.data(), packet.size())) > 0;) {
            if (queue_.size() == longestQueue) continue;
            free_ = std::max(free_, now) + byte_ * size;
            queue_.push_back({free_ + delay_, {packet.begin(), packet.begin() + size}});
        }
    }

    void letOut(Clock::time_point now) {
        for (; !queue_.empty() && queue_.front().due <= now; queue_.pop_front())
            (void)!::write(to_.get(), queue_.front().bytes.data(), queue_.front().bytes.size()); // a full end drops it
    }

    Clock::time_point due() const { return queue_.empty() ? Clock::time_point::max() : queue_.front().due; }

private:
    struct Packet {
        Clock::time_point due;
        std::vector<char> bytes;
    };
    const Fd& from_;
    const Fd& to_;
    Nanoseconds delay_;
    Nanoseconds byte_;       ///< how long one takes
    Clock::time_point free_; ///< when the wire has sent all that it was given
    std::deque<Packet> queue_;
};

void carry(Way& there, Way& back, const Fd& here, const Fd& far) {
    for (;;) {
        const auto due = std::min(there.due(), back.due());
        const auto left = std::max(due - Clock::now(), Clock::duration::zero());
        const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
        const timespec most{seconds.count(), (left - seconds).count()};
        std::array ends{pollfd{here.get(), POLLIN, 0}, pollfd{far.get(), POLLIN, 0}};
        ::ppoll(ends.data(), ends.size(), due == Clock::time_point::max() ? nullptr : &most, nullptr);
        const auto now = Clock::now();
        there.takeIn(now);
        back.takeIn(now);
        there.letOut(now);
        back.letOut(now);
    }
}

} // namespace

int main(int count, char** words) {
    if (count != 3) return 64;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const Nanoseconds delay{std::atol(words[1]) * 1'000'000 / 2};
    const Nanoseconds byte{8000 / std::atol(words[2])};
    const Fd here = openEnd("10.77.0.1", "10.77.0.2");
    if (::unshare(CLONE_NEWNET) != 0) giveUp("make a network namespace (are you root?)");
    const Fd far = openEnd("10.77.0.2", "10.77.0.1");
    bringUpLoopback();
    std::puts("ready");
    std::fflush(stdout);
    Way there(here, far, delay, byte), back(far, here, delay, byte);
    carry(there, back, here, far);
}
