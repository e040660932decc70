// What polkit says: whether whoever is behind a name on the bus may do something. Without polkit only root may.
#pragma once
#include <functional>
#include <string>

#include "netguard/cgroup_directory.hpp"
#include "wire/message.hpp"

namespace stint {

/// The actions, as packaging/org.stint.netguard.policy explains them to a person.
inline constexpr const char* networkAction = "org.stint.netguard.network";
inline constexpr const char* wakeAction = "org.stint.netguard.wake";

using Allowed = std::function<void(const Result<void>&)>;

/// Answers later, or at once for root; Security where it may not, with what would help. Never asks a person: the
/// callers have no face.
void askPolkit(sd_bus* bus, const std::string& name, const Peer& peer, const char* action, Allowed then);

} // namespace stint
