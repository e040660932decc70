// Which services are on the system's message bus: for `stint doctor` alone. Nothing is asked of the services
// themselves.
#pragma once
#include <set>
#include <string>

#include "stint/result.hpp"

namespace stint::cli {

/// Names that somebody owns, and names that would be started if they were called. Unavailable where there is no bus.
Result<std::set<std::string>> systemBusNames();

} // namespace stint::cli
