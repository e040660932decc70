// curl's multi interface, with its sockets in an epoll of ours: a packet costs a look at its own transfer alone.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <set>

#include <curl/curl.h>

#include "base/unix/fd.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

class Multi {
public:
    using Clock = std::chrono::steady_clock;

    Multi();
    Multi(const Multi&) = delete;
    Multi& operator=(const Multi&) = delete;

    CURLM* get() const { return multi_.get(); }
    /// Ends wait(), this one or the next. From any thread.
    void wake();
    /// Until curl has something to do, `descriptor` is readable (-1: none), wake() is called, or `most` has passed.
    void wait(int descriptor, Duration most);
    /// Does what curl has to do by now. Never waits.
    void act();
    /// For another's loop: readable once there is something to do, as wait() would say; and the time at which there is.
    int fd() const { return epoll_.get(); }
    std::optional<Clock::time_point> due() const { return due_; }
    /// It has paused in its write function, and rests until goOn().
    void rest(const CURL* one) { resting_.insert(one); }
    void goOn(CURL* one);
    /// It is with curl no more.
    void remove(CURL* one);

private:
    struct CleanUp {
        void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
    };
    static int follow(CURL*, curl_socket_t socket, int wanted, void* self, void* isKnown);
    static int setTimer(CURLM*, long milliseconds, void* self);

    Fd epoll_;
    Fd bell_;
    std::optional<Clock::time_point> due_;  ///< curl's timer
    std::set<const CURL*> resting_;         ///< paused, until they go on
    std::unique_ptr<CURLM, CleanUp> multi_; ///< last: it takes its sockets out of the epoll
};

} // namespace stint::transfer
