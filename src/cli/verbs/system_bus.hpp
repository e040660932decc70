// The names on the system bus, for `stint doctor`. Does not call the services themselves.
#pragma once
#include <set>
#include <string>

#include "stint/result.hpp"

namespace stint::cli {

/// Owned names, and names that the bus would start when called. Unavailable: there is no bus.
Result<std::set<std::string>> systemBusNames();

} // namespace stint::cli
