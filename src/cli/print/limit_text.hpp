// An app's limits in words: buckets, quotas, network, the user's choice.
#pragma once
#include <string>

#include "model/view.hpp"

namespace stint::cli {

/// What is left: "4min", "no limit", "0s".
std::string leftText(const QuotaView& quota);
/// "6min used of 10min in 4h, 4min left", and since or until when that says little: nothing is counted just now, or all
/// is used up until then.
std::string quotaText(const QuotaView& quota, WallTime now);
/// "10min in 4h", "no limit".
std::string allowanceText(const QuotaView& quota);
/// "in quota", "free", "used up, back in 3h50min".
std::string standingText(const QuotaView& quota, WallTime now);

/// What a person should know of the app beside its state (apps.cpp); empty: nothing.
std::string noteOf(const AppView& app);
/// "rare", and why: "rare (forced by a person)".
std::string bucketText(const AppView& app);
/// "open", "blocked (standby)".
std::string networkText(const AppView& app);
/// "background", "top (set)".
std::string stateText(const AppView& app);

} // namespace stint::cli
