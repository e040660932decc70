#include "push/endpoint/joining.hpp"

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "push/endpoint/posting.hpp"
#include "push/envelope/names.hpp"
#include "push/joining/words.hpp"

namespace stint::push {

using http::Answer;
using http::refusal;

namespace {

constexpr std::size_t mostListed = 500, codeLength = 16;

Answer away() { return retryLater(503, untilBack, "the store is away"); }
Answer nothingMore() { return {200, "application/json", "{}\n"}; }

} // namespace

Devices::Devices(Authority authority, ServerKeys keys, std::function<std::vector<std::string>()> brokers,
                 PostOffice& office)
    : authority_(std::move(authority)), keys_(keys), brokers_(std::move(brokers)), office_(office) {}

// Right questions are never held up by wrong ones from the same address; they are bounded by themselves.
Answer Devices::answer(std::string_view text, const std::string& sender, WallTime now, Instant at) {
    const auto question = deviceQuestionIn(text);
    if (!question.ok()) return wrong(400, question.error().message, sender, at);
    const auto refused = [&](const auto& result) { return wrong(403, result.error().message, sender, at); };
    const auto tooMany = [&](const std::string& whose) {
        const auto wait = right_.mustWait(whose, at);
        if (!wait) right_.count(whose, at);
        return wait;
    };
    constexpr std::string_view often = "too often";
    if (const auto& join = question->join) {
        if (const auto right = checkCode(join->code, keys_, now); !right.ok()) return refused(right);
        if (const auto wait = tooMany(join->code)) return retryLater(429, *wait, often);
        return this->join(*join, now);
    }
    if (const auto& revoke = question->revoke) {
        if (const auto right = checkCode(revoke->code, keys_, now, toRevoke(revoke->device)); !right.ok())
            return refused(right);
        return this->revoke(revoke->device, now);
    }
    if (const auto& list = question->list) {
        if (const auto right = checkCode(list->code, keys_, now, toList); !right.ok()) return refused(right);
        return this->list(list->after);
    }
    const auto leaver = leaverOf(*question->leave, authority_.signer());
    if (!leaver.ok()) return refused(leaver);
    if (const auto wait = tooMany(leaver->name)) return retryLater(429, *wait, often);
    return end(leaver->name, leaver->key, now);
}

Answer Devices::wrong(int status, std::string_view sentence, const std::string& sender, Instant at) {
    if (const auto wait = wrong_.mustWait(sender, at))
        return retryLater(429, *wait, "too many questions from this address that are none");
    wrong_.count(sender, at);
    return refusal(status, sentence);
}

// It is known before it is told so: what nobody knows, nobody can revoke.
Answer Devices::join(const JoinQuestion& question, WallTime now) {
    JoinAnswer joined{.device = newDevice(), .brokers = brokers_(), .key = keys_.publicKey};
    joined.shard = shardOf(joined.device);
    const auto admitted = office_.roster().admit(
        {.device = joined.device, .key = question.user, .code = question.code.substr(0, codeLength), .joined = now});
    if (!admitted.ok() && admitted.error().code == Errc::LIMIT_EXCEEDED) return refusal(403, admitted.error().message);
    if (!admitted.ok()) return retryLater(503, untilBack, admitted.error().message);
    joined.jwt = authority_.deviceJwt(joined.device, question.user, now);
    return {201, "application/json", textOf(joined) + "\n"};
}

Answer Devices::end(const std::string& device, const std::string& key, WallTime now) {
    return office_.revocations().revoke(device, key, now).ok() ? nothingMore() : away();
}

Answer Devices::revoke(const std::string& device, WallTime now) {
    const auto known = office_.roster().find(device);
    if (!known.ok()) return away();
    if (!*known && office_.registrations().of(device).empty()) return refusal(404, "no such device has joined");
    return end(device, *known ? (*known)->key : "", now);
}

Answer Devices::list(const std::string& after) const {
    const auto some = office_.roster().after(after, mostListed);
    if (!some.ok()) return away();
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const Member& member : *some) {
        nlohmann::ordered_json row{{"device", member.device},
                                   {"joined", member.joined.time_since_epoch().count()},
                                   {"registrations", office_.registrations().of(member.device).size()}};
        if (member.revoked) row["revoked"] = member.revoked->time_since_epoch().count();
        rows.push_back(std::move(row));
    }
    return {200, "application/json", nlohmann::ordered_json{{"v", 1}, {"devices", rows}}.dump() + "\n"};
}

using http::Answer;
using http::refusal;

Servers::Servers(Authority authority, ServerKeys keys, Cluster& cluster, std::function<std::string()> beside)
    : authority_(std::move(authority)), keys_(keys), cluster_(cluster), beside_(std::move(beside)) {}

std::optional<Answer> Servers::refused(const std::string& sender, Instant now) {
    if (const auto wait = asked_.mustWait(sender, now))
        return retryLater(429, *wait, "too many servers from this address");
    asked_.count(sender, now);
    return std::nullopt;
}

Answer Servers::answer(std::string_view text, WallTime now) {
    const auto question = serverQuestionIn(text);
    if (!question.ok()) return refusal(400, question.error().message);
    if (const auto right = checkCode(question->code, keys_, now, toServe); !right.ok())
        return refusal(403, right.error().message);
    if (const auto alone = cluster_.letJoin(now); !alone.ok()) return retryLater(503, untilBack, alone.error().message);
    const ServerAnswer answer{authority_, keys_, cluster_.routes(), beside_()};
    return {201, "application/json", textOf(answer, question->key) + "\n"};
}

} // namespace stint::push
