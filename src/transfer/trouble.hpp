// What an end of curl's own means: later for what the network does, never for what will not change by itself.
#pragma once
#include <string>

#include <curl/curl.h>

#include "transfer/ending.hpp"

namespace stint::transfer {

Ending endingOf(CURLcode code, const std::string& trouble);

} // namespace stint::transfer
