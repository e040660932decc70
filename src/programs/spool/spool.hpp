// The files of a command that is a job (architecture.md, running a job), in a directory of its own, 0700: the order
// that `stint run` leaves, the command's input, the results of its runs, and their output (log.hpp). The job's extras
// have only the directory's path: an environment may be larger than extras may, and its secrets belong in no list of
// jobs.
// The environment variables by which a command learns about its run: one table, for stint-shell and for `stint help
// run`.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
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
    bool hasInput = false;                ///< its input was kept in the spool; else its stdin is empty

    /// The PATH of its environment, or the usual one.
    std::string path() const;
    bool operator==(const Order&) const = default;
};

/// The results of a command's runs so far.
struct Tally {
    std::int64_t runs = 0;
    std::int64_t failures = 0; ///< runs in a row with another exit code than 0
    std::int64_t timeouts = 0; ///< runs that were stopped at their limit
    bool running = false;      ///< a run has begun, and its result was not written yet
    bool done = false;         ///< its job has ended well: nothing will ask for its order again

    bool operator==(const Tally&) const = default;
};

/// A command's input, a piece at a time; an empty one is its end.
using Input = std::function<Result<std::string>()>;

class Spool {
public:
    /// $XDG_STATE_HOME/stint/commands, by this process's environment.
    static std::filesystem::path root();
    /// The directory of a package's spools: a guard's (jobs.md §14.5), whose app sweeps only its own, is
    /// $XDG_STATE_HOME/stint/guards/PACKAGE; any other package's is root().
    static std::filesystem::path rootOf(std::string_view package);
    /// Makes a new spool with this order and all of this input, which may be none; durable when this returns. If the
    /// input ends with an error nothing is left. No sweep removes the spool as long as the value lives.
    static Result<Spool> create(const std::filesystem::path& root, Order order, const Input& input = {});
    /// An existing spool.
    explicit Spool(std::filesystem::path directory) : directory_(std::move(directory)) {}

    const std::filesystem::path& directory() const { return directory_; }

    /// System where it is gone, or is not what create() wrote.
    Result<Order> order() const;
    /// The file that is the stdin of a command with this order.
    std::filesystem::path input(const Order& order) const;
    /// A directory of the command's own, which lasts from its first run to the end of its job.
    std::filesystem::path state() const { return directory_ / "state"; }
    /// A file with the reason why the present run was asked to stop; missing before.
    std::filesystem::path stopReason() const { return directory_ / "stop-reason"; }
    /// Prepares a new run: makes the state directory, and removes the stop reason.
    Result<void> prepare() const;
    Result<void> noteStop(std::string_view reason) const;
    /// The kept tally; zeros where there is none.
    Tally tally() const;
    Result<void> keep(const Tally&) const;

private:
    std::filesystem::path directory_;
    Fd lock_;
};

/// Notes that the newest job of this id has this spool: for `stint logs` when the job is gone.
Result<void> noteJob(const Spool& spool, JobId id);
/// The noted spool; empty where it is gone.
std::filesystem::path spoolOfJob(const std::filesystem::path& root, JobId id);

/// True if the command of the spool can still be run.
bool hasOrder(const std::filesystem::path& spool);
/// Removes a command's order and input, with all that its environment held; its output stays.
void forgetOrder(const std::filesystem::path& spool);
/// The jobs whose noted spools have an order.
std::vector<JobId> jobsWithOrders(const std::filesystem::path& root);

/// The spools of ended jobs that are kept, newest output first: as many as completed jobs are (jobs.md §0
/// completed_history_own), and no more than `bytes` of them together.
struct EndedSpools {
    std::size_t most = 1000;
    Bytes bytes = 512_MiB;
};

/// The spools that no live `stint run` holds at this moment: candidates for sweep().
std::vector<std::filesystem::path> unheldSpools(const std::filesystem::path& root);
/// Clears those of `candidates`, all of one root, that belong to no tracked job; they were found before the tracked
/// jobs were asked for. All but their output goes at once, with all that the environment held; of a noted job that has
/// not ended well the order and the input stay, for its retry (jobs.md §14.3). Beyond the newest that are `kept`, the
/// spools themselves go.
void sweep(std::vector<std::filesystem::path> candidates, const std::vector<std::string>& tracked,
           EndedSpools kept = {});

/// A job that a command has waited for (jobs.md §14.1).
struct EndedBefore {
    std::string job; ///< as a person names it
    std::string name;
    std::string exitCode;
    std::string reason; ///< one line
    std::string output; ///< a file; empty: there is none
};

/// The facts of a run, for its command.
struct CommandRun {
    JobId job;
    std::int64_t runsBefore = 0;
    WallTime deadline{}; ///< the latest time at which it is asked to stop
    Spool spool;
    std::vector<EndedBefore> after = {};
};

struct RunVariable {
    const char* name;
    const char* meaning; ///< for the list of variables
    std::string (*value)(const CommandRun&);
};

std::span<const RunVariable> runVariables();

/// `environment` ("NAME=value") with each of these once.
std::vector<std::string> withRunVariables(std::vector<std::string> environment, const CommandRun& facts);

} // namespace stint
