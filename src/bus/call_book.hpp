// The calls that were taken in and wait for their answer, and the answers that wait for the turn's end. Answers go out
// in the order in which the calls came.
#pragma once
#include <functional>
#include <map>
#include <vector>

#include "bus/request.hpp"
#include "bus/server.hpp"
#include "model/effect.hpp"
#include "wire/message.hpp"

namespace stint {

class CallBook {
public:
    /// A call that wants an answer is given a number, and is waited for from now on.
    CallId enter(ConnectionId from, wire::Message message);
    /// What the handler left to be done for it.
    void handled(CallId call, const Handled& handled);
    /// The core's answer. One whose caller is gone is nobody's.
    void reply(const Reply& reply);
    /// The answer of every call that waits for the core.
    void failAll(const Error& error);
    /// The caller is gone.
    void drop(ConnectionId from);

    std::size_t waitingFor(ConnectionId from) const;
    /// Sends the answers that are known, and tells whom it sent one.
    std::vector<ConnectionId> send();

private:
    using Write = std::function<Result<void>(wire::Writer&)>;
    struct Entry {
        ConnectionId from;
        wire::Message message;
        std::function<void(wire::Writer&, const Reply&)> onReply;
        Write answer; ///< empty: not known yet
    };

    void answer(CallId call, Write write);

    std::uint64_t last_ = 0;
    std::map<CallId, Entry> calls_;
    std::map<CallId, Entry*> known_;
    std::map<ConnectionId, std::size_t> waiting_;
};

} // namespace stint
