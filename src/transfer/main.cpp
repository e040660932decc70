// stint-transfer: the process of the built-in app org.stint.transfer. stintd starts it; it ends when nothing runs in
// it.
#include <cstdio>

#include "base/started_by_hand.hpp"
#include "stint/connection.hpp"
#include "transfer/service.hpp"

int main(int count, char** words) {
    if (count > 1)
        return stint::startedByHand("stint-transfer", "downloads and uploads what jobs ask for; stintd starts it",
                                    words[1]);
    stint::transfer::TransferService service; // outlives the connection
    auto connection = stint::Connection::open();
    if (!connection) {
        std::fprintf(stderr, "stint-transfer: %s\n", connection.error().message.c_str());
        return 69;
    }
    if (auto hosted = connection->host("Transfer", service); !hosted) {
        std::fprintf(stderr, "stint-transfer: %s\n", hosted.error().message.c_str());
        return 77;
    }
    return service.serve(*connection);
}
