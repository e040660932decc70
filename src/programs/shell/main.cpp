// stint-shell: the process of the built-in app org.stint.shell. stintd starts one for each run of a command.
#include "base/unix/ends.hpp"
#include "base/unix/paths.hpp"
#include "programs/shell/service.hpp"
#include "stint/connection.hpp"

int main(int count, char** words) {
    if (count > 1)
        return stint::startedByHand("stint-shell", "runs one command that is a job; stintd starts it", words[1]);
    stint::shell::CommandService service(stint::ownDirectory() / "stint-exec"); // outlives the connection
    auto connection = stint::Connection::open();
    if (!connection.ok()) {
        stint::complain("stint-shell", connection.error().message);
        return stint::ends::unavailable;
    }
    if (auto hosted = connection->host("Command", service); !hosted.ok()) {
        stint::complain("stint-shell", hosted.error().message);
        return stint::ends::refused;
    }
    return service.serve(*connection);
}
