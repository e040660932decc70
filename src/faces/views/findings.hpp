// Findings told to a person (architecture.md, around the core): each thing is enforced, advisory, absent or trouble.
#pragma once
#include <vector>

#include "faces/screen/terminal.hpp"
#include "link/wire/views.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// The one finding where the daemon does not answer, or says that its store cannot be written; else the error itself.
Result<std::vector<wire::Finding>> findingsWithoutDaemon(const Error& error);

/// Prints them, each with how to get more below it, wrapped; with --json one object a line. Returns the exit code:
/// failure where one of them is trouble.
int showFindings(const std::vector<wire::Finding>& findings, const Screen& screen, std::string_view good = "enforced");

} // namespace stint::cli
