// What an end of curl's own means, and a refusal: later for what the network does, never for what will not change by
// itself.
#pragma once
#include <string>

#include <curl/curl.h>

#include "transfer/answer.hpp"
#include "transfer/ending.hpp"

namespace stint::transfer {

Ending endingOf(CURLcode code, const std::string& trouble);

/// An upload's answer that is no success and needs no course of its own.
Ending uploadRefusal(const Answer& answer);

} // namespace stint::transfer
