// stint-taskmanager: serves the page of the Task Manager to the browsers of this user, on loopback (linux.md §A.11). It
// is a client of stintd like any other, and decides nothing. `stint ui` starts it; it prints its address, and ends when
// nobody has looked for a while. Where one serves already, it prints that one's address and ends at once.
#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/http/server.hpp"
#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/fd.hpp"
#include "faces/taskmanager/door_plate.hpp"
#include "faces/taskmanager/task_manager.hpp"
#include "link/wire/connect.hpp"

namespace {

using namespace stint;
using namespace stint::taskmanager;

/// Prints the address for the program that started us, and closes stdout, for whose end it waits: nothing more is
/// printed.
void tell(const std::string& address) {
    fmt::print("{}\n", address);
    std::fflush(stdout);
    const Fd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    ::dup2(nowhere.get(), STDOUT_FILENO);
}

Result<void> serve(const Options& options) {
    const auto directory = STINT_TRY(wire::runtimeDirectory(true));
    auto plate = STINT_TRY(DoorPlate::take(directory));
    if (!plate) {
        const auto address = STINT_TRY(DoorPlate::addressOf(directory));
        tell(address);
        return {};
    }
    const http::Loop loop = STINT_TRY(http::loopEndedBy({SIGINT, SIGTERM, SIGHUP}));
    const Secret token = STINT_TRY(Secret::draw());
    const Secret cookie = STINT_TRY(Secret::draw());
    auto peers = STINT_TRY(Peers::open());
    auto server = STINT_TRY(http::Server::listen(options.port));
    const std::string address = fmt::format("http://127.0.0.1:{}/#{}", server.port(), token.text());
    STINT_TRY(plate->write(address));
    TaskManager manager(loop.get(), Entry(server.port(), token, cookie), std::move(peers),
                        {directory, options.webRoot, options.idle});
    tell(address);
    server.run(loop.get(), manager);
    return {};
}

} // namespace

int main(int count, char** words) {
    const Options options = parseOptions(count, words);
    if (const auto served = serve(options); !served.ok()) {
        complain("stint-taskmanager", served.error().message);
        return stint::ends::unavailable;
    }
    return 0;
}
