// A broker is filled with what a fleet of many devices has there, without them: certificates by the fleet's own
// enrolment key, and signed reports. For what a server costs that reads it all.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>

namespace stint::bench {

struct Filling {
    std::filesystem::path push; ///< the directory of the server of push
    std::string broker;         ///< its URL
    std::filesystem::path fleet;
    std::size_t devices = 0;
    std::size_t keys = 0; ///< of the first devices, which can report
};

/// Puts the certificates there, with the label filled=yes, and says so with a line of JSON; then takes "report CAMPAIGN
/// EACH" from stdin, any number of times: each device with a key reports so often in it, and has ended; and "wait
/// CAMPAIGN": each reports that it waits for its charger.
void fillBroker(const Filling& filling);

} // namespace stint::bench
