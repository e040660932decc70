// A download in a foreground service, as apps wrote it before there were user-initiated jobs. It works, as long as this
// process does: what a job scheduler would do, it does by itself, and some of it nobody does.
//
//   foreground-transfer URL FILE    by a person: stint start com.example.foregroundtransfer URL FILE
#include <condition_variable>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <thread>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <stint/connection.hpp>

#include "transfer.hpp"

namespace {

constexpr int usageError = 64;
constexpr int unavailable = 69;
constexpr auto firstPause = std::chrono::seconds(30);
constexpr auto longestPause = std::chrono::hours(1);

int complain(const stint::Error& error) {
    std::cerr << "foreground-transfer: " << error.message << "\n";
    return unavailable;
}

// code: work
/// Tries until it is done or can never be. Which network there is, and whether it costs, nobody tells this thread.
Ending download(const std::stop_token& stopped, Transfer transfer) {
    std::mutex mutex;
    std::condition_variable_any wakes;
    for (auto pause = std::chrono::seconds(firstPause);;
         pause = std::min<std::chrono::seconds>(pause * 2, longestPause)) {
        const Ending ending = transfer.run(stopped, [](Progress) {});
        if (ending.kind != Ending::Kind::Later || stopped.stop_requested()) return ending;
        std::unique_lock lock(mutex);
        wakes.wait_for(lock, stopped, pause, [] { return false; });
    }
}
// code: end

// code: start
int run(const std::string& url, const std::string& file) {
    auto connection = stint::Connection::open();
    if (!connection) return complain(connection.error());
    const auto notification = stint::Notification::Builder("transfers")
                                  .setContentTitle("Downloading " + std::filesystem::path(file).filename().string())
                                  .setSmallIcon("folder-download")
                                  .build();
    auto started = connection->startForegroundService("TransferService", 1, notification);
    if (!started) return complain(started.error()); // ForegroundServiceStartNotAllowed: nobody sees this app now

    Ending ending;
    const int done = eventfd(0, EFD_CLOEXEC);
    std::jthread worker([&](const std::stop_token& stopped) {
        ending = download(stopped, Transfer(url, file));
        eventfd_write(done, 1);
    });
    // This process must live until the last byte, and listen, so that its service outlives a restart of stintd.
    pollfd waits[] = {{connection->fd(), POLLIN, 0}, {done, POLLIN, 0}};
    while (!(waits[1].revents & POLLIN)) {
        const auto timeout = connection->timeout();
        poll(waits, 2, timeout ? static_cast<int>(timeout->count()) : -1);
        if (auto dispatched = connection->dispatch(); !dispatched) complain(dispatched.error());
    }
    worker.join();
    close(done);
    static_cast<void>(connection->stopForegroundService("TransferService")); // it ends with this process anyway
    std::cout << ending.text << "\n";
    return ending.kind == Ending::Kind::Done ? 0 : 1;
}
// code: end

} // namespace

int main(int count, char** words) {
    if (count == 3) return run(words[1], std::filesystem::absolute(words[2]).string());
    std::cerr << "foreground-transfer URL FILE\n";
    return usageError;
}
