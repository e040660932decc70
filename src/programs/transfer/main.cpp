// stint-transfer: the process of the built-in app org.stint.transfer. stintd starts it; it ends when nothing runs in
// it.

#include <malloc.h>

#include "base/unix/ends.hpp"
#include "programs/transfer/service.hpp"
#include "stint/connection.hpp"

int main(int count, char** words) {
    if (count > 1)
        return stint::startedByHand("stint-transfer", "downloads and uploads what jobs ask for; stintd starts it",
                                    words[1]);
    // The buffers of a file, of half a MiB each, serve the next one, too: else the kernel maps and clears each anew.
    ::mallopt(M_MMAP_THRESHOLD, 4 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
    stint::transfer::TransferService service; // outlives the connection
    auto connection = stint::Connection::open();
    if (!connection) {
        stint::complain("stint-transfer", connection.error().message);
        return stint::ends::unavailable;
    }
    if (auto hosted = connection->host("Transfer", service); !hosted) {
        stint::complain("stint-transfer", hosted.error().message);
        return stint::ends::refused;
    }
    return service.serve(*connection);
}
