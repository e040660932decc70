// Names that a person types, and what they name: a job by `7` (a job of one's own), by `PACKAGE/7` or
// `PACKAGE/namespace#7` (architecture.md, the command line), or by its label; and the installed app of a package.
#pragma once
#include <functional>
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

/// True for the label of one of a person's own jobs, such as `stint run --name` gives: neither a number nor a whole
/// name, with nothing in it that steers a terminal.
bool isLabel(std::string_view text);
/// True for one of a person's own jobs with such a label: lookUp() finds it by that.
bool hasName(const JobView& job);

/// IllegalArgument says which forms there are.
Result<JobName> parseJobName(std::string_view text);

/// The jobs that it may mean: one, or one for each built-in package.
std::vector<JobKey> candidates(const JobName&);

/// The shortest text by which lookUp() finds the job: `7` for one of a person's own jobs, which share one series of
/// numbers, else the whole name.
std::string shortTextOf(const JobKey&);

/// Finds a tracked job, or else one of the history. IllegalArgument: the text is not a job's name, or names two (the
/// error lists them); IllegalState: there is no such job. From here on `daemon` watches it.
Result<JobView> lookUp(Daemon& daemon, const std::string& text);
/// Finds an installed app. IllegalState: there is none of this package.
Result<AppView> lookUpApp(Daemon& daemon, const std::string& package);

/// The key of each of them, found by lookUp().
Result<std::vector<JobKey>> keysOf(Daemon& daemon, const std::vector<std::string>& texts);

/// Prints "stint: `what`: …"; returns 66 for what does not exist, or has ended, else the error's usual code.
int failOfLookUp(const Screen& screen, std::string_view what, const Error& error);
/// Does it to each of the words that name jobs; reports where it failed, "cannot `verb` WORD", and returns the exit
/// code of the first of these.
int eachOf(const std::vector<std::string>& words, const Screen& screen, std::string_view verb,
           const std::function<Result<void>(const std::string& word)>& does);

} // namespace stint::cli
