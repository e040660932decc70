// The Ending for curl's errors and for refusals: later for network problems, never for what does not change by itself.
#pragma once
#include <string>

#include <curl/curl.h>

#include "transfer/ending.hpp"
#include "transfer/response.hpp"

namespace stint::transfer {

Ending endingOf(CURLcode code, const std::string& error);

/// The Ending for an upload's error status.
Ending uploadRefusal(const Response& response);

} // namespace stint::transfer
