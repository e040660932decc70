// A stream's leader tells what it has kept, and whoever leads next tells nothing of that again. So one of the servers
// does, for the one that is gone may have told it to no device (push.md §3.3).
#pragma once
#include <string_view>

#include "push/broker/broker.hpp"

namespace stint::push {

/// Does so from now on, from a thread of the broker's, whenever another leads: one of the servers that do.
Result<void> tellAgainAfterElections(const Broker& broker);

/// Tells what the shard's stream has taken since then, each message with its sequence, by which who has it passes it
/// over. Unavailable: the stream has no leader.
Result<void> tellAgain(const Broker& broker, std::string_view shard, WallTime since);

} // namespace stint::push
