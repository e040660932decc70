// The output of a command that is a job: whose is kept, where (programs/spool/log.hpp), and how it is shown.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "contract/model/view.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// IllegalArgument: the jobs of its app have no output that is kept.
Result<void> checkHasOutput(const JobKey& key);

/// The directory of its output: from the job, or, once it is gone, from the note of it. Empty: there is none.
std::filesystem::path outputDirectory(const std::optional<JobView>& job, const JobKey& key);

/// Removes what is kept of a command for its retry, after its job was cleared (jobs.md §14.3); its output stays.
void forgetCleared(const JobKey& key);

/// The number of bytes at the end that are an incomplete character.
std::size_t cutCharacter(std::string_view text);

/// The output made safe for a terminal: line ends and tabs stay, a carriage return becomes a line end, other control
/// characters become U+FFFD.
std::string shownOutput(std::string_view output);

} // namespace stint::cli
