// What apps' work layers show of themselves on the session bus, asked for by whoever may wait (link/wire/work.hpp).
// Where no process of an app runs its loop, nothing is to be had of it.
#pragma once
#include <string>
#include <vector>

#include "link/wire/work.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// The packages of the apps that show theirs now. Unavailable without a session bus.
Result<std::vector<std::string>> appsWithWork();
/// At most the first ten thousand, page by page; `more` where there are others. Unavailable where no process of that
/// app runs, or it is silent for `patience`.
Result<wire::WorkList> workOf(const std::string& package, Duration patience);

} // namespace stint::cli
