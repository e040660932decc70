// A `run` or `verify` (fleet.md §4.4): a program with its arguments, by stint-exec, which has all that it starts in its
// hand. It is killed as one; its last lines are kept.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "base/unix/timer.hpp"
#include "fleet/steps/doing.hpp"
#include "programs/shell/command.hpp"
#include "programs/spool/spool.hpp"

namespace stint::fleet {

/// Between being asked to end and being killed.
inline constexpr Duration commandGrace = std::chrono::seconds(10);
/// The most of a command's output that is kept.
inline constexpr std::size_t keptOutput = 4'096;

/// The order of a step's command, which runs in the folder.
Order orderOf(const std::vector<std::string>& command, const std::filesystem::path& folder, std::string_view campaign,
              std::uint32_t step);

class CommandDoing final : public Doing {
public:
    /// System: stint-exec cannot be started.
    static Result<std::unique_ptr<Doing>> begin(sd_event* loop, const Order& order, Duration mostTime,
                                                const std::filesystem::path& helper, Duration grace, Ended end);

private:
    CommandDoing(sd_event* loop, std::unique_ptr<shell::Command> command, Duration grace, Ended end);
    Result<void> watch(Duration mostTime);
    static int printed(sd_event_source*, int, std::uint32_t, void* self);
    static int ended(sd_event_source*, int, std::uint32_t, void* self);
    bool takeOutput();
    void askToEnd(Duration after);
    void conclude(int status);

    sd_event* loop_;
    Duration grace_;
    Ended end_;
    std::string output_;   ///< its end
    Duration timedOut_{0}; ///< the time after which it was asked to end
    Timer timer_;
    std::unique_ptr<shell::Command> command_;
    EventSource output_source_, end_source_;
};

} // namespace stint::fleet
