// The calls that were not answered yet.
#pragma once
#include <functional>
#include <map>
#include <variant>
#include <vector>

#include "contract/model/effect.hpp"
#include "link/wire/message.hpp"
#include "stintd/bus/methods.hpp"
#include "stintd/bus/server.hpp"

namespace stint {

/// Calls that wait for their answer, and answers that wait for the turn's end. Answers are sent in the order of the
/// calls.
class PendingCalls {
public:
    /// Numbers a call that wants an answer.
    CallId enter(ConnectionId from, wire::Message message);
    /// Takes the handler's result: an answer, or a promise that the core will reply.
    void handled(CallId call, Handled handled);
    /// Takes the core's reply, which is dropped if the caller is gone.
    void reply(const Reply& reply);
    /// Answers every call that waits for the core with the error.
    void failAll(const Error& error);
    /// Drops the calls of a caller that is gone.
    void drop(ConnectionId from);

    std::size_t waitingFor(ConnectionId from) const;
    /// Sends the answers that are known; returns the connections that got one. An answer may be large, so it is made
    /// only when its caller has room for it; till then it waits for another call of this.
    std::vector<ConnectionId> send(const std::function<bool(ConnectionId)>& isRead);

private:
    struct Entry {
        ConnectionId from;
        wire::Message message;
        Waits later; ///< what the handler wants done with the reply
        /// The answer: none yet, the handler's, the core's reply, or only an error.
        std::variant<std::monostate, Answer, Reply, Error> answer;
    };

    static Result<void> respond(const Entry& entry);
    template <class What> void answer(CallId call, What what);
    void checkSizes() const;

    std::uint64_t last_ = 0;
    std::map<CallId, Entry> calls_;
    std::map<CallId, Entry*> known_;
    std::map<ConnectionId, std::size_t> waiting_;
};

} // namespace stint
