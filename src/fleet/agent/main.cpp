// stint-agent: the process of the built-in app org.stint.agent, the device's end of a fleet. stintd starts it for its
// jobs and for orders that are pushed; it ends when nothing runs in it.
#include "base/unix/ends.hpp"
#include "fleet/agent/service.hpp"
#include "stint/connection.hpp"

int main(int count, char** words) {
    if (count > 1)
        return stint::startedByHand("stint-agent", "does what this device's fleet asks of it; stintd starts it",
                                    words[1]);
    sd_event* loop = nullptr;
    if (sd_event_new(&loop) < 0) return stint::ends::system;
    auto connection = stint::Connection::open();
    if (!connection.ok()) {
        stint::complain("stint-agent", connection.error().message);
        return stint::ends::unavailable;
    }
    stint::fleet::AgentService service(loop, *connection);
    return service.serve();
}
