#include "stintd/bus/pending_calls.hpp"

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"

namespace stint {

// Sends the return, or returns the error that made it impossible. A caller that cannot be reached finds its connection
// closed.
Result<void> PendingCalls::respond(const Entry& entry) {
    if (const Error* error = std::get_if<Error>(&entry.answer)) return *error;
    const Reply* const reply = std::get_if<Reply>(&entry.answer);
    if (reply && reply->error && !(entry.later.writesRefusal && reply->error->code == Errc::REFUSED))
        return *reply->error;
    const wire::Message message = STINT_TRY(wire::newReply(entry.message));
    wire::Writer writer(message);
    if (const Answer* known = std::get_if<Answer>(&entry.answer)) STINT_TRY(known->write(writer));
    if (reply && entry.later.write) entry.later.write(writer, *reply);
    STINT_TRY(writer.done());
    STINT_TRY(wire::send(nullptr, message));
    return {};
}

CallId PendingCalls::enter(ConnectionId from, wire::Message message) {
    const CallId call{++last_};
    STINT_CHECK(calls_.empty() || calls_.rbegin()->first < call); // answers are sent in the order of the calls
    calls_.emplace_hint(calls_.end(), call, Entry{from, std::move(message), {}, {}});
    ++waiting_[from];
    return call;
}

void PendingCalls::handled(CallId call, Handled handled) {
    if (!handled) return answer(call, std::move(handled).error());
    std::visit(Overloaded{
                   [&](Answer& known) { answer(call, std::move(known)); },
                   [&](Waits& later) {
                       if (const auto entry = calls_.find(call); entry != calls_.end())
                           entry->second.later = std::move(later);
                   },
               },
               *handled);
}

void PendingCalls::reply(const Reply& reply) { answer(reply.call, reply); }

template <class What> void PendingCalls::answer(CallId call, What what) {
    const auto entry = calls_.find(call);
    if (entry == calls_.end()) return;
    entry->second.answer = std::move(what);
    known_[call] = &entry->second;
    checkSizes();
}

// Each known answer belongs to a call that waits, and each waiting call is counted for its connection.
void PendingCalls::checkSizes() const {
    STINT_CHECK(known_.size() <= calls_.size());
    STINT_CHECK(!waiting_.empty() || calls_.empty());
}

void PendingCalls::failAll(const Error& error) {
    for (auto& [call, entry] : calls_)
        if (std::holds_alternative<std::monostate>(entry.answer)) answer(call, error);
}

void PendingCalls::drop(ConnectionId from) {
    std::erase_if(known_, [from](const auto& entry) { return entry.second->from == from; });
    std::erase_if(calls_, [from](const auto& entry) { return entry.second.from == from; });
    waiting_.erase(from);
    checkSizes();
}

std::size_t PendingCalls::waitingFor(ConnectionId from) const {
    const auto found = waiting_.find(from);
    return found == waiting_.end() ? 0 : found->second;
}

std::vector<ConnectionId> PendingCalls::send(const std::function<bool(ConnectionId)>& isRead) {
    std::vector<ConnectionId> answered;
    for (auto known = known_.begin(); known != known_.end();) {
        const auto [call, entry] = *known;
        if (!isRead(entry->from)) {
            ++known;
            continue;
        }
        known = known_.erase(known);
        const Result<void> sent = respond(*entry);
        // A reply that failed half-way is not sent; the error is sent instead.
        if (!sent) (void)wire::replyError(entry->message, sent.error());
        answered.push_back(entry->from);
        std::size_t& waiting = waiting_[entry->from];
        STINT_CHECK(waiting > 0);
        --waiting;
        STINT_CHECK(calls_.erase(call) == 1);
    }
    return answered;
}

} // namespace stint
