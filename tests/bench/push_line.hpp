// One message after another, from where it is sent to where it is heard: over the line, where the store has it first,
// or where it is told and not kept (TTL 0); and over mosquitto with QoS 1, which stores nothing. By turns, so that a
// busy machine is busy for all.
#pragma once
#include <vector>

#include "bench/push_server.hpp"

namespace stint::bench {

struct Latencies {
    std::vector<double> line, told, mosquitto; ///< microseconds each, in no order
};
/// `port`: mosquitto's on loopback.
Latencies lineBesideMosquitto(const PushServer& server, int port, int messages);

} // namespace stint::bench
