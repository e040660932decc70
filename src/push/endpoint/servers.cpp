#include "push/endpoint/servers.hpp"

#include "push/endpoint/posting.hpp"
#include "push/joining/words.hpp"

namespace stint::push {

using http::Answer;
using http::refusal;

Servers::Servers(Authority authority, ServerKeys keys, Cluster& cluster)
    : authority_(std::move(authority)), keys_(keys), cluster_(cluster) {}

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
    const ServerAnswer answer{authority_, keys_, cluster_.routes()};
    return {201, "application/json", textOf(answer, question->key) + "\n"};
}

} // namespace stint::push
