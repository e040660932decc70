// Calls that wait for their answer, and answers that wait for the turn's end. Answers are sent in the order of the
// calls.
#pragma once
#include <functional>
#include <map>
#include <variant>
#include <vector>

#include "contract/model/effect.hpp"
#include "link/wire/message.hpp"
#include "stintd/bus/request.hpp"
#include "stintd/bus/server.hpp"

namespace stint {

class PendingCalls {
public:
    /// Numbers a call that wants an answer.
    CallId enter(ConnectionId from, wire::Message message);
    /// The handler's result: an answer, or that the core will reply.
    void handled(CallId call, Handled handled);
    /// The core's reply. Dropped if the caller is gone.
    void reply(const Reply& reply);
    /// Answers every call that waits for the core with the error.
    void failAll(const Error& error);
    /// The caller is gone.
    void drop(ConnectionId from);

    std::size_t waitingFor(ConnectionId from) const;
    /// Sends the answers that are known; returns the connections that got one. An answer is made, which may be large,
    /// when its caller has room for it; till then it waits for another call of this.
    std::vector<ConnectionId> send(const std::function<bool(ConnectionId)>& isRead);

private:
    struct Entry {
        ConnectionId from;
        wire::Message message;
        Waits later; ///< what the handler wants done with the reply
        /// What is known of the answer: nothing yet; the handler's; the core's; none but an error.
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
