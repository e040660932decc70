#include "bench/push_store.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include <fmt/core.h>

namespace stint::bench {
namespace {

using namespace stint::push;
using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t onTheirWay = 4'000;

struct Counted {
    std::mutex mutex;
    std::condition_variable changed;
    std::uint64_t sent = 0, kept = 0;
};

} // namespace

double storeAlone(const PushServer& server, int subjects, std::chrono::milliseconds time) {
    std::vector<Address> addresses;
    for (std::size_t n = 0; n < static_cast<std::size_t>(subjects); ++n)
        addresses.push_back(
            {std::string(shards.at(n % shards.size())), newDevice(), Urgency::Normal, *registrationOf(newToken())});
    const LineKey key = newLineKey();
    Counted counted;
    const Broker broker = server.asServer();
    const auto kept = [&counted](const Result<std::uint64_t>& sequence) {
        if (!sequence.ok()) giveUp(sequence.error().message);
        const std::lock_guard lock(counted.mutex);
        ++counted.kept;
        counted.changed.notify_one();
    };
    const auto begun = SteadyClock::now();
    while (SteadyClock::now() - begun < time) {
        const Message message = messageTo(addresses.at(counted.sent % addresses.size()), key);
        {
            std::unique_lock lock(counted.mutex);
            counted.changed.wait(lock, [&] { return counted.sent - counted.kept < onTheirWay; });
            ++counted.sent;
        }
        broker.keep(message.subject, message.headers, message.body, kept);
    }
    std::unique_lock lock(counted.mutex);
    counted.changed.wait(lock, [&] { return counted.kept == counted.sent; });
    return static_cast<double>(counted.kept) / std::chrono::duration<double>(SteadyClock::now() - begun).count();
}

} // namespace stint::bench
