// The server's end of a broker's connection, for the room's tests.
#pragma once
#include <utility>

#include "mailbox/nats_server.hpp"
#include "push/broker/broker.hpp"

namespace stint::test {

inline push::Broker serverAt(const NatsServer& nats, bool isClustered = false) {
    return std::move(
               push::Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}, .clustered = isClustered}))
        .value();
}

} // namespace stint::test
