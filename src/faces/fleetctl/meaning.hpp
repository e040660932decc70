// A campaign in the words of who is about to sign it: whom it means, what they do, when, how it goes through them, and
// what stops it. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fleet/document/campaign.hpp"

namespace stint::fleetctl {

/// Six lines.
std::vector<std::string> meaningOf(const fleet::Campaign& campaign);

/// The sentence that a campaign of so many devices has too few of them to be stopped by failures; empty: it has enough.
std::string stopNote(const fleet::Campaign& campaign, std::uint32_t devices);

} // namespace stint::fleetctl
