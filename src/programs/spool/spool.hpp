// What is kept of a command that is a job (architecture.md, running a job), in a directory of its own, 0700: the order
// that `stint run` leaves, what the command is to read, what its runs have come to, and their output (log.hpp). The
// job's extras name the directory and no more of it: an environment may be larger than extras may, and its secrets
// belong in no list of jobs.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// A command as its caller would have run it.
struct Order {
    std::vector<std::string> arguments; ///< the first names the program; never empty
    std::string directory;              ///< absolute
    std::uint32_t umask = 022;
    std::vector<std::string> environment; ///< "NAME=value"
    bool hasInput = false;                ///< it reads what was kept for it; else there is nothing to read

    /// The PATH of its environment, or the usual one.
    std::string path() const;
    bool operator==(const Order&) const = default;
};

/// What the runs of a command have come to so far.
struct Tally {
    std::int64_t runs = 0;
    std::int64_t failures = 0; ///< runs in a row that ended with another code than 0
    std::int64_t timeouts = 0; ///< runs that were stopped at their limit
    bool running = false;      ///< one has begun, and nothing was written since

    bool operator==(const Tally&) const = default;
};

/// What a command is to read, a piece at a time; an empty one is its end.
using Input = std::function<Result<std::string>()>;

class Spool {
public:
    /// $XDG_STATE_HOME/stint/commands, by this process's environment.
    static std::filesystem::path root();
    /// The same of a guard (jobs.md §14.5), whose app sweeps its own alone: $XDG_STATE_HOME/stint/guards/PACKAGE; of
    /// any other package, root().
    static std::filesystem::path rootOf(std::string_view package);
    /// A new one with this order and all of this input, which may be none; durable when this returns. Where the input
    /// ends with an error nothing is left. No sweep takes it away as long as the value lives.
    static Result<Spool> create(const std::filesystem::path& root, Order order, const Input& input = {});
    /// One that is there.
    explicit Spool(std::filesystem::path directory) : directory_(std::move(directory)) {}

    const std::filesystem::path& directory() const { return directory_; }

    /// System where it is gone, or is not what create() wrote.
    Result<Order> order() const;
    /// What a command with this order has as its stdin.
    std::filesystem::path input(const Order& order) const;
    /// A directory of the command's own, which lasts from its first run to the end of its job.
    std::filesystem::path state() const { return directory_ / "state"; }
    /// A file with the reason why the run that is under way was asked to stop; there is none before.
    std::filesystem::path stopReason() const { return directory_ / "stop-reason"; }
    /// For a new run: makes the one, and takes the other away.
    Result<void> prepare() const;
    Result<void> noteStop(std::string_view reason) const;
    /// Zeros where none was kept.
    Tally tally() const;
    Result<void> keep(const Tally&) const;

private:
    std::filesystem::path directory_;
    Fd lock_;
};

/// Notes that the newest job of this id has this spool: for `stint logs` when the job is gone.
Result<void> noteJob(const Spool& spool, JobId id);
/// As noted; a spool that is gone is an empty path.
std::filesystem::path spoolOfJob(const std::filesystem::path& root, JobId id);

/// What is kept of jobs that have ended, newest output first: as many as completed jobs are (jobs.md §0
/// completed_history_own), and no more than so many bytes of them together.
struct EndedSpools {
    std::size_t most = 1000;
    Bytes bytes = 512_MiB;
};

/// Spools that no live `stint run` holds at this moment: candidates for sweep().
std::vector<std::filesystem::path> unheldSpools(const std::filesystem::path& root);
/// Of `candidates`, found before the tracked jobs were asked for, those that belong to none: all but their output goes
/// at once, with all that the environment held, and beyond the newest that are `kept` they
/// themselves.
void sweep(std::vector<std::filesystem::path> candidates, const std::vector<std::string>& tracked,
           EndedSpools kept = {});

} // namespace stint
