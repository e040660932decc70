#include "fleet/steps/command.hpp"

#include <array>
#include <cstdlib>
#include <cstring>

#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "base/unix/paths.hpp"

namespace stint::fleet {

namespace {

constexpr const char* commandPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::uint32_t commandUmask = 022;
constexpr const char* emptyInput = "/dev/null";

/// A shell's exit code: the command's own, or 128 and the signal that ended it.
std::int32_t exitCodeOf(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

} // namespace

Order orderOf(const std::vector<std::string>& command, const std::filesystem::path& folder, std::string_view campaign,
              std::uint32_t step) {
    const passwd* const user = ::getpwuid(::geteuid());
    const std::string name = user && user->pw_name ? user->pw_name : std::to_string(::geteuid());
    Order order{.arguments = command,
                .directory = folder.string(),
                .umask = commandUmask,
                .environment = {fmt::format("PATH={}", commandPath), fmt::format("HOME={}", homeDirectory().string()),
                                fmt::format("USER={}", name), fmt::format("LOGNAME={}", name), "SHELL=/bin/sh",
                                "LANG=C.UTF-8", fmt::format("STINT_CAMPAIGN={}", campaign),
                                fmt::format("STINT_STEP={}", step)}};
    if (const char* const runtime = std::getenv("XDG_RUNTIME_DIR"))
        order.environment.push_back(fmt::format("XDG_RUNTIME_DIR={}", runtime));
    return order;
}

CommandDoing::CommandDoing(sd_event* loop, std::unique_ptr<shell::Command> command, Duration grace, Ended end)
    : loop_(loop), grace_(grace), end_(std::move(end)), timer_(loop), command_(std::move(command)) {}

Result<std::unique_ptr<Doing>> CommandDoing::begin(sd_event* loop, const Order& order, Duration mostTime,
                                                   const std::filesystem::path& helper, Duration grace, Ended end) {
    auto command = STINT_TRY(shell::Command::start(order, emptyInput, shell::Share::Leftover, {}, helper));
    std::unique_ptr<CommandDoing> made(new CommandDoing(loop, std::move(command), grace, std::move(end)));
    STINT_TRY(made->watch(mostTime));
    return Result<std::unique_ptr<Doing>>(std::move(made));
}

Result<void> CommandDoing::watch(Duration mostTime) {
    sd_event_source* made = nullptr;
    int failed = sd_event_add_io(loop_, &made, command_->output(), EPOLLIN, printed, this);
    output_source_.reset(failed < 0 ? nullptr : made);
    if (failed >= 0) {
        failed = sd_event_add_io(loop_, &made, command_->end(), EPOLLIN, ended, this);
        end_source_.reset(failed < 0 ? nullptr : made);
    }
    if (failed < 0) return fail(Errc::SYSTEM, "cannot watch the command: {}", std::strerror(-failed));
    if (mostTime > Duration(0)) timer_.set(mostTime, [this, mostTime] { askToEnd(mostTime); });
    return {};
}

/// Reads one piece of the output; false where there is none now.
bool CommandDoing::takeOutput() {
    std::array<char, 65536> piece;
    const ssize_t size = ::read(command_->output(), piece.data(), piece.size());
    if (size == 0) output_source_.reset(); // nobody can write any more
    if (size <= 0) return false;
    output_.append(piece.data(), static_cast<std::size_t>(size));
    if (output_.size() > keptOutput) output_.erase(0, output_.size() - keptOutput);
    return true;
}

int CommandDoing::printed(sd_event_source*, int, std::uint32_t, void* self) {
    static_cast<CommandDoing*>(self)->takeOutput();
    return 0;
}

int CommandDoing::ended(sd_event_source*, int, std::uint32_t, void* it) {
    auto& self = *static_cast<CommandDoing*>(it);
    if (const auto status = self.command_->status()) self.conclude(*status);
    return 0;
}

void CommandDoing::askToEnd(Duration after) {
    timedOut_ = after;
    command_->askToEnd();
    timer_.set(grace_, [this] { command_->kill(); });
}

void CommandDoing::conclude(int status) {
    timer_.clear();
    end_source_.reset();
    while (takeOutput()) {
    }
    output_source_.reset();
    if (timedOut_ > Duration(0)) {
        const std::string first = fmt::format("timed-out after {}\n", formatDuration(timedOut_));
        return end_(notNow(stepTimedOut, first + lastLines(output_, keptOutput - first.size())));
    }
    end_({.code = exitCodeOf(status), .isForGood = false, .words = lastLines(output_, keptOutput)});
}

} // namespace stint::fleet
