#include "push/endpoint/devices.hpp"

#include "base/result/errors.hpp"
#include "push/endpoint/posting.hpp"
#include "push/envelope/names.hpp"

namespace stint::push {

using http::Answer;
using http::refusal;

Devices::Devices(Authority authority, ServerKeys keys, std::vector<std::string> brokers, Registrations& registrations)
    : authority_(std::move(authority)), keys_(keys), brokers_(std::move(brokers)), registrations_(registrations) {}

std::optional<Answer> Devices::refused(const std::string& sender, Instant now) {
    if (const auto wait = asked_.mustWait(sender, now))
        return retryLater(429, *wait, "too many devices from this address");
    asked_.count(sender, now);
    return std::nullopt;
}

Answer Devices::answer(std::string_view text, WallTime now) {
    const auto question = deviceQuestionIn(text);
    if (!question.ok()) return refusal(400, question.error().message);
    return question->join ? join(*question->join, now) : leave(*question->leave, now);
}

Answer Devices::join(const JoinQuestion& question, WallTime now) const {
    if (const auto right = checkCode(question.code, keys_, now); !right.ok())
        return refusal(403, right.error().message);
    JoinAnswer joined{.device = newDevice(), .brokers = brokers_, .key = keys_.publicKey};
    joined.shard = shardOf(joined.device);
    joined.jwt = authority_.deviceJwt(joined.device, question.user, now);
    return {201, "application/json", textOf(joined) + "\n"};
}

Answer Devices::leave(const LeaveQuestion& question, WallTime now) {
    const auto device = leaverOf(question, authority_.signer());
    if (!device.ok()) return refusal(403, device.error().message);
    if (const auto left = registrations_.leave(*device, now); !left.ok())
        return retryLater(503, untilBack, "the store is away");
    return {200, "application/json", "{}\n"};
}

} // namespace stint::push
