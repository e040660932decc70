#include "fleet/office/poster.hpp"

#include <algorithm>
#include <chrono>
#include <list>
#include <memory>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "base/result/errors.hpp"
#include "push/envelope/names.hpp"

namespace stint::fleet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t mostAtOnce = 128, mostWaiting = 1'000'000;
constexpr int mostTries = 10;
constexpr std::chrono::seconds firstPause{1}, longestBetweenTries{10};
constexpr auto longestPause = std::chrono::hours(1);
constexpr long timeLimit = 30;              ///< s
constexpr auto lifeHeader = "TTL: 2419200"; ///< push.md §2.2's longest: a device that was off for weeks gets it

std::size_t dropped(char*, std::size_t size, std::size_t count, void*) { return size * count; }

} // namespace

Result<std::string> pathOfEndpoint(const std::string& endpoint) {
    const auto at = endpoint.rfind(push::postPath);
    const std::string token = at == std::string::npos ? "" : endpoint.substr(at + push::postPath.size());
    if (!push::registrationOf(token)) return fail(Errc::ILLEGAL_ARGUMENT, "it is no endpoint of a push service");
    return std::string(push::postPath) + token;
}

/// A request under way.
class Poster::Post {
public:
    explicit Post(Posting its)
        : posting(std::move(its)), easy_(curl_easy_init(), curl_easy_cleanup), headers_(nullptr, curl_slist_free_all) {
        if (!easy_) throw std::bad_alloc();
        for (const std::string& header : {std::string(lifeHeader), std::string("Urgency: normal"),
                                          "Topic: " + posting.topic, std::string("Content-Type: application/json")})
            headers_.reset(curl_slist_append(headers_.release(), header.c_str()));
        curl_easy_setopt(easy_.get(), CURLOPT_URL, posting.url.c_str());
        curl_easy_setopt(easy_.get(), CURLOPT_PROTOCOLS_STR, "http");
        curl_easy_setopt(easy_.get(), CURLOPT_PROXY, "");
        curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
        curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(posting.body.size()));
        curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDS, posting.body.data());
        curl_easy_setopt(easy_.get(), CURLOPT_WRITEFUNCTION, dropped);
        curl_easy_setopt(easy_.get(), CURLOPT_TIMEOUT, timeLimit);
        curl_easy_setopt(easy_.get(), CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy_.get(), CURLOPT_PRIVATE, this);
    }
    CURL* easy() const { return easy_.get(); }

    Posting posting;

private:
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_;
};

Poster::Poster(std::string address) : address_(std::move(address)), multi_(curl_multi_init()) {
    STINT_CHECK(multi_);
    thread_ = std::thread([this] { run(); });
}

Poster::~Poster() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
}

void Poster::post(const std::string& endpoint, const OrderMessage& order) {
    const auto path = pathOfEndpoint(endpoint);
    if (!path.ok()) return;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= mostWaiting) return;
        // The newest of a topic is kept for a device that is away.
        waiting_.push_back({.url = address_ + *path,
                            .topic = order.campaign.empty() ? "desired" : order.campaign,
                            .body = textOf(order)});
    }
    curl_multi_wakeup(multi_);
}

void Poster::run() {
    std::list<Post> open;
    std::vector<Posting> later;
    while (true) {
        const auto now = Clock::now();
        {
            const std::lock_guard lock(mutex_);
            if (ends_) break;
            std::erase_if(later, [&](Posting& one) {
                if (one.notBefore > now) return false;
                waiting_.push_front(std::move(one));
                return true;
            });
            for (; open.size() < mostAtOnce && !waiting_.empty(); waiting_.pop_front()) {
                Post& post = open.emplace_back(std::move(waiting_.front()));
                curl_multi_add_handle(multi_, post.easy());
            }
        }
        int running = 0;
        curl_multi_perform(multi_, &running);
        int left = 0;
        while (const CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            void* its = nullptr;
            long status = 0;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &its);
            curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
            const bool isForNow = message->data.result != CURLE_OK || status == 429 || status >= 500;
            curl_multi_remove_handle(multi_, message->easy_handle);
            const auto post = std::ranges::find_if(open, [&](const Post& one) { return &one == its; });
            if (isForNow && ++post->posting.tries < mostTries) {
                const auto pause = firstPause * (1 << (post->posting.tries - 1));
                post->posting.notBefore = Clock::now() + std::min<std::chrono::seconds>(pause, longestBetweenTries);
                later.push_back(std::move(post->posting));
            }
            open.erase(post);
        }
        {
            const std::lock_guard lock(mutex_);
            if (open.size() < mostAtOnce && !waiting_.empty()) continue;
        }
        auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(longestPause);
        for (const Posting& one : later)
            rest = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(one.notBefore - Clock::now()),
                              std::chrono::milliseconds(0), rest);
        curl_multi_poll(multi_, nullptr, 0, static_cast<int>(rest.count()), nullptr);
    }
    for (const Post& post : open)
        curl_multi_remove_handle(multi_, post.easy());
}

} // namespace stint::fleet
