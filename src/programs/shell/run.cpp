#include "programs/shell/run.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/result/try.hpp"

namespace stint::shell {

Result<Run> Run::begin(const Order& order, const std::filesystem::path& input, Share share, LogWriter log,
                       const std::filesystem::path& helper, const Command::Place& place) {
    auto command = STINT_TRY(Command::start(order, input, share, place, helper));
    return Run(std::move(command), std::move(log));
}

std::optional<Duration> Run::timeout(Clock::time_point now) const {
    if (!killAt_ || killed_) return std::nullopt;
    return std::max(Duration{0}, std::chrono::ceil<Duration>(*killAt_ - now));
}

void Run::turn(Clock::time_point now) {
    if (status_) return;
    auto status = command_->status();
    bool more = takeOutput();
    if (!status && killAt_ && !killed_ && now >= *killAt_) {
        command_->kill();
        killed_ = true;
    }
    if (!status) return;
    while (more) // nobody can write any more, so this ends
        more = takeOutput();
    status_ = status;
}

/// Reads one piece of the output; false where there is none now.
bool Run::takeOutput() {
    std::array<char, 65536> piece;
    const ssize_t size = ::read(command_->output(), piece.data(), piece.size());
    if (size <= 0) return false;
    // The command must not block because its output cannot be kept: it is read all the same.
    auto kept = log_.write({piece.data(), static_cast<std::size_t>(size)});
    if (!kept.ok()) error_ = kept.error().message;
    return true;
}

void Run::stop(Clock::time_point now, Duration grace) {
    if (status_) return;
    const bool asked = killAt_.has_value();
    killAt_ = std::min(now + grace, killAt_.value_or(Clock::time_point::max()));
    if (!asked) command_->askToEnd();
}

void remark(LogWriter& log, std::string_view text) {
    // If it cannot be kept, nobody else could be told.
    (void)log.write(fmt::format("{}stint: {}\n", log.isAtLineStart() ? "" : "\n", text));
}

} // namespace stint::shell
