// The notification of a foreground service of this process (jobs.md §5.5): kept, so that the service can be begun
// anew.
#pragma once
#include <cstdint>

#include "stint/notification.hpp"

namespace stint::client {

/// The notification of a foreground service of this process (jobs.md §5.5): kept, so that the service can be begun
/// anew.
struct Shown {
    std::int32_t id = 0;
    Notification notification;
};

} // namespace stint::client
