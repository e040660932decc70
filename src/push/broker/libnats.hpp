// libnats, which is C, as the rest of the room speaks it: who owns what, its errors, a message's parts, and a server
// that falls silent while it greets.
#pragma once
#include <string>
#include <string_view>

#include <nats/nats.h>

#include "base/result/owned.hpp"
#include "base/text/json_member.hpp"
#include "push/envelope/questions.hpp"
#include "stint/result.hpp"

namespace stint::push::nats {

using Message = Owned<natsMsg, natsMsg_Destroy>;
using Options = Owned<natsOptions, natsOptions_Destroy>;
using JetStream = Owned<jsCtx, jsCtx_Destroy>;
using StreamInfo = Owned<jsStreamInfo, jsStreamInfo_Destroy>;
using PubAck = Owned<jsPubAck, jsPubAck_Destroy>;
using KeyValues = Owned<kvStore, kvStore_Destroy>;
using Subscription = Owned<natsSubscription, natsSubscription_Destroy>;

/// How long a server's answer is waited for.
constexpr std::int64_t patience = 2'000;      ///< ms
constexpr std::int64_t untilAskedAgain = 500; ///< ms

/// Unavailable: what passes by itself. `what` was tried.
Result<void> checked(natsStatus status, std::string_view what);
/// JetStream's own sentence.
std::string reasonIn(const nlohmann::ordered_json& error);

std::string_view dataOf(const natsMsg* message);
Headers headersOf(natsMsg* message);
/// Empty: it has none of that name.
std::string headerOf(natsMsg* message, const char* name);
/// `reply`: the subject of its answer; empty: nobody waits for one.
Result<Message> messageTo(const std::string& subject, const std::string& reply, const Headers& headers,
                          std::string_view body);

// A server that begins to greet and falls silent: libnats 3.4 would wait for it without end, in a loop that takes a
// processor and more and more memory. Then this process ends; whoever has started it starts it again.

/// From now on a server has 5 s. Any thread may call.
void beginGreeting();
/// It has greeted, or is tried no more.
void endGreeting();

} // namespace stint::push::nats
