#include "stintd/process/output_lines.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/result/fail.hpp"

namespace stint {
namespace {

constexpr std::size_t longestPiece = 1024;
constexpr std::size_t atOnce = 16 * 1024;
// PROPOSAL: half a MiB in a second, far more than a person reads, costs a daemon a few hundredths of a processor.
constexpr std::uint64_t span = 1'000'000; ///< µs
constexpr unsigned readsInSpan = 32;
constexpr int pipesMost = 64 * 1024; ///< a pipe's size

} // namespace

Result<std::pair<std::unique_ptr<OutputLines>, Fd>> OutputLines::open(sd_event* loop, Take take) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail(Errc::SYSTEM, "cannot make a pipe for what a process writes: {}", std::strerror(errno));
    Fd ours(ends[0]);
    Fd theirs(ends[1]);
    ::fcntl(ours.get(), F_SETFL, O_NONBLOCK); // for this end alone
    std::unique_ptr<OutputLines> made(new OutputLines(std::move(ours), std::move(take)));
    sd_event_source* source = nullptr;
    int result = sd_event_add_io(loop, &source, made->pipe_.get(), EPOLLIN, readable, made.get());
    made->source_.reset(source);
    if (result >= 0) result = sd_event_source_set_ratelimit(source, span, readsInSpan);
    if (result < 0) return fail(Errc::SYSTEM, "cannot listen to what a process writes: {}", std::strerror(-result));
    return std::pair(std::move(made), std::move(theirs));
}

int OutputLines::readable(sd_event_source*, int, std::uint32_t, void* self) {
    static_cast<OutputLines*>(self)->readSome();
    return 0;
}

/// Reads a piece; false: nothing is there now.
bool OutputLines::readSome() {
    std::array<char, atOnce> some;
    const ssize_t size = ::read(pipe_.get(), some.data(), some.size());
    if (size <= 0) {
        if (size == 0) source_.reset(); // no writer is left
        return false;
    }
    unended_.append(some.data(), static_cast<std::size_t>(size));
    tellWholeLines();
    return true;
}

void OutputLines::tellWholeLines() {
    std::string_view left = unended_;
    while (true) {
        const std::size_t end = left.find('\n');
        if (end == std::string_view::npos && left.size() < longestPiece) break;
        const std::string_view line = left.substr(0, std::min(end, longestPiece));
        if (!line.empty()) take_(line);
        left.remove_prefix(line.size() + (line.size() == end ? 1 : 0));
    }
    unended_.erase(0, unended_.size() - left.size());
}

// A process that got out of its enclosure may still write: so only as much is read as the pipe can hold.
void OutputLines::finish() {
    for (std::size_t read = 0; read < pipesMost && readSome(); read += atOnce) {
    }
    if (!unended_.empty()) take_(std::exchange(unended_, {}));
}

} // namespace stint
