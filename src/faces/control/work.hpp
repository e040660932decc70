// The requests that apps' work layers show on the session bus, read by callers that may block (link/wire/work.hpp).
// An app none of whose processes runs its loop shows nothing.
#pragma once
#include <string>
#include <vector>

#include "link/wire/work.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// The packages of the apps that show their work now. Unavailable without a session bus.
Result<std::vector<std::string>> appsWithWork();
/// The app's requests, at most the first ten thousand, page by page; `more` where there are others. Unavailable where
/// no process of that app runs, or it is silent for `patience`.
Result<wire::WorkList> workOf(const std::string& package, Duration patience);

} // namespace stint::cli
