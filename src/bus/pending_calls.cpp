#include "bus/pending_calls.hpp"

#include "base/overloaded.hpp"
#include "base/try.hpp"

namespace stint {
namespace {

/// The return, or the error that made it impossible. A caller that it cannot reach finds its connection closed.
Result<void> respond(const wire::Message& call, const std::function<Result<void>(wire::Writer&)>& write) {
    const wire::Message reply = STINT_TRY(wire::newReply(call));
    wire::Writer writer(reply);
    STINT_TRY(write(writer));
    STINT_TRY(writer.done());
    STINT_TRY(wire::send(nullptr, reply));
    return {};
}

} // namespace

CallId PendingCalls::enter(ConnectionId from, wire::Message message) {
    const CallId call{++last_};
    calls_.emplace(call, Entry{from, std::move(message), {}, {}});
    ++waiting_[from];
    return call;
}

void PendingCalls::handled(CallId call, const Handled& handled) {
    if (!handled) return answer(call, [error = handled.error()](wire::Writer&) -> Result<void> { return error; });
    std::visit(Overloaded{
                   [&](const Answer& known) { answer(call, known.write); },
                   [&](const Waits& later) {
                       if (const auto entry = calls_.find(call); entry != calls_.end()) entry->second.later = later;
                   },
               },
               *handled);
}

void PendingCalls::reply(const Reply& reply) {
    const auto entry = calls_.find(reply.call);
    if (entry == calls_.end()) return;
    answer(reply.call, [reply, later = entry->second.later](wire::Writer& writer) -> Result<void> {
        if (reply.error && !(later.writesRefusal && reply.error->code == Errc::REFUSED)) return *reply.error;
        if (later.write) later.write(writer, reply);
        return {};
    });
}

void PendingCalls::answer(CallId call, Write write) {
    const auto entry = calls_.find(call);
    if (entry == calls_.end()) return;
    entry->second.answer = std::move(write);
    known_[call] = &entry->second;
}

void PendingCalls::failAll(const Error& error) {
    for (auto& [call, entry] : calls_)
        if (!entry.answer) answer(call, [error](wire::Writer&) -> Result<void> { return error; });
}

void PendingCalls::drop(ConnectionId from) {
    std::erase_if(known_, [from](const auto& entry) { return entry.second->from == from; });
    std::erase_if(calls_, [from](const auto& entry) { return entry.second.from == from; });
    waiting_.erase(from);
}

std::size_t PendingCalls::waitingFor(ConnectionId from) const {
    const auto found = waiting_.find(from);
    return found == waiting_.end() ? 0 : found->second;
}

std::vector<ConnectionId> PendingCalls::send() {
    std::vector<ConnectionId> told;
    for (const auto& [call, entry] : std::exchange(known_, {})) {
        const Result<void> sent = respond(entry->message, entry->answer);
        // A reply that failed half-way is not sent; the error is.
        if (!sent) (void)wire::replyError(entry->message, sent.error());
        told.push_back(entry->from);
        --waiting_[entry->from];
        calls_.erase(call);
    }
    return told;
}

} // namespace stint
