// From a name to what it names: how a person names a job, `7` (one of one's own), `PACKAGE/7`, `PACKAGE/namespace#7`
// (architecture.md, the command line), the job of that name, and the installed app of a package.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/job.hpp"
#include "faces/control/daemon.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"

namespace stint::cli {

struct JobName {
    std::optional<AppId> app; ///< nullopt: the person's own, a job of a built-in package
    std::string space;
    JobId id;

    bool operator==(const JobName&) const = default;
};

/// Neither a number nor a whole name, with nothing in it that steers a terminal: the label of one of a person's own
/// jobs, such as `stint run --name` gives.
bool isLabel(std::string_view text);
/// One of a person's own jobs, with such a label: lookUp() finds it by that.
bool hasName(const JobView& job);

/// IllegalArgument says which forms there are.
Result<JobName> parseJobName(std::string_view text);

/// The jobs that it may mean: one, or one for each built-in package.
std::vector<JobKey> candidates(const JobName&);

/// The shortest text that lookUp() understands: `7` for one of a person's own jobs, which share one series of numbers,
/// else the whole name.
std::string shortTextOf(const JobKey&);

/// A tracked job, or else one of the history. IllegalArgument: the text is not a job's name, or names two (the error
/// lists them); IllegalState: there is no such job. From here on `daemon` watches it.
Result<JobView> lookUp(Daemon& daemon, const std::string& text);
/// An installed app. IllegalState: there is none of this package.
Result<AppView> lookUpApp(Daemon& daemon, const std::string& package);

/// Of each of them, as lookUp() finds it.
Result<std::vector<JobKey>> keysOf(Daemon& daemon, const std::vector<std::string>& texts);

/// Prints "stint: `what`: …"; returns 66 for what does not exist, or has ended, else as for any error.
int failOfLookUp(const Screen& screen, std::string_view what, const Error& error);

} // namespace stint::cli
