#include "push/mailbox/retelling.hpp"

#include <fmt/core.h>

#include "base/time/clock.hpp"
#include "push/envelope/envelope.hpp"
#include "push/envelope/names.hpp"

namespace stint::push {
namespace {

constexpr std::string_view elected = "$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.", tellers = "stint";
constexpr auto lookingBack = std::chrono::seconds(30); ///< PROPOSAL: nobody leads for 4 to 9 s of it
constexpr std::uint64_t mostTold = 10'000;             ///< PROPOSAL: of a shard
constexpr std::size_t readAtOnce = 256;

} // namespace

Result<void> tellAgainAfterElections(const Broker& broker) {
    const auto again = [&broker](const Stored& advisory) {
        for (const std::string_view shard : shards)
            if (advisory.subject.substr(elected.size()) == streamOf(shard))
                (void)tellAgain(broker, shard, wallNow() - lookingBack); // devices ask after a while as it is
    };
    return broker.listen(fmt::format("{}*", elected), again, std::string(tellers));
}

// The one before it may be of any subject: who has that, and not this, lacks nothing in between; all others ask.
Result<void> tellAgain(const Broker& broker, std::string_view shard, WallTime since) {
    const std::string stream = streamOf(shard);
    std::uint64_t from = STINT_TRY(broker.sequenceOf(stream, since, mostTold));
    while (true) {
        const auto batch = STINT_TRY(broker.read(stream, ">", from, readAtOnce));
        for (const auto& [message, at] : batch) {
            from = message.sequence + 1;
            const auto to = addressIn(message.subject);
            if (!to || at < since) continue;
            Headers headers = message.headers;
            headers.emplace_back(sequenceHeader, fmt::format("{}", message.sequence));
            headers.emplace_back(lastHeader, fmt::format("{}", message.sequence - 1));
            STINT_TRY(broker.tell(liveSubject(*to), headers, message.body));
        }
        if (batch.size() < readAtOnce) return {};
    }
}

} // namespace stint::push
