// Orders on their way to the push service beside this server (push.md §3): posted in a thread of their own, many at
// once. An endpoint is a device's word, so only its token counts: a request goes to no place that a device could name.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "fleet/questions/questions.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

/// "/push/v1/TOKEN", of the URL of an endpoint. IllegalArgument: it is none.
Result<std::string> pathOfEndpoint(const std::string& endpoint);

class Poster {
public:
    /// `address`: stint-endpoint's on this machine, "http://127.0.0.1:8090".
    explicit Poster(std::string address);
    /// Orders that have not gone yet do not go any more: devices get them when they say hello.
    ~Poster();
    Poster(const Poster&) = delete;
    Poster& operator=(const Poster&) = delete;

    /// From any thread. Where the push service is away, or has too much, it is tried again, a few times.
    void post(const std::string& endpoint, const OrderMessage& order);

private:
    struct Posting {
        std::string url, topic, body;
        int tries = 0;
        std::chrono::steady_clock::time_point notBefore{};
    };
    class Post;
    void run();

    const std::string address_;
    std::mutex mutex_;
    std::deque<Posting> waiting_;
    bool ends_ = false;
    void* multi_ = nullptr; ///< libcurl's
    std::thread thread_;
};

} // namespace stint::fleet
