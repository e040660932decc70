// The store alone: what a stream of JetStream takes from one client that always has thousands on their way, with
// nothing in front of it that makes a message durable.
#pragma once
#include <chrono>

#include "bench/push_server.hpp"

namespace stint::bench {

/// Messages a second that the store has acknowledged, of `subjects` registrations of devices of all shards.
double storeAlone(const PushServer& server, int subjects, std::chrono::milliseconds time);

} // namespace stint::bench
