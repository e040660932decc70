#include "faces/control/page_server.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/time/clock.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/program.hpp"
#include "base/unix/state_directory.hpp"
#include "faces/control/command_lock.hpp"
#include "faces/control/detached.hpp"
#include "link/wire/errors.hpp"

namespace stint::cli {
namespace {

namespace fs = std::filesystem;

constexpr Duration pagePatience = 10s;
constexpr std::size_t longestLine = 4096;

/// Reads a pipe until its end; returns what has come by then, or until `patience` is over.
std::string readToEnd(const Fd& pipe, Duration patience) {
    const Duration until = steadyNow() + patience;
    std::string text;
    std::array<char, 512> bytes{};
    while (text.size() < longestLine) {
        pollfd watched{pipe.get(), POLLIN, 0};
        const auto left = std::max(Duration{0}, until - steadyNow());
        if (::poll(&watched, 1, static_cast<int>(left / 1ms)) == 0) break;
        const ssize_t length = ::read(pipe.get(), bytes.data(), bytes.size());
        if (length <= 0 && errno != EINTR) break;
        if (length > 0) text.append(bytes.data(), static_cast<std::size_t>(length));
    }
    return text;
}

} // namespace

Result<std::string> pageServer(const std::vector<std::string>& words) {
    const Fd held = STINT_TRY(commandLock("starting-page"));
    const fs::path log = stateDirectory() / "taskmanager.log";
    ::mkdir(log.parent_path().c_str(), 0700);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return within("cannot make a pipe", wire::errorFromErrno(errno));
    const Fd answer(ends[0]);
    Fd told(ends[1]);
    std::vector<std::string> command{(libexecDirectory() / "stint-taskmanager").native()};
    command.insert(command.end(), words.begin(), words.end());
    ::truncate(log.c_str(), 0); // the words of earlier servers are of no use
    const auto child = startDetached(command, {.output = log.native(), .answers = told.get()});
    if (!child.ok()) return Error{Errc::UNAVAILABLE, child.error().message};
    told = Fd();
    std::string address = readToEnd(answer, pagePatience);
    if (address.starts_with("http://") && address.ends_with('\n')) {
        address.pop_back();
        return address;
    }
    return fail(Errc::UNAVAILABLE, "stint-taskmanager did not start: {} ({})",
                lastWordsIn(log.native(), "stint-taskmanager"), log.c_str());
}

} // namespace stint::cli
