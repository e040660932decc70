// The fleet's agent, an app that is built in where its program is installed (fleet.md §1): the names by which stintd,
// the line and the agent itself know it.
#pragma once
#include <string_view>

namespace stint {

inline constexpr std::string_view agentPackage = "org.stint.agent";
/// Its one service, and its one receiver.
inline constexpr const char *agentService = "Errand", *agentReceiver = "Orders";

} // namespace stint
