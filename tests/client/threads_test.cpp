// The library's promise to threads: a run's words may come from anywhere, at any time. Of most worth under
// -fsanitize=thread.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "client/fake_daemon.hpp"
#include "client/recorded_service.hpp"
#include "stint/job_scheduler.hpp"

using namespace stint;

namespace {

/// Its jobs work in threads of their own: progress at full speed, a notification now and then, the end.
struct ThreadedService : JobService {
    std::vector<std::thread> workers;
    std::atomic<int> stopped = 0;

    ~ThreadedService() override {
        for (std::thread& worker : workers)
            worker.join();
    }
    bool onStartJob(JobParameters params) override {
        workers.emplace_back([this, params] {
            for (Bytes moved = 0; moved < 2000; ++moved) {
                updateTransferredNetworkBytes(params, moved, 0);
                if (moved % 500 == 0) (void)setNotification(params, 1, Notification::Builder("default").build(), {});
            }
            jobFinished(params, false);
        });
        return true;
    }
    bool onStopJob(JobParameters) override {
        ++stopped;
        return true;
    }
};

} // namespace

TEST_CASE("every run's end arrives, though its words come from threads while the loop dispatches") {
    FakeDaemon daemon;
    ThreadedService service;
    auto connection = Connection::open().value();
    REQUIRE(connection.host("Jobs", service).ok());
    for (std::uint64_t run = 1; run <= 8; ++run)
        CHECK(daemon.answerOf(connection, daemon.startJob(run, "Jobs")).value());
    int ended = 0;
    CHECK(daemon.dispatchUntil(connection, [&] {
        while (!daemon.heardNothing())
            ended += daemon.heard().starts_with("JobFinished");
        return ended == 8;
    }));
}

TEST_CASE("calls may block one thread while another dispatches, and the daemon may die meanwhile") {
    FakeDaemon daemon;
    ThreadedService service;
    auto connection = Connection::open().value();
    REQUIRE(connection.host("Jobs", service).ok());
    REQUIRE(daemon.heard() == "Host Jobs");
    daemon.on("CancelInAllNamespaces", [](wire::Reader&, wire::Writer&) { return Result<void>(); });
    daemon.overhear("CancelInAllNamespaces");
    std::atomic<bool> done = false;
    std::thread caller([&] {
        JobScheduler scheduler(connection);
        while (!done)
            (void)scheduler.cancelInAllNamespaces();
    });
    for (int life = 0; life < 3; ++life) {
        for (std::uint64_t run = 1; run <= 3; ++run)
            (void)daemon.answerOf(connection, daemon.startJob(run, "Jobs"));
        daemon.die();
        daemon.revive();
        CHECK(daemon.dispatchUntil(connection, [&] {
            bool hosted = false;
            while (!daemon.heardNothing())
                hosted |= daemon.heard() == "Host Jobs";
            return hosted;
        }));
    }
    done = true;
    caller.join();
}
