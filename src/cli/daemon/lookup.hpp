// From a job's name to the job: a bare number is looked for among one's own (architecture.md, the command line).
#pragma once
#include <string>

#include "cli/daemon/daemon.hpp"
#include "cli/daemon/job_name.hpp"

namespace stint::cli {

/// A job that is tracked, or else one of the history. IllegalArgument: the text names no job, or two (both are named);
/// IllegalState: there is none of this name (66 for a script). `daemon` watches what was found from here on.
Result<JobView> lookUp(Daemon& daemon, const std::string& text);
/// 66 for a job that is not there, else as of any error.
int exitCodeOfLookUp(Errc);

} // namespace stint::cli
