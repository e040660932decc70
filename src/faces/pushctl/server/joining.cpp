// Questions to a server's door for devices, and a device that joins by one (push.md §3.1).
#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "faces/pushctl/server/post.hpp"
#include "push/joining/settings.hpp"
#include "push/joining/words.hpp"
#include "push/keys/nkey.hpp"

namespace stint::pushctl {

Result<Answer> ask(const std::string& origin, std::string question, std::size_t longest) {
    return post({.url = origin + std::string(push::devicesPath),
                 .headers = {"Content-Type: application/json"},
                 .body = std::move(question),
                 .longestAnswer = longest});
}

Result<std::string> serverOf(const std::string& url) {
    std::string origin = STINT_TRY(serverOriginOf(url));
    if (origin.starts_with("http://") && !isOnThisMachine(origin))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "http:// is for this machine alone: the code and the messages' envelopes could "
                    "be read on their way; https:// it is");
    return origin;
}

std::string sentenceOf(const Answer& answer) {
    const std::string said = saidBy(answer);
    return fmt::format("it answers {}{}{}", answer.status, said.empty() ? "" : ": ", said);
}

Result<Answer> joinAt(const std::string& address, const std::string& origin, const std::string& code) {
    const push::Nkey user = push::Nkey::make(push::Nkey::Role::User);
    Answer answer = STINT_TRY(ask(address, textOf(push::JoinQuestion{.code = code, .user = user.name()})));
    if (answer.status != 201) return answer;
    const auto said = push::joinAnswerIn(answer.text);
    if (!said.ok()) return within("the server's answer is none", said.error());
    push::LineSettings settings{.origin = origin,
                                .brokers = said->brokers,
                                .serverKey = said->key,
                                .device = said->device,
                                .shard = said->shard,
                                .lineKey = push::newLineKey(),
                                .credentials = {}};
    STINT_TRY(settings.write(push::LineSettings::directory(), push::credentialsOf(said->jwt, user)));
    return answer;
}

} // namespace stint::pushctl
