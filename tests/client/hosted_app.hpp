// A daemon, an app of one hosted service, and their first greeting.
#pragma once
#include <utility>

#include <doctest/doctest.h>

#include "client/fake_daemon.hpp"
#include "client/recorded_service.hpp"

namespace stint {

template <class Service = RecordedService> struct HostedApp {
    FakeDaemon daemon;
    Service service;
    Connection connection = Connection::open().value();

    HostedApp() {
        REQUIRE(connection.host("Jobs", service).ok());
        REQUIRE(daemon.heard() == "Host Jobs");
    }
    Result<bool> start(std::uint64_t run, wire::RunParameters from = {}) {
        return daemon.answerOf(connection, daemon.startJob(run, "Jobs", std::move(from)));
    }
    Result<bool> stop(std::uint64_t run, StopReason reason) {
        return daemon.answerOf(connection, daemon.stopJob(run, reason));
    }
};

} // namespace stint
