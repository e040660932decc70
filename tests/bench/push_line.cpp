#include "bench/push_line.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <mosquitto.h>

namespace stint::bench {
namespace {

using namespace stint::push;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{20};
constexpr int turn = 50; ///< messages

/// The moment at which a message was heard, for the thread that has sent it.
class Heard {
public:
    void now() {
        const auto at = SteadyClock::now();
        const std::lock_guard lock(mutex_);
        at_ = at;
        isThere_ = true;
        told_.notify_one();
    }
    SteadyClock::time_point wait() {
        std::unique_lock lock(mutex_);
        if (!told_.wait_for(lock, patience, [this] { return isThere_; })) giveUp("a message is not heard");
        isThere_ = false;
        return at_;
    }

private:
    std::mutex mutex_;
    std::condition_variable told_;
    SteadyClock::time_point at_;
    bool isThere_ = false;
};

double microseconds(SteadyClock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

/// push.md §1: published to the stream, which tells it on when it is stored.
class OurLine {
public:
    explicit OurLine(const PushServer& server)
        : device_(server.makeDevice()), to_{device_.shard, device_.name, Urgency::Normal, *registrationOf(newToken())},
          sender_(server.asServer()), hearer_(server.asDevice(device_)) {
        Address all = to_;
        all.registration = "*";
        must(hearer_.listen(liveSubject(all), [this](const Stored&) { heard_.now(); }));
    }

    double kept() {
        const Message message = messageTo(to_, device_.lineKey);
        const auto begun = SteadyClock::now();
        sender_.keep(message.subject, message.headers, message.body, [this](const Result<std::uint64_t>& sequence) {
            if (!sequence.ok()) giveUp(sequence.error().message);
            acknowledged_.now();
        });
        const auto heard = heard_.wait();
        acknowledged_.wait();
        return microseconds(heard - begun);
    }
    double told() {
        const Message message = messageTo(to_, device_.lineKey);
        const auto begun = SteadyClock::now();
        must(sender_.tell(liveSubject(to_), message.headers, message.body));
        return microseconds(heard_.wait() - begun);
    }

private:
    Device device_;
    Address to_;
    Heard heard_, acknowledged_;
    Broker sender_, hearer_; // last: their callbacks end before what these use
};

class Mosquitto {
public:
    explicit Mosquitto(int port) : sender_(connected(port, this)), hearer_(connected(port, this)) {
        mosquitto_publish_callback_set(
            sender_, [](mosquitto*, void* self, int) { static_cast<Mosquitto*>(self)->isAcknowledged_ = true; });
        mosquitto_message_callback_set(hearer_, [](mosquitto*, void* self, const mosquitto_message*) {
            static_cast<Mosquitto*>(self)->heard_.now();
        });
        mosquitto_subscribe_callback_set(
            hearer_, [](mosquitto*, void* self, int, int, const int*) { static_cast<Mosquitto*>(self)->heard_.now(); });
        mosquitto_subscribe(hearer_, nullptr, topic, qos);
        thread_ = std::thread([this] {
            while (!ends_ && mosquitto_loop(hearer_, untilLook, 1) == MOSQ_ERR_SUCCESS) {
            }
        });
        heard_.wait(); // that it is subscribed
    }
    ~Mosquitto() {
        ends_ = true;
        thread_.join();
        mosquitto_destroy(sender_);
        mosquitto_destroy(hearer_);
    }
    Mosquitto(const Mosquitto&) = delete;
    Mosquitto& operator=(const Mosquitto&) = delete;

    double once() {
        const std::string body(300, 'x');
        isAcknowledged_ = false;
        const auto begun = SteadyClock::now();
        mosquitto_publish(sender_, nullptr, topic, static_cast<int>(body.size()), body.data(), qos, false);
        while (!isAcknowledged_)
            if (mosquitto_loop(sender_, untilLook, 1) != MOSQ_ERR_SUCCESS) giveUp("mosquitto has hung up");
        return microseconds(heard_.wait() - begun);
    }

private:
    static constexpr const char* topic = "line/1";
    static constexpr int qos = 1;
    static constexpr int untilLook = 100; ///< ms

    /// It has no other way to say that it listens than to let one in.
    static mosquitto* connected(int port, void* self) {
        mosquitto_lib_init();
        mosquitto* const made = mosquitto_new(nullptr, true, self);
        mosquitto_int_option(made, MOSQ_OPT_TCP_NODELAY, 1);
        const auto until = SteadyClock::now() + patience;
        while (mosquitto_connect(made, "127.0.0.1", port, 3600) != MOSQ_ERR_SUCCESS) {
            if (SteadyClock::now() > until) giveUp("mosquitto does not listen");
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        bool isIn = false;
        mosquitto_user_data_set(made, &isIn);
        mosquitto_connect_callback_set(
            made, [](mosquitto*, void* in, int refused) { *static_cast<bool*>(in) = refused == 0; });
        while (!isIn)
            if (mosquitto_loop(made, untilLook, 1) != MOSQ_ERR_SUCCESS) giveUp("mosquitto lets nobody in");
        mosquitto_user_data_set(made, self);
        return made;
    }

    mosquitto *sender_, *hearer_;
    bool isAcknowledged_ = false; ///< seen by the sender's thread alone
    Heard heard_;
    std::atomic<bool> ends_ = false;
    std::thread thread_;
};

} // namespace

Latencies lineBesideMosquitto(const PushServer& server, int port, int messages) {
    OurLine line(server);
    Mosquitto peer(port);
    for (int n = 0; n < turn; ++n) { // nobody's caches are cold
        line.kept();
        line.told();
        peer.once();
    }
    Latencies found;
    for (int left = messages; left > 0; left -= turn) {
        for (int n = 0; n < std::min(left, turn); ++n)
            found.line.push_back(line.kept());
        for (int n = 0; n < std::min(left, turn); ++n)
            found.told.push_back(line.told());
        for (int n = 0; n < std::min(left, turn); ++n)
            found.mosquitto.push_back(peer.once());
    }
    return found;
}

} // namespace stint::bench
