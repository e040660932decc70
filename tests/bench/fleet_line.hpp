// One device's connection to nats-server, by hand on a socket that never blocks: TLS, the device's JWT and signature,
// the subscriptions of a stint-push that is awake, questions and their answers. libnats has threads of its own for each
// connection, and ten thousand of those are no device's cost.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/fleet_loop.hpp"
#include "bench/push_server.hpp"
#include "push/envelope/questions.hpp"
#include "stint/result.hpp"

namespace stint::bench {

/// The broker of all devices.
class Place {
public:
    /// The ports of 127.0.0.1 that a broker listens at, or each of a cluster's; the certificate of all is for `host`,
    /// by whom OpenSSL trusts.
    Place(std::vector<std::uint16_t> ports, std::string host);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    int brokers() const { return static_cast<int>(ports_.size()); }

private:
    friend class FleetLine;
    struct Terms;
    std::vector<std::uint16_t> ports_;
    std::string host_;
    std::unique_ptr<Terms> terms_;
};

class FleetLine final : private Watched {
public:
    struct Hooks {
        std::function<void()> up;                         ///< the broker has let it in, and knows what it listens to
        std::function<void(const std::string& why)> lost; ///< or never let in
        std::function<void(push::StoredMessage)> heard;   ///< of a subject under stint.live
    };
    FleetLine(Loop& loop, const Place& place, const Device& device, Hooks hooks);
    ~FleetLine();
    FleetLine(const FleetLine&) = delete;
    FleetLine& operator=(const FleetLine&) = delete;

    /// Once, or again when it was lost.
    void connect();
    bool isUp() const { return state_ == State::Up; }

    using Answered = std::function<void(Result<std::string>)>;
    /// Unavailable: there is no connection, or it was lost, or no answer came within `patience`.
    void ask(const std::string& subject, std::string_view question, Duration patience, Answered answered);

private:
    enum class State : std::uint8_t { Down, Greeting, Handshake, LetIn, Up };
    struct Tls;

    void ready() override;
    Result<void> goOn();
    Result<void> hearGreeting();
    Result<void> shakeHands();
    Result<void> read();
    Result<void> take();
    Result<bool> takeOne();
    void takeMessage(std::string_view subject, std::string_view headers, std::string_view body);
    void say(std::string_view words);
    Result<void> flush();
    void lose(const std::string& why);

    Loop& loop_;
    const Place& place_;
    const Device& device_;
    Hooks hooks_;
    std::vector<std::uint16_t> ports_; ///< in an order of the device's own, as libnats has it: who is cut off goes on
    std::size_t next_ = 0;             ///< of them, modulo how many there are
    Fd fd_;
    std::unique_ptr<Tls> tls_;
    State state_ = State::Down;
    std::string in_, out_, inbox_;
    bool wantsToWrite_ = false;
    std::uint64_t number_ = 0;
    std::map<std::uint64_t, Answered> waiting_;
};

} // namespace stint::bench
