// A campaign in the words of who is about to sign it: whom it means, what they do, when, how it goes through them, and
// what stops it. Pure.
#pragma once
#include <string>
#include <vector>

#include "fleet/document/campaign.hpp"

namespace stint::fleetctl {

/// Six lines.
std::vector<std::string> meaningOf(const fleet::Campaign& campaign);

} // namespace stint::fleetctl
