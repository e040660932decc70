// stint-push, as the daemon sees it: the session bus starts it while there is anything for it to do, and it is told
// what the core wants of the line (push.md §4). There may be none: messages wait then, and nothing else is different.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "base/unix/timer.hpp"
#include "contract/model/effect.hpp"
#include "contract/model/event.hpp"
#include "link/wire/message.hpp"
#include "stintd/bus/server.hpp"

namespace stint {

class LineEdge {
public:
    using Arrived = std::function<void(Event)>;
    using Say = std::function<void(const std::string& sentence)>;

    LineEdge(sd_event* loop, Server& server, Arrived arrived, Say warn);
    LineEdge(const LineEdge&) = delete;
    LineEdge& operator=(const LineEdge&) = delete;

    // Effects of the core.
    /// The line learns of it by tell(), or of the next one.
    void want(const wire::LineView& line);
    /// All effects of what was written down are given.
    void tell();
    void check();
    /// Given to the line now, or as soon as there is one. DeliveryEnded follows where it answers.
    void deliver(const DeliverMessage& message);
    /// Another core has begun, which knows none of the deliveries.
    void forgetDeliveries() { given_.clear(); }

    /// The reason why stint-push cannot be started; empty: it is there, or nothing is known against it.
    const std::string& trouble() const { return trouble_; }

    // Reports from the bus.
    void begins(ConnectionId connection);
    void closed(ConnectionId connection);
    void took(std::uint64_t delivery, bool taken);

private:
    void lost();
    void start();
    void startLater();
    void noteTrouble(const std::string& trouble);
    static int started(sd_bus_message* answer, void* self, sd_bus_error*);
    static int giveAll(sd_event_source*, void* self);

    sd_event* loop_;
    Server& server_;
    Arrived arrived_;
    Say warn_;
    std::optional<ConnectionId> line_;
    bool isWanted_ = false;
    std::optional<wire::LineView> untold_, told_;   ///< the line that is there does not know of it; was told last
    std::map<std::uint64_t, DeliverMessage> given_; ///< to the line, or to be: by delivery
    bool isTold_ = false;                           ///< the line that is there has its answer: it may be given
    EventSource giving_;
    Timer again_; ///< it is started again then
    Backoff pause_;
    Instant began_; ///< the line that is there
    wire::Bus bus_; ///< while it is being started
    wire::Slot starting_;
    std::string trouble_; ///< that was told
};

} // namespace stint
