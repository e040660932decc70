// How a person names a job: `7` (one of one's own), `PACKAGE/7`, `PACKAGE/namespace#7` (architecture.md, the command
// line).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/job.hpp"
#include "stint/result.hpp"

namespace stint::cli {

struct JobName {
    std::optional<AppId> app; ///< nullopt: one's own, a job of one of the built-in packages
    std::string space;
    JobId id;

    bool operator==(const JobName&) const = default;
};

/// IllegalArgument says which forms there are.
Result<JobName> parseJobName(std::string_view text);

/// The jobs that may be meant: one, or one for each built-in package that a person's own jobs belong to.
std::vector<JobKey> candidates(const JobName&);

/// As short as parseJobName takes it back: `7` for a job of `get`, else the whole name.
std::string shortTextOf(const JobKey&);

} // namespace stint::cli
