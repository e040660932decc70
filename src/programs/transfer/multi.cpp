#include "programs/transfer/multi.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <utility>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/result/errors.hpp"

namespace stint::transfer {
namespace {

/// At the soonest after one that no socket asked for curl has another such turn, where a transfer rests: 8.14 wants one
/// at once, again and again, for one that rests with the last of its bytes and whose server has hung up.
constexpr std::chrono::milliseconds leastBesideResting{10};

} // namespace

Multi::Multi()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), multi_([] {
          STINT_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); // curl counts these calls
          return curl_multi_init();
      }()) {
    STINT_CHECK(epoll_ && bell_ && multi_);
    epoll_event rung{};
    rung.events = EPOLLIN;
    rung.data.fd = bell_.get();
    STINT_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, bell_.get(), &rung) == 0);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &Multi::follow);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &Multi::setTimer);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
}

void Multi::wake() { ::eventfd_write(bell_.get(), 1); }

int Multi::follow(CURL*, curl_socket_t socket, int wanted, void* data, void* isKnown) {
    Multi& self = *static_cast<Multi*>(data);
    epoll_event event{};
    event.data.fd = socket;
    if (wanted & CURL_POLL_IN) event.events |= EPOLLIN;
    if (wanted & CURL_POLL_OUT) event.events |= EPOLLOUT;
    if (wanted == CURL_POLL_REMOVE || event.events == 0) { // one that hangs up would be told of all the same
        ::epoll_ctl(self.epoll_.get(), EPOLL_CTL_DEL, socket, nullptr);
        curl_multi_assign(self.multi_.get(), socket, nullptr);
        return 0;
    }
    const int done = ::epoll_ctl(self.epoll_.get(), isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    curl_multi_assign(self.multi_.get(), socket, &self);
    return done;
}

int Multi::setTimer(CURLM*, long milliseconds, void* data) {
    Multi& self = *static_cast<Multi*>(data);
    self.due_.reset();
    if (milliseconds >= 0) self.due_ = Clock::now() + std::chrono::milliseconds{milliseconds};
    return 0;
}

void Multi::wait(int descriptor, Duration most) {
    if (due_) most = std::min(most, std::chrono::ceil<Duration>(*due_ - Clock::now()));
    most = std::clamp(most, Duration::zero(), Duration{INT_MAX});
    std::array<pollfd, 2> waited{{{epoll_.get(), POLLIN, 0}, {descriptor, POLLIN, 0}}};
    ::poll(waited.data(), waited.size(), static_cast<int>(most.count()));
}

void Multi::act() {
    int running = 0;
    const bool isDue = due_ && *due_ <= Clock::now();
    if (isDue) {
        due_.reset();
        curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
    }
    std::array<epoll_event, 64> ready{};
    const int count = ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), 0);
    bool isQuiet = true; // no socket asked for it
    for (int n = 0; n < count; ++n) {
        const epoll_event& one = ready.at(static_cast<std::size_t>(n));
        if (eventfd_t ignored = 0; one.data.fd == bell_.get()) {
            ::eventfd_read(bell_.get(), &ignored);
            continue;
        }
        isQuiet = false;
        // Its error is what a read or a write says: curl has words for that.
        const bool isOver = one.events & (EPOLLERR | EPOLLHUP);
        const int in = isOver || one.events & EPOLLIN ? CURL_CSELECT_IN : 0;
        const int out = isOver || one.events & EPOLLOUT ? CURL_CSELECT_OUT : 0;
        curl_multi_socket_action(multi_.get(), one.data.fd, in | out, &running);
    }
    if (isDue && due_ && isQuiet && !resting_.empty()) due_ = std::max(*due_, Clock::now() + leastBesideResting);
}

void Multi::goOn(CURL* one) {
    resting_.erase(one);
    curl_easy_pause(one, CURLPAUSE_CONT);
}

void Multi::remove(CURL* one) {
    resting_.erase(one);
    curl_multi_remove_handle(multi_.get(), one);
}

} // namespace stint::transfer
