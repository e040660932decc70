// The Ending for curl's errors and for refusals: later for network problems, never for what does not change by itself.
// Each says in one line what went wrong, and with which server.
#pragma once
#include <chrono>
#include <string>

#include <curl/curl.h>

#include "programs/transfer/ending.hpp"
#include "programs/transfer/response.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

/// A request that curl could not end well.
struct Fault {
    CURLcode code = CURLE_OK;
    std::string text;       ///< curl's own words
    std::string server;     ///< "example.org port 443"
    int systemError = 0;    ///< errno of the attempt to connect; 0: none
    bool connected = false; ///< it was connected when the fault came
    bool endless = false;   ///< more header lines came than any server needs
    bool isShort = false;   ///< this process can open almost no more files
    // The limits that were set:
    std::chrono::seconds connectTimeout{0};
    std::chrono::seconds mostTime{0}; ///< 0: unlimited
    Bytes leastRate = 0;
    std::chrono::seconds leastRateFor{0};
};

Ending endingOf(const Fault& fault);

/// True for the Ending of a server whose certificate is not trusted: perhaps the clock here is wrong.
bool isOfCertificate(const Ending& ending);

/// True for a fault of this machine or of what was asked, which would meet any other server, too.
bool isOwn(const Fault& fault);

/// The Ending for an upload's error status.
Ending uploadRefusal(const Response& response);

} // namespace stint::transfer
