#include "push/broker/libnats.hpp"

#include <csignal>
#include <mutex>
#include <string_view>

#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"

namespace stint::push::nats {
namespace {

/// A sentence for a status that passes; empty: it does not.
std::string_view passing(natsStatus status) {
    switch (status) {
    case NATS_TIMEOUT:
        return "nats-server does not answer";
    case NATS_CONNECTION_CLOSED:
    case NATS_CONNECTION_DISCONNECTED:
        return "the connection to nats-server is lost";
    case NATS_NO_SERVER:
        return "no nats-server is reached";
    case NATS_INSUFFICIENT_BUFFER:
        return "nats-server takes nothing just now";
    case NATS_NO_RESPONDERS:
        return "nobody answers there: the server is away, or JetStream is not on in its account, or not yet";
    default:
        return {};
    }
}

constexpr unsigned longestGreeting = 5; ///< s: libnats itself means to wait for less

void fellSilent(int) {
    constexpr std::string_view sentence =
        "the server began to greet and fell silent, and libnats would wait for it without end: begin anew\n";
    (void)!::write(STDERR_FILENO, sentence.data(), sentence.size());
    ::_exit(ends::waits);
}

} // namespace

Result<void> checked(natsStatus status, std::string_view what) {
    if (status == NATS_OK) return {};
    if (const auto sentence = passing(status); !sentence.empty())
        return fail(Errc::UNAVAILABLE, "{}: {}", what, sentence);
    // JetStream's own sentence, where it has one for what it does not do.
    const char* const reason = status == NATS_ERR ? nats_GetLastError(nullptr) : nullptr;
    return fail(Errc::SYSTEM, "{}: {}", what, reason && *reason ? reason : natsStatus_GetText(status));
}

std::string reasonIn(const nlohmann::ordered_json& error) {
    return textMember(error, "description").value_or("it does not say why");
}

std::string_view dataOf(const natsMsg* message) {
    return {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))};
}

Headers headersOf(natsMsg* message) {
    Headers headers;
    const char** keys = nullptr;
    int count = 0;
    if (natsMsgHeader_Keys(message, &keys, &count) != NATS_OK) return headers;
    for (int i = 0; i < count; ++i) {
        const char** values = nullptr;
        int several = 0;
        if (natsMsgHeader_Values(message, keys[i], &values, &several) != NATS_OK) continue;
        for (int n = 0; n < several; ++n)
            headers.emplace_back(keys[i], values[n]);
        std::free(values); // NOLINT(cppcoreguidelines-no-malloc): libnats made it so
    }
    std::free(keys); // NOLINT(cppcoreguidelines-no-malloc)
    return headers;
}

std::string headerOf(natsMsg* message, const char* name) {
    const char* value = nullptr;
    return natsMsgHeader_Get(message, name, &value) == NATS_OK && value ? value : "";
}

Result<Message> messageTo(const std::string& subject, const std::string& reply, const Headers& headers,
                          std::string_view body) {
    natsMsg* made = nullptr;
    STINT_TRY(checked(natsMsg_Create(&made, subject.c_str(), reply.empty() ? nullptr : reply.c_str(), body.data(),
                                     static_cast<int>(body.size())),
                      "a message"));
    Message message(made);
    for (const auto& [name, value] : headers)
        STINT_TRY(checked(natsMsgHeader_Add(made, name.c_str(), value.c_str()), name));
    return message;
}

void beginGreeting() {
    static std::once_flag once;
    std::call_once(once, [] { ::signal(SIGALRM, fellSilent); });
    ::alarm(longestGreeting);
}

void endGreeting() { ::alarm(0); }

} // namespace stint::push::nats
